"""A share, a revision of it, and the messages a revision has."""

from typing import Literal, NamedTuple

import msgspec

from salon.features.conversations.models import Author

ShareKind = Literal["branch", "path", "tree"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a revision."""

    name: str | None
    last: int
    """The position of its last message."""
    branch_id: str | None = None
    """The branch it shows, for the next revision."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A link to part of a conversation."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    kind: ShareKind
    token_hash: str
    revision_id: str
    revisions: int
    expires_at_ms: int | None
    revoked_at_ms: int | None
    created_at_ms: int


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What a link shows; never changed."""

    id: str
    space_id: str
    created_by: str | None
    share_id: str
    conversation_id: str
    number: int
    kind: ShareKind
    title: str
    sources: tuple[str, ...]
    """The messages that the title was made from."""
    lines: tuple[Line, ...]
    messages: int
    created_at_ms: int


class Placed(NamedTuple):
    """A message's place in a revision."""

    position: int
    message_id: str
    parent: int | None


class Mark(NamedTuple):
    """What is known of a message of a revision without what it says."""

    position: int
    message_id: str
    parent: int | None
    is_gone: bool
    """Hidden, deleted or erased since."""
    author: Author


class Pinned(NamedTuple):
    """A file of a revision."""

    position: int
    place: int
    message_id: str
    file_id: str
