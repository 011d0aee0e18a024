"""Puts the neutral conversation together from what a reader made of another program's."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.archive import (
    ArchivedBranch,
    ArchivedConversation,
    ArchivedMarks,
    ArchivedMessage,
    ArchivedSource,
)
from salon.features.conversations.exchange.readers.assets import ReadFile
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.exchange.readers.trees import Link, arranged, unique_ids
from salon.features.conversations.exchange.readers.values import Json, shortened
from salon.features.conversations.models import Author, Content, MessageStatus
from salon.foundation.messages import OpaquePart, Part, ReasoningPart, Role, TextPart

PERSON: Final = Author(kind="person")
SYSTEM: Final = Author(kind="system")
_BRANCH: Final = "main"
_RAW_BYTES: Final = 256 * 1024


class Draft(msgspec.Struct, kw_only=True):
    """A message as a reader found it."""

    id: str
    parent_id: str | None = None
    role: Role
    author: Author
    parts: list[Part]
    status: MessageStatus = "complete"
    created_at_ms: int | None = None
    raw: Json = {}
    """What was said of it that has no place here; it is kept with the message."""
    marks: ArchivedMarks = ArchivedMarks()
    sources: tuple[ArchivedSource, ...] = ()
    is_kept_empty: bool = False


class ReadConversation(msgspec.Struct, kw_only=True):
    """A conversation that was read."""

    conversation: ArchivedConversation
    """Without messages."""
    messages: Iterable[ArchivedMessage]
    """Parents before children; may be read while they are taken."""
    files: Sequence[ReadFile] = ()
    notes: Notes
    place: str


def words(value: str, notes: Notes) -> list[Part]:
    """Return a text as parts: none when it is empty."""
    return [TextPart(text=shortened(value, notes))] if value.strip() else []


def thought(value: str, notes: Notes, *, signature: str | None = None) -> list[Part]:
    """Return a model's thinking as parts."""
    return [ReasoningPart(text=shortened(value, notes), signature=signature)] if value.strip() else []


def opaque(program: str, kind: str, raw: Any) -> OpaquePart:
    """Return something that only the other program understands, carried as it is."""
    return OpaquePart(dialect=program, type=kind[:100] or "unknown", raw=raw)


def model_author(model: str, *, shown: str = "") -> Author:
    """Return a model as an author."""
    return Author(kind="model", id=model or None, name=shown or model or None)


def assembled(
    program: str, drafts: Sequence[Draft], notes: Notes, *, head_id: str | None
) -> tuple[list[ArchivedMessage], str | None]:
    """Return the messages in order, and which of them was shown last."""
    kept, instead = _without_empty(drafts, notes)
    for draft in kept:
        draft.parent_id = _instead(draft.parent_id, instead)
    ids = unique_ids([draft.id for draft in kept], notes)
    links = [Link(own, draft.parent_id) for own, draft in zip(ids, kept, strict=True)]
    messages = [
        archived(program, kept[place], ids[place], parent) for place, parent in arranged(links, notes)
    ]
    head = _instead(head_id, instead) if head_id else None
    if head not in set(ids):
        if head_id and messages:
            notes.add("head-unknown", head_id)
        head = _latest(messages)
    return messages, head


def archived(program: str, draft: Draft, own_id: str, parent_id: str | None) -> ArchivedMessage:
    """Return a draft as a message, whose origin is its id there and a digest of what it says."""
    raw = draft.raw if len(msgspec.json.encode(draft.raw)) <= _RAW_BYTES else {}
    content = Content(parts=tuple(draft.parts), provider_data={program: raw} if raw else None)
    mark = hashlib.blake2b(msgspec.json.encode(content.parts), digest_size=6).hexdigest()
    return ArchivedMessage(
        id=own_id,
        parent_id=parent_id,
        role=draft.role,
        author=draft.author,
        status=draft.status,
        content=content,
        origin=f"{own_id}#{mark}",
        sources=draft.sources,
        marks=draft.marks,
        created_at_ms=draft.created_at_ms,
    )


def with_branch(conversation: ArchivedConversation, head_id: str | None) -> ArchivedConversation:
    """Return a conversation that opens at a message."""
    branch = ArchivedBranch(
        id=_BRANCH, name=_BRANCH, head_id=head_id, created_at_ms=conversation.created_at_ms
    )
    return msgspec.structs.replace(conversation, branch_id=_BRANCH, branches=(branch,))


def _without_empty(drafts: Sequence[Draft], notes: Notes) -> tuple[list[Draft], dict[str, str | None]]:
    """Return the drafts that say something, and for each of the others whom it followed."""
    kept: list[Draft] = []
    instead: dict[str, str | None] = {}
    for draft in drafts:
        if draft.parts or draft.is_kept_empty:
            kept.append(draft)
        else:
            instead.setdefault(draft.id, draft.parent_id)
            if draft.parent_id is not None:
                notes.add("empty-node")
    for draft in kept:
        instead.pop(draft.id, None)
    return kept, instead


def _instead(parent_id: str | None, instead: dict[str, str | None]) -> str | None:
    seen: set[str] = set()
    while parent_id is not None and parent_id in instead:
        if parent_id in seen:
            return None
        seen.add(parent_id)
        parent_id = instead[parent_id]
    return parent_id


def _latest(messages: Sequence[ArchivedMessage]) -> str | None:
    """Return the message that was written last, of those nothing follows."""
    parents = {message.parent_id for message in messages}
    leaves = [message for message in messages if message.id not in parents]
    if not leaves:
        return None
    return max(enumerate(leaves), key=lambda one: (one[1].created_at_ms or 0, one[0]))[1].id
