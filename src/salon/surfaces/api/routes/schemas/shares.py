"""Bodies about shares."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.conversations import Act

Kind = Literal["branch", "path", "tree"]
Id = Annotated[str, Field(max_length=100)]


class ShareBody(Act):
    """What to share: as it is now, without instructions to models, hidden and deleted messages."""

    conversation_id: Id
    kind: Kind = "branch"
    branch_id: Id | None = None
    """Of a ``branch``; the one that opens first unless said."""
    message_id: Id | None = None
    """Of a ``path``: its last message."""
    expires_in_s: Annotated[int, Field(ge=60, le=10 * 366 * 24 * 3600)] | None = None
    """Until it is revoked, unless said."""


class Share(BaseModel):
    """A link to part of a conversation."""

    id: str
    conversation_id: str
    kind: Kind
    title: str
    """As it was when it was shared last."""
    messages: int
    revision: int
    """Counts from 1."""
    revised_at_ms: int
    is_open: bool
    """Whether the link leads anywhere."""
    expires_at_ms: int | None
    revoked_at_ms: int | None
    created_at_ms: int


class MadeShare(Share):
    """A share that was just made: its link is told this once."""

    url: str
    qr_svg: str
    """The link as a QR code."""


class Shares(BaseModel):
    """Shares, newest first."""

    items: list[Share]
    next: str | None


class CopyBody(Act):
    """A link that somebody sent."""

    link: Annotated[str, Field(min_length=1, max_length=2000)]
    """The whole address, or what it ends in."""


class Copied(BaseModel):
    """One's own copy of what a link shows."""

    conversation_id: str
    title: str
    messages: int
