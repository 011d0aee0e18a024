"""What is looked for, and what was found."""

from typing import Literal

import msgspec

from salon.features.conversations.models import Author
from salon.foundation.messages import Role

Order = Literal["relevance", "time"]
"""``time`` is newest first."""


class Term(msgspec.Struct, frozen=True):
    """Tokens side by side; the last one is a beginning if ``open``."""

    tokens: tuple[str, ...]
    open: bool = False


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Words and filters. All have to fit; of several values of one filter, one has to."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    tags: tuple[str, ...] = ()
    """Names of tags."""
    folders: tuple[str, ...] = ()
    """Ids or names of folders; what is in a folder below counts."""
    models: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    conversations: tuple[str, ...] = ()
    branch: str | None = None
    """A branch: only messages on its path."""
    after_ms: int | None = None
    before_ms: int | None = None
    has_file: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked for."""
        return self == SearchQuery()


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was found, and where to open it."""

    message_id: str
    conversation_id: str
    title: str
    branch_id: str | None
    """A branch whose path has the message, the conversation's own first; None if no branch leads there."""
    position: int
    """Its place on that path, from 0."""
    role: Role
    author: Author
    created_at_ms: int
    snippet: str
    marks: tuple[tuple[int, int], ...]
    """Characters of the snippet, from and up to, that were looked for."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of hits."""

    items: tuple[Hit, ...]
    next: str | None
    order: Order
    """``time`` where a word is in so many messages that none is more to the point, or no word was said."""
    frequent: tuple[str, ...] = ()
    """The words for which it is."""
    waiting: int = 0
    """How many messages of the space are not indexed yet."""


class TitleHit(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation whose title fits what was typed so far."""

    conversation_id: str
    title: str
    changed_at_ms: int
