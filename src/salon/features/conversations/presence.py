"""Whether there are conversations at all; cheap to ask, for those who would else load everything."""

from salon.features.conversations.store import conversations
from salon.foundation.kit.caller import SystemScope
from salon.foundation.storage import Storage


async def has_conversations(storage: Storage) -> bool:
    """Tell whether there is a conversation in any space."""
    scope = SystemScope("conversations: is there any")
    return await storage.read(lambda tx: conversations.is_any(tx, scope))
