"""Finding what a caller names, in the caller's space alone: anything else is not there."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.errors import TemporaryRefused
from salon.features.conversations.models import Branch, Conversation, Message
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.store.conversations import get_branch, get_conversation, list_branches
from salon.features.conversations.store.messages import get_message, get_messages
from salon.features.conversations.store.walking import places_up
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Transaction

_AT_ONCE: Final = 500
_BRANCHES_TRIED: Final = 20
"""Of a tree with more, a message that none of these leads to is shown as a path of its own."""


def the_conversation(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, or_deleted: bool = False
) -> Conversation:
    """Return a conversation of the space. Raises: NotFound, also for a deleted one unless ``or_deleted``.

    Raises: TemporaryRefused for a temporary one, where it is looked for among those that are kept.
    """
    found = get_conversation(tx, scope, conversation_id)
    if found is None or (found.deleted_at_ms is not None and not or_deleted):
        if is_temporary(conversation_id):  # those who have it were asked before: it is not for this
            raise TemporaryRefused(id=conversation_id[:100])
        raise NotFound(what="conversation", id=conversation_id[:100])
    return found


def the_branch(
    tx: Transaction, scope: SpaceScope, conversation_id: str, branch_id: str, *, or_deleted: bool = False
) -> Branch:
    """Return a branch of a conversation; ``or_deleted``: whatever the state of both. Raises: NotFound."""
    the_conversation(tx, scope, conversation_id, or_deleted=or_deleted)
    found = get_branch(tx, scope, branch_id)
    if (
        found is None
        or found.conversation_id != conversation_id
        or (found.deleted_at_ms is not None and not or_deleted)
    ):
        raise NotFound(what="branch", id=branch_id[:100])
    return found


def the_message(
    tx: Transaction, scope: SpaceScope, conversation_id: str, message_id: str, *, or_deleted: bool = False
) -> Message:
    """Return a message of a conversation, also a deleted one. Raises: NotFound.

    ``or_deleted``: whatever the state of the conversation.
    """
    the_conversation(tx, scope, conversation_id, or_deleted=or_deleted)
    found = get_message(tx, scope, message_id)
    if found is None or found.conversation_id != conversation_id:
        raise NotFound(what="message", id=message_id[:100])
    return found


def branch_with(tx: Transaction, scope: SpaceScope, message: Message, *, wanted: str | None) -> Branch | None:
    """Return a branch whose path has a message; None if none does, or only one that was not used for long.

    The one that is wanted comes first, then the conversation's own, then those changed last.
    """
    own = the_conversation(tx, scope, message.conversation_id).branch_id
    known = list_branches(tx, scope, message.conversation_id)
    known.sort(key=lambda branch: (branch.id != wanted, branch.id != own, -branch.changed_at_ms))
    for branch in known[:_BRANCHES_TRIED]:
        head = None if branch.head_id is None else get_message(tx, scope, branch.head_id)
        if head is None or head.depth < message.depth:
            continue
        limit = head.depth - message.depth + 1
        walked = places_up(tx, scope, message.conversation_id, head.id, limit=limit)
        if walked and walked[-1].id == message.id:
            return branch
    return None


def readable(message: Message) -> Message:
    """Return a message as it may be read: a deleted one says nothing, also while its body is kept."""
    if message.deleted_at_ms is None or message.content is None:
        return message
    return msgspec.structs.replace(message, content=None)


def all_say(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> bool:
    """Tell whether every one of these messages may still be read.

    For what was made of them outside of a transaction: an erasure meanwhile could not take it away.
    """
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        found = get_messages(tx, scope, part)
        if any(one not in found or readable(found[one]).content is None for one in part):
            return False
    return True
