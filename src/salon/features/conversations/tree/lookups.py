"""Finding what a caller names, in the caller's space alone: anything else is not there."""

import msgspec

from salon.features.conversations.errors import TemporaryRefused
from salon.features.conversations.models import Branch, Conversation, Message
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.store.conversations import get_branch, get_conversation
from salon.features.conversations.store.messages import get_message
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Transaction


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


def readable(message: Message) -> Message:
    """Return a message as it may be read: a deleted one says nothing, also while its body is kept."""
    if message.deleted_at_ms is None or message.content is None:
        return message
    return msgspec.structs.replace(message, content=None)
