"""What acts on answers show of what they made, and the small reads that they share."""

from typing import Any

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.models import Sent, Started
from salon.features.conversations.models import Message
from salon.features.conversations.store.conversations import add_messages
from salon.features.conversations.store.messages import get_message
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.lookups import readable, the_conversation
from salon.foundation.acts import Ids
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Transaction


def sent_of(tx: Transaction, scope: SpaceScope, made: Ids) -> Sent:
    """Return what an act made, as it is now; what waited may have been sent since."""
    message = None if made["message"] is None else get_message(tx, scope, made["message"])
    queued_id = made.get("queued")
    return Sent(
        branch_id=made["branch"],
        message=None if message is None else readable(message),
        answers=tuple(msgspec.convert(made["answers"], list[Started])),
        queued=None if queued_id is None else store.get_queued(tx, scope, queued_id),
    )


async def sent_before(
    desk: Desk, caller: Caller, *, act: str, asked: Any, client_id: str | None
) -> Sent | None:
    """Return what an act made when the client sent it before; ask before anything is looked up for it.

    What it was about may have changed since, or be gone. Raises: ActDiffers, InvalidRequest.
    """
    made = await desk.made_before(caller, act=act, asked=asked, client_id=client_id)
    if made is None:
        return None
    return await desk.storage.read(lambda tx: sent_of(tx, SpaceScope(caller.space_id), made))


def message_in_space(tx: Transaction, scope: SpaceScope, message_id: str) -> Message:
    """Return a message of the space, of a conversation that is not deleted. Raises: NotFound."""
    found = get_message(tx, scope, message_id)
    if found is None:
        raise NotFound(what="message", id=message_id[:100])
    the_conversation(tx, scope, found.conversation_id)
    return found


def touch(tx: Transaction, scope: SpaceScope, conversation_id: str, *, now_ms: int) -> None:
    """Write a conversation's row, on which transactions that read what others write collide."""
    add_messages(tx, scope, conversation_id, added=0, now_ms=now_ms)
