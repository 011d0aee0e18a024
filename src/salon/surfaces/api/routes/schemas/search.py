"""Bodies about searching."""

from typing import Literal

from pydantic import BaseModel

from salon.surfaces.api.routes.schemas.conversations import AuthorKind, Role


class HitAuthor(BaseModel):
    """Who said it."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None
    display_name: str | None = None
    """What to show, as of a message."""


class Hit(BaseModel):
    """A message that was found, and where to open it."""

    message_id: str
    conversation_id: str
    title: str
    branch_id: str | None
    """A branch whose path has the message; null if none leads there."""
    position: int
    """Its place on that path, from 0."""
    role: Role
    author: HitAuthor
    created_at_ms: int
    snippet: str
    """A piece of what it says, in one line."""
    marks: list[tuple[int, int]]
    """Characters of the snippet, from and up to, that were looked for."""


class Found(BaseModel):
    """A page of messages that were found."""

    items: list[Hit]
    next: str | None
    order: Literal["relevance", "time"]
    """``time``, newest first, where ``frequent`` names words, or none was looked for."""
    frequent: list[str]
    """Words in so many messages that none is more to the point than another."""
    waiting: int
    """How many messages of the space cannot be found yet."""


class TitleHit(BaseModel):
    """A conversation whose title fits."""

    conversation_id: str
    title: str
    changed_at_ms: int


class TitleHits(BaseModel):
    """Conversations whose title fits, the one changed last first."""

    items: list[TitleHit]


class IndexState(BaseModel):
    """How far the index is."""

    waiting: int
    """Messages that are not in it yet."""
