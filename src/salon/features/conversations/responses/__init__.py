"""Responses that go on: chains of answers in OpenAI's words, in memory or on the tree."""

from salon.features.conversations.responses.background import KIND, Background
from salon.features.conversations.responses.chain import (
    FIELD,
    Items,
    PreviousResponseMissing,
    continued,
    input_items,
    with_fields,
    with_input,
)
from salon.features.conversations.responses.conversations import ItemConversations, read_metadata
from salon.features.conversations.responses.desk import ResponseDesk
from salon.features.conversations.responses.event_reply import EventReply
from salon.features.conversations.responses.models import OPEN, Chain, ResponseStatus, StoredResponse
from salon.features.conversations.responses.service import StoredResponses, row_id, shown_id
from salon.features.conversations.responses.serving import StoringGateway
from salon.features.conversations.responses.store import forget_messages
from salon.features.conversations.responses.told import ToldResponse
from salon.features.conversations.responses.wishes import DIALECTS

__all__ = [
    "DIALECTS",
    "FIELD",
    "KIND",
    "OPEN",
    "Background",
    "Chain",
    "EventReply",
    "ItemConversations",
    "Items",
    "PreviousResponseMissing",
    "ResponseDesk",
    "ResponseStatus",
    "StoredResponse",
    "StoredResponses",
    "StoringGateway",
    "ToldResponse",
    "continued",
    "forget_messages",
    "input_items",
    "read_metadata",
    "row_id",
    "shown_id",
    "with_fields",
    "with_input",
]
