"""Bodies about exports of conversations."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body
from salon.surfaces.api.routes.schemas.conversations import Act
from salon.surfaces.api.routes.schemas.sorting import FilterBody

ConversationId = Annotated[str, Field(max_length=100)]
Format = Literal["json", "jsonl", "messages-jsonl", "markdown", "html"]


class DirectExportBody(Body):
    """What to export: conversations by name, those that are found, or all of them."""

    format: Format = "json"
    """``json`` and both of JSON Lines hold everything and can be imported; the others are to be read."""
    conversation_ids: (
        Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=1000)] | None
    ) = None
    all: bool = False
    """All that are neither hidden nor deleted."""
    filter: FilterBody | None = None
    """Those that fit, up to 5,000; open ones, unless it says otherwise."""
    search: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    """Those with a message that fits, in the words of a search; with ``filter``, those that fit both."""
    branch_id: Annotated[str | None, Field(max_length=100)] = None
    """This branch alone; of one conversation, as Markdown or HTML."""
    files: bool = False
    """With the files of the messages, as a ZIP."""


class ExportBody(DirectExportBody, Act):
    """What to export into a file."""


class Export(BaseModel):
    """An export that goes on by itself and ends in a file."""

    id: str
    """A run's."""
    status: Literal["running", "done", "failed", "cancelled", "interrupted"]
    format: Format
    name: str
    """What its file is called."""
    conversations: int
    """How many it has in all."""
    messages: int
    done_conversations: int
    """How many are written so far; known to the process that writes."""
    done_messages: int
    file_id: str | None
    """Its file, once it is done; kept for a week."""
    size_bytes: int | None
    error: dict[str, Any] | None
    """Why it failed."""
    started_at_ms: int
    ended_at_ms: int | None


class Exports(BaseModel):
    """Exports, newest first."""

    items: list[Export]
    next: str | None
