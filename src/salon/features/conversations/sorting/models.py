"""Folders, tags, templates, and what an act on many conversations did."""

from typing import Any, Literal

import msgspec

from salon.features.conversations.models import Author, Content, Conversation, Participant
from salon.foundation.messages import Role

MarkAct = Literal["pin", "unpin", "archive", "unarchive", "hide", "unhide", "delete"]
BulkAct = MarkAct | Literal["move", "tag", "untag"]
Order = Literal["changed", "created", "title"]
State = Literal["open", "archived", "hidden", "deleted", "any"]


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder; it may be in another one."""

    id: str
    space_id: str
    created_by: str | None
    parent_id: str | None
    name: str
    settings: dict[str, Any]
    """What holds for the conversations in it and below, unless they or a nearer folder say otherwise."""
    version: int
    created_at_ms: int
    changed_at_ms: int


class FolderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A folder and how many open conversations are in it, not counting folders below."""

    folder: Folder
    conversations: int


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag and how many conversations have it."""

    id: str
    name: str
    conversations: int


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations; everything named has to fit."""

    state: State = "open"
    folder_id: str | None = None
    is_below: bool = False
    """What is in the folders below that one counts, too."""
    is_filed: bool | None = None
    """In a folder at all, or in none."""
    tag: str | None = None
    """The name of a tag."""
    is_pinned: bool | None = None
    is_unread: bool | None = None
    created_since_ms: int | None = None
    changed_before_ms: int | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as a list shows it to one person."""

    conversation: Conversation
    tags: tuple[str, ...]
    unread: int
    """Messages by others since this person last read it; 100 stands for more."""
    speakers: tuple[Participant, ...] = ()
    """The models and personas that take part, the first nine in the order in which they came."""


class ListedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list."""

    items: tuple[Listed, ...]
    next: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an act changed of one conversation or folder: columns as (before, after), and tags."""

    id: str
    columns: dict[str, tuple[Any, Any]] = {}
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    messages: int = 0
    """How many messages there were: an erasure since leaves none."""
    folder: Folder | None = None
    """The folder that was deleted, whose id this is."""


class FolderGone(msgspec.Struct, frozen=True, kw_only=True):
    """A folder was deleted."""

    moved: int
    """Conversations that moved to the folder above."""
    undo_id: str | None
    """Brings it back with what was in it, as an act on many; None where too much was in it."""
    expires_at_ms: int | None


class BulkDone(msgspec.Struct, frozen=True, kw_only=True):
    """What an act on many conversations did."""

    undo_id: str
    act: str
    changed: tuple[str, ...]
    """The conversations that were not as asked before."""
    missing: tuple[str, ...] = ()
    """Ids that name no conversation of the space."""
    expires_at_ms: int
    """Until when it can be undone."""


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What was put back."""

    undo_id: str
    restored: tuple[str, ...]
    left: tuple[str, ...]
    """Conversations that somebody changed again since, or that are erased: they stay as they are."""


class TemplateMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A first message of new conversations."""

    role: Role
    author: Author
    content: Content


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Settings and first messages of new conversations."""

    id: str
    space_id: str
    created_by: str | None
    name: str
    settings: dict[str, Any]
    messages: tuple[TemplateMessage, ...]
    version: int
    created_at_ms: int
    changed_at_ms: int
