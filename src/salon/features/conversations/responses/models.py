"""A stored response, and the chain it goes on from."""

from typing import Any, Literal

import msgspec

from salon.features.conversations.responses.chain import Items

ResponseStatus = Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]
OPEN: frozenset[ResponseStatus] = frozenset({"queued", "in_progress"})
"""Not answered yet."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """What was said before a request."""

    conversation_id: str | None = None
    """None for a chain that begins."""
    parent_id: str | None = None
    """The message that the request goes on from."""
    previous_id: str | None = None
    items: Items = []
    is_named: bool = False
    """It was named as a conversation, and not by a response of it."""


class StoredResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A response as it is stored."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    previous_id: str | None
    asked_id: str | None
    message_id: str | None
    """None while it is not answered, or when nothing was said."""
    is_background: bool
    run_id: str | None
    status: ResponseStatus
    told: dict[str, Any]
    """The response object."""
    created_at_ms: int
    expires_at_ms: int | None


class ItemPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some items of a response's input or of a conversation."""

    items: Items
    has_more: bool
