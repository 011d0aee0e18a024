"""Bodies about folders, tags, acts on many conversations, and templates."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body
from salon.surfaces.api.routes.schemas.conversations import (
    Act,
    AuthorBody,
    Conversation,
    Id,
    Participant,
    Parts,
    Role,
    Title,
)
from salon.surfaces.api.routes.schemas.free import JsonObject

FolderName = Annotated[str, Field(min_length=1, max_length=100)]
TagName = Annotated[str, Field(min_length=1, max_length=100)]
Moment = Annotated[int, Field(ge=-(2**53), le=2**53)]


class ListedConversation(Conversation):
    """A conversation as a list shows it."""

    tags: list[str]
    unread: int
    """Messages by others since one last read it; 100 stands for more."""
    speakers: list[Participant]
    """The models and personas that take part, the first nine in the order in which they came."""


class ListedConversations(BaseModel):
    """A page of conversations."""

    items: list[ListedConversation]
    next: str | None


class FolderBody(Act):
    """A folder to make."""

    name: FolderName
    parent_id: Id | None = None
    settings: JsonObject = Field(default_factory=dict[str, Any])


class FolderChangeBody(Act):
    """What to change of a folder; what is left out stays."""

    name: FolderName | None = None
    parent_id: Id | None = None
    """The folder that it is to be in; null is none."""
    settings: JsonObject | None = None
    """Settings to replace; null takes one away."""


class Folder(BaseModel):
    """A folder."""

    id: str
    parent_id: str | None
    name: str
    settings: dict[str, Any]
    """What holds in it and below, unless a conversation or a nearer folder says otherwise."""
    version: int
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int


class CountedFolder(Folder):
    """A folder and what is in it."""

    conversations: int
    """Open ones in it, not counting folders below."""


class Folders(BaseModel):
    """Every folder of the space, oldest first."""

    items: list[CountedFolder]


class Moved(BaseModel):
    """A folder is gone."""

    moved: int
    """Conversations that moved to the folder above."""
    undo_id: str | None
    """Brings the folder back, as an act on many conversations; None where too much was in it."""
    expires_at_ms: int | None
    """Until when it can be brought back."""


class Tag(BaseModel):
    """A tag."""

    id: str
    name: str
    conversations: int
    """How many have it."""


class Tags(BaseModel):
    """Every tag of the space, by name."""

    items: list[Tag]


class TagBody(Act):
    """A tag's new name."""

    name: TagName


class ReadBody(Act):
    """How far one has read."""

    message_id: Id | None = None
    """The newest message that was seen; the last one unless named."""
    is_read: bool = True
    """Or from that message on unread again."""


class Unread(BaseModel):
    """How much is unread."""

    unread: int


class FilterBody(Body):
    """Which conversations; everything named has to fit."""

    state: Literal["open", "archived", "hidden", "deleted", "any"] = "open"
    folder_id: Id | None = None
    is_below: bool = False
    """What is in the folders below that one counts, too."""
    is_filed: bool | None = None
    """In a folder at all, or in none."""
    tag: TagName | None = None
    is_pinned: bool | None = None
    is_unread: bool | None = None
    created_since_ms: Moment | None = None
    changed_before_ms: Moment | None = None


class ActBody(Act):
    """An act on many conversations: on those named, or on those that a filter finds (10,000 at most)."""

    act: Literal["move", "tag", "untag", "pin", "unpin", "archive", "unarchive", "hide", "unhide", "delete"]
    ids: Annotated[list[Id], Field(max_length=10_000)] = Field(default_factory=list[str])
    filter: FilterBody | None = None
    folder_id: Id | None = None
    """Where ``move`` goes; null is out of every folder."""
    tags: Annotated[list[TagName], Field(max_length=50)] = Field(default_factory=list[str])
    """For ``tag`` and ``untag``; a tag that is not there is made."""


class ActDone(BaseModel):
    """What an act did."""

    undo_id: str
    act: str
    changed: list[str]
    """The conversations that were not as asked before."""
    missing: list[str]
    """Ids that name no conversation here."""
    expires_at_ms: int
    """Until when it can be undone."""


class Undone(BaseModel):
    """What was put back."""

    undo_id: str
    restored: list[str]
    left: list[str]
    """Those that somebody changed since, or erased: they stay as they are."""


class TemplateMessageBody(Body):
    """A first message."""

    role: Role = "user"
    text: Annotated[str, Field(max_length=500_000)] | None = None
    parts: Parts | None = None
    author: AuthorBody | None = None


class TemplateBody(Act):
    """A template to make."""

    name: FolderName
    settings: JsonObject = Field(default_factory=dict[str, Any])
    messages: Annotated[list[TemplateMessageBody], Field(max_length=100)] = Field(
        default_factory=list[TemplateMessageBody]
    )


class TemplateChangeBody(Act):
    """What to change of a template; what is left out stays."""

    name: FolderName | None = None
    settings: JsonObject | None = None
    messages: Annotated[list[TemplateMessageBody], Field(max_length=100)] | None = None


class TemplateMessage(BaseModel):
    """A first message."""

    role: Role
    author: dict[str, Any]
    content: dict[str, Any]


class Template(BaseModel):
    """Settings and first messages of new conversations."""

    id: str
    name: str
    settings: dict[str, Any]
    messages: list[TemplateMessage]
    version: int
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int


class Templates(BaseModel):
    """Every template of the space, by name."""

    items: list[Template]


class UseBody(Act):
    """A conversation to make of a template."""

    title: Title = ""
