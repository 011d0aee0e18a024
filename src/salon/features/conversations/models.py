"""A conversation, its branches, and the immutable messages they point into."""

from typing import Any, Final, Literal

import msgspec

from salon.foundation.messages import Part, Role

ConversationKind = Literal["chat", "room"]
TitledBy = Literal["nobody", "person", "model", "import"]
AuthorKind = Literal["person", "persona", "model", "tool", "system"]
MessageStatus = Literal["complete", "interrupted", "failed"]
SourceKind = Literal["edit-of", "merge", "quote", "summary-of", "forked-from", "retry-of", "continues"]
MoveKind = Literal["fork", "rollback", "restore", "switch", "merge"]

BODY_FORMAT: Final = 1
"""The version of what is inside a message's body: JSON of a ``Content``."""


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who said it."""

    kind: AuthorKind
    id: str | None = None
    """A person's id, a persona's, a model's ``kind/name``, a tool's name; None for the system."""
    name: str | None = None
    """As it was shown when the message was written."""


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message says, as its sealed body holds it.

    An answer is one message: where tools were called, its parts are the calls and their results in order.
    """

    parts: tuple[Part, ...]
    provider_data: dict[str, Any] | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a message was made from, besides its parent."""

    kind: SourceKind
    id: str
    conversation_id: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it is stored."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    parent_id: str | None
    depth: int
    role: Role
    author: Author
    status: MessageStatus
    content: Content | None
    """None once a deleted message's body is gone."""
    size_bytes: int
    tokens: int
    run_id: str | None
    origin: str | None
    pinned_at_ms: int | None
    excluded_at_ms: int | None
    hidden_at_ms: int | None
    deleted_at_ms: int | None
    created_at_ms: int
    archived_at_ms: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer took."""

    input_tokens: int | None
    output_tokens: int | None
    cost_e10: int | None
    """In 10⁻¹⁰ of ``currency``; None when it has no price."""
    currency: str | None
    started_at_ms: int
    first_token_at_ms: int | None
    ended_at_ms: int


class Took(Usage, frozen=True, kw_only=True):
    """What an answer and its tools took."""

    tools_ms: dict[str, int]
    """By the ids of the calls."""


class Answer(Usage, frozen=True, kw_only=True):
    """How an answer came to be."""

    message_id: str
    conversation_id: str
    run_id: str | None
    model: str
    """The name that was asked for."""
    route: str | None
    """The ``provider/model`` that answered."""
    finish: str | None
    asked: dict[str, Any] | None
    """The exact request; None once it was erased."""
    steps: tuple[dict[str, Any], ...]


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part in a conversation."""

    kind: AuthorKind
    id: str
    name: str
    joined_at_ms: int


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation's row."""

    id: str
    space_id: str
    created_by: str | None
    kind: ConversationKind
    title: str
    title_by: TitledBy
    sources: tuple[str, ...]
    """The messages the title was made from: by a model, or as the first words."""
    settings: dict[str, Any]
    branch_id: str | None
    folder_id: str | None
    origin: str | None
    pinned_at_ms: int | None
    archived_at_ms: int | None
    hidden_at_ms: int | None
    deleted_at_ms: int | None
    version: int
    messages: int
    created_at_ms: int
    changed_at_ms: int


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A name for a place in the tree."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    name: str
    head_id: str | None
    """The last message of the path it shows; None while nothing was said."""
    pinned_at_ms: int | None
    deleted_at_ms: int | None
    version: int
    created_at_ms: int
    changed_at_ms: int
    archived_at_ms: int | None = None
    hidden_at_ms: int | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A branch's head was moved other than by appending."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    branch_id: str
    kind: MoveKind
    from_id: str | None
    to_id: str | None
    created_at_ms: int
