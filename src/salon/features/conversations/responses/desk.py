"""What the surfaces of stored responses work with."""

import msgspec

from salon.features.conversations.responses.background import Background
from salon.features.conversations.responses.conversations import ItemConversations
from salon.features.conversations.responses.service import StoredResponses
from salon.gateway.answers import IdempotencyKeys


class ResponseDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of stored responses."""

    stored: StoredResponses
    conversations: ItemConversations
    background: Background
    keys: IdempotencyKeys | None = None
    """What was answered under idempotency keys; None keeps nothing of it."""
