"""The neutral archive: a conversation outside the house, with nothing of its tree left out.

Every writer starts from these types and every reader ends in them. Encoded by msgspec they are Salon's own
format in two shapes:

- JSON: one ``Archive``, its conversations whole.
- JSON Lines: an ``ArchiveHead``, then for each conversation one ``ArchivedConversation`` without messages and
  one ``ArchivedMessage`` per line, parents before children, last an ``ArchiveEnd`` that counts them. Each
  line names its ``record``; a file without its end was cut short.

A field that a later version adds has a default, so that an older archive is read; ``version`` counts only
what an older reader would misunderstand.
"""

from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.models import (
    Author,
    AuthorKind,
    Content,
    ConversationKind,
    MessageStatus,
    MoveKind,
    SourceKind,
    TitledBy,
)
from salon.foundation.messages import Role

ARCHIVE_FORMAT: Final = "salon-archive"
ARCHIVE_VERSION: Final = 1


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="record"):
    pass


class _Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    pass


class ArchivedMarks(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """When something was marked, in UTC milliseconds; None where it is not."""

    pinned_at_ms: int | None = None
    archived_at_ms: int | None = None
    """Of a conversation only."""
    excluded_at_ms: int | None = None
    """Of a message only: it is shown and not sent."""
    hidden_at_ms: int | None = None
    deleted_at_ms: int | None = None


class ArchivedSource(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """What a message was made from, besides its parent."""

    kind: SourceKind
    id: str
    conversation_id: str | None = None
    """None: of the same conversation."""


class ArchivedAnswer(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """How an answer came to be; what another program did not record stays None."""

    model: str
    run_id: str | None = None
    route: str | None = None
    finish: str | None = None
    asked: Any = None
    """The exact request as JSON: parameters, tools, and the prompt as the ids of messages."""
    steps: tuple[dict[str, Any], ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_e10: int | None = None
    """None: unpriced, or nobody counted."""
    currency: str | None = None
    started_at_ms: int | None = None
    first_token_at_ms: int | None = None
    ended_at_ms: int | None = None


class ArchivedMessage(_Record, frozen=True, kw_only=True, omit_defaults=True, tag="message"):
    """A message of the tree."""

    id: str
    parent_id: str | None = None
    role: Role
    author: Author
    status: MessageStatus = "complete"
    content: Content | None = None
    """None once a deleted message's body is gone."""
    created_by: str | None = None
    tokens: int | None = None
    """An estimate of what it takes in a prompt; None where nobody made one."""
    run_id: str | None = None
    origin: str | None = None
    sources: tuple[ArchivedSource, ...] = ()
    answer: ArchivedAnswer | None = None
    marks: ArchivedMarks = ArchivedMarks()
    created_at_ms: int | None = None
    """None where the program it comes from recorded no time."""


class ArchivedMove(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A branch's head was moved other than by appending."""

    kind: MoveKind
    from_id: str | None = None
    to_id: str | None = None
    created_by: str | None = None
    created_at_ms: int


class ArchivedBranch(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A name for a place in the tree."""

    id: str
    name: str
    head_id: str | None = None
    created_by: str | None = None
    moves: tuple[ArchivedMove, ...] = ()
    marks: ArchivedMarks = ArchivedMarks()
    created_at_ms: int | None = None
    changed_at_ms: int | None = None


class ArchivedParticipant(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """Who takes part."""

    kind: AuthorKind
    id: str
    name: str
    joined_at_ms: int | None = None


class ArchivedFile(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A stored file that a part of a message names by its ``file_id``."""

    id: str
    name: str
    media_type: str | None = None
    size_bytes: int
    sha256: str | None = None
    """In hexadecimal."""
    member: str | None = None
    """The path inside the ZIP that holds the bytes."""
    data: str | None = None
    """The bytes in base64, where the archive is one file; None with ``member``, or if they were left out."""


class ArchivedConversation(_Record, frozen=True, kw_only=True, omit_defaults=True, tag="conversation"):
    """A conversation with its whole tree."""

    id: str
    kind: ConversationKind = "chat"
    title: str = ""
    title_by: TitledBy = "nobody"
    sources: tuple[str, ...] = ()
    """The messages the title was made from: by a model, or as the first words."""
    settings: dict[str, Any] = {}
    folder: tuple[str, ...] = ()
    """The names of the folders it lies in, from the outermost."""
    tags: tuple[str, ...] = ()
    origin: str | None = None
    """Where it was imported from, as ``program:id``; None for one that began in a Salon."""
    branch_id: str | None = None
    """The branch that opens first."""
    created_by: str | None = None
    branches: tuple[ArchivedBranch, ...] = ()
    participants: tuple[ArchivedParticipant, ...] = ()
    files: tuple[ArchivedFile, ...] = ()
    marks: ArchivedMarks = ArchivedMarks()
    created_at_ms: int | None = None
    changed_at_ms: int | None = None
    messages: tuple[ArchivedMessage, ...] = ()
    """Parents before children; empty in JSON Lines, where each is a line of its own."""


class ArchiveHead(_Record, frozen=True, kw_only=True, omit_defaults=True, tag="archive"):
    """The first line of an archive in JSON Lines."""

    format: Literal["salon-archive"]
    version: int
    salon: str
    """The version of the Salon that wrote it."""
    exported_at_ms: int


class ArchiveEnd(_Record, frozen=True, kw_only=True, omit_defaults=True, tag="end"):
    """The last line of an archive in JSON Lines: how much came before it."""

    conversations: int
    messages: int


class Archive(_Value, frozen=True, kw_only=True, omit_defaults=True):
    """A whole archive as one JSON value; ``format`` and ``version`` come first, so that a reader knows it."""

    format: Literal["salon-archive"]
    version: int
    salon: str
    exported_at_ms: int
    conversations: tuple[ArchivedConversation, ...]


ArchiveRecord = ArchiveHead | ArchivedConversation | ArchivedMessage | ArchiveEnd
"""A line of an archive in JSON Lines."""

__all__ = [
    "ARCHIVE_FORMAT",
    "ARCHIVE_VERSION",
    "Archive",
    "ArchiveEnd",
    "ArchiveHead",
    "ArchiveRecord",
    "ArchivedAnswer",
    "ArchivedBranch",
    "ArchivedConversation",
    "ArchivedFile",
    "ArchivedMarks",
    "ArchivedMessage",
    "ArchivedMove",
    "ArchivedParticipant",
    "ArchivedSource",
]
