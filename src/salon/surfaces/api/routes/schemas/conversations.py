"""Bodies about conversations, their branches and messages."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body
from salon.surfaces.api.routes.schemas.free import JsonObject

Title = Annotated[str, Field(max_length=300)]
BranchName = Annotated[str, Field(min_length=1, max_length=100)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=4_000_000)]
Parts = Annotated[list[JsonObject], Field(max_length=1000)]
ClientId = Annotated[str, Field(min_length=1, max_length=200)]
AuthorKind = Literal["person", "persona", "model", "tool", "system"]
SourceKind = Literal["edit-of", "merge", "quote", "summary-of", "forked-from", "retry-of", "continues"]
Role = Literal["system", "developer", "user", "assistant", "tool"]
Status = Literal["complete", "interrupted", "failed"]


class Act(Body):
    """A mutation: sent again with the same id it does nothing and answers the same."""

    client_id: ClientId | None = None


class ConversationBody(Act):
    """A conversation to make."""

    title: Title = ""
    kind: Literal["chat", "room"] = "chat"
    settings: JsonObject = Field(default_factory=dict[str, Any])
    is_temporary: bool = False
    """In memory alone, for whoever begins it, until it is ended or not used for long."""


class ConversationChangeBody(Act):
    """What to change of a conversation; what is left out stays."""

    title: Title | None = None
    settings: JsonObject | None = None
    """Settings to replace; null takes one away."""
    branch_id: Id | None = None
    """The branch that opens first."""
    is_archived: bool | None = None


class BranchBody(Act):
    """A branch to make."""

    name: BranchName
    head_id: Id | None = None
    """The message it ends in, any of the conversation; null is before the first one."""
    opens: bool = False
    """Whether it opens first from now on."""


class BranchChangeBody(Act):
    """What to change of a branch; what is left out stays."""

    name: BranchName | None = None
    is_pinned: bool | None = None


class MoveBody(Act):
    """Where a branch is to end."""

    head_id: Id | None
    """The message; null is before the first one."""
    kind: Literal["rollback", "switch", "fork", "merge"] = "rollback"


class UndoBody(Act):
    """Which move of a branch to take back."""

    move_id: Id | None = None
    """The last one, unless named."""


class AuthorBody(Body):
    """Who said it."""

    kind: AuthorKind = "person"
    id: Annotated[str, Field(max_length=300)] | None = None
    name: Annotated[str, Field(max_length=300)] | None = None


class SourceBody(Body):
    """What a message is made from."""

    kind: SourceKind
    id: Id
    conversation_id: Id


class NewMessageBody(Body):
    """A message: ``text``, or ``parts``."""

    role: Role = "user"
    text: Text | None = None
    parts: Parts | None = None
    """As messages have them: each with its ``kind``."""
    author: AuthorBody | None = None
    """Whoever asks, unless named."""
    status: Status = "complete"
    sources: list[SourceBody] = Field(default_factory=list[SourceBody], max_length=1000)


class AppendBody(Act):
    """Messages to append."""

    messages: Annotated[list[NewMessageBody], Field(min_length=1, max_length=100)]
    branch_id: Id | None = None
    """The branch that opens first, unless named."""
    after: Id | None = "head"
    """The message they follow; ``head`` is wherever the branch ends, null is before the first one."""
    if_moved: Literal["fork", "refuse"] = "fork"
    """If the branch does not end in ``after`` any more: a branch of their own, or nothing."""


class EditBody(Act):
    """What to say in a message's place."""

    message: NewMessageBody
    branch_id: Id | None = None
    """The branch that shows it from now on; the one that opens first, unless named."""
    name: BranchName | None = None
    """Make a branch of this name for it instead."""


class MarksBody(Act):
    """Marks to set or take away; what is left out stays."""

    is_pinned: bool | None = None
    is_excluded: bool | None = None
    """Shown, and not sent to models."""


class Conversation(BaseModel):
    """A conversation."""

    id: str
    kind: str
    title: str
    title_by: str
    """``nobody``, ``person``, ``model`` or ``import``."""
    sources: list[str]
    """The messages the title was made from: by a model, or as the first words."""
    settings: dict[str, Any]
    branch_id: str | None
    """The branch that opens first."""
    folder_id: str | None
    origin: str | None
    pinned_at_ms: int | None
    archived_at_ms: int | None
    hidden_at_ms: int | None
    deleted_at_ms: int | None
    version: int
    """Its ETag; counts every change."""
    messages: int
    """How many there are that are not deleted, on all branches."""
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int
    is_temporary: bool
    """It is in memory alone, and lost when it ends."""


class Branch(BaseModel):
    """A name for a place in the tree."""

    id: str
    conversation_id: str
    name: str
    head_id: str | None
    """The last message of the path it shows."""
    pinned_at_ms: int | None
    archived_at_ms: int | None
    hidden_at_ms: int | None
    deleted_at_ms: int | None
    version: int
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int


class ConversationWithBranches(Conversation):
    """A conversation and its branches, oldest first."""

    branches: list[Branch]


class Branches(BaseModel):
    """Branches, oldest first."""

    items: list[Branch]
    next: str | None
    """``cursor`` of the next page; null at the end."""


class Move(BaseModel):
    """A branch was made to end elsewhere."""

    id: str
    kind: str
    from_id: str | None
    to_id: str | None
    created_by: str | None
    created_at_ms: int


class Moves(BaseModel):
    """Moves of a branch, oldest first."""

    items: list[Move]
    next: str | None
    """``cursor`` of the next page; null at the end."""


class Author(BaseModel):
    """Who said it."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None
    """As it was shown when the message was written."""
    display_name: str | None = None
    """What to show: ``name``, else what the person or key is called now, else a model's id; else null."""


class Source(BaseModel):
    """What a message was made from, besides its parent."""

    kind: SourceKind
    id: str
    conversation_id: str


class Content(BaseModel):
    """What a message says."""

    parts: list[dict[str, Any]]
    provider_data: dict[str, Any] | None = None


class MessageUsage(BaseModel):
    """What an answer took; its request is at ``/salon/v1/messages/ID/request``."""

    input_tokens: int | None
    output_tokens: int | None
    cost_e10: int | None
    """In 10⁻¹⁰ of ``currency``; null when it has no price."""
    currency: str | None
    started_at_ms: int
    first_token_at_ms: int | None
    ended_at_ms: int
    tools_ms: dict[str, int]
    """How long each tool took, by the id of its call."""


class Message(BaseModel):
    """A message: never changed but for its marks."""

    id: str
    conversation_id: str
    parent_id: str | None
    depth: int
    """How many stand above it."""
    role: Role
    author: Author
    status: Status
    content: Content | None
    """null once it is deleted."""
    size_bytes: int
    tokens: int
    """What it takes in a prompt, estimated."""
    run_id: str | None
    origin: str | None
    pinned_at_ms: int | None
    excluded_at_ms: int | None
    archived_at_ms: int | None
    hidden_at_ms: int | None
    deleted_at_ms: int | None
    created_by: str | None
    created_at_ms: int
    sources: list[Source]
    siblings: list[str]
    """Every message with the same parent, itself among them, oldest first; empty when it is alone."""
    usage: MessageUsage | None = None
    """What it took, where a model was asked for it; null in the answers to acts."""


class Messages(BaseModel):
    """Messages, oldest first."""

    items: list[Message]
    next: str | None
    """For a path: ``before`` of the page above; else ``cursor`` of the next one."""
    branch: Branch | None = None
    """The branch whose path it is."""
    is_broken: bool = False
    """The path ends where its parent is missing, or where it would go in a circle; it can be repaired."""


class OutlineLine(BaseModel):
    """A message without its words."""

    id: str
    role: Role
    author: str | None
    """Under which name it is shown."""
    author_kind: AuthorKind
    status: Status
    tokens: int
    is_pinned: bool
    is_deleted: bool
    created_at_ms: int


class Outline(BaseModel):
    """A path without its words, oldest first."""

    items: list[OutlineLine]
    next: str | None
    """``before`` of the part above; null at the beginning."""
    branch: Branch | None
    """The branch whose path it is."""


class MapStop(OutlineLine):
    """A message on the map of a tree."""

    parent_id: str | None
    """The next message above that is on the map."""
    between: int
    """How many stand between the two."""
    children: int
    """How many stand right below it, on the map or not."""
    words: str
    """How what it says begins."""


class Map(BaseModel):
    """Where the paths of a tree begin, part and end; each message after the one above it."""

    items: list[MapStop]
    messages: int
    """How many the tree has, deleted ones included."""
    is_cut: bool
    """There are more than 1,000 such places: these are the newest."""


class Appended(BaseModel):
    """What was appended, and where it is."""

    messages: list[Message]
    branch: Branch
    """The branch that ends in the last of them."""
    is_forked: bool
    """The branch was made for them, because the one that was meant had moved on."""


class Participant(BaseModel):
    """Who takes part."""

    kind: AuthorKind
    id: str
    name: str
    joined_at_ms: int


class Participants(BaseModel):
    """Who takes part, in the order in which they came."""

    items: list[Participant]


class ParticipantBody(Act):
    """Who is to take part."""

    kind: AuthorKind
    id: Annotated[str, Field(min_length=1, max_length=300)]
    name: Annotated[str, Field(max_length=300)] | None = None


class HeldBackup(BaseModel):
    """A backup that was made before, and still holds what was erased."""

    name: str
    made_at_ms: int
    expires_at_ms: int | None
    """When it is deleted; null is when somebody does."""


class Copy(BaseModel):
    """A message that says the same."""

    conversation_id: str
    message_id: str


class Deleted(BaseModel):
    """What was hidden, archived, deleted or erased."""

    verb: Literal["hide", "archive", "delete", "erase"]
    kind: Literal["conversation", "branch", "message"]
    id: str
    messages: int
    """How many messages say nothing any more because of it."""
    bodies_gone_at_ms: int | None
    """When what they said is gone for good; null where nothing was deleted."""
    copies: list[Copy]
    """What says the same elsewhere and was left, because nobody asked for ``copies``."""
    backups: list[HeldBackup]
    """Backups that still hold what was erased; restoring one erases it again."""
