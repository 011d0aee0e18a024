"""What an export is called. It is found anew each time and kept nowhere, so no title outlives its words."""

from datetime import UTC, datetime

from salon.features.conversations.exchange.exporting.wishes import Wish
from salon.features.conversations.exchange.writers import Names
from salon.features.conversations.store.conversations import get_conversation
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction


def name_of(tx: Transaction, scope: SpaceScope, wish: Wish, *, at_ms: int) -> str:
    """Return a name after the one conversation that was named, or after the day it was begun."""
    day = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")
    title = f"Conversations {day}"
    named = wish.conversation_ids if wish.is_exact else None
    if named is not None and len(named) == 1:
        found = get_conversation(tx, scope, named[0])
        title = found.title if found is not None and found.deleted_at_ms is None else ""
    return Names().give(title, extension=wish.extension, fallback=f"Conversation {day}")
