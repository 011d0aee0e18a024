"""Bodies about imports of conversations."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.conversations import Act

Format = Literal["salon", "chatgpt", "claude", "open-webui", "librechat", "sillytavern", "lobechat"]


class ImportBody(Act):
    """Which stored file to import, and how."""

    file_id: Annotated[str, Field(min_length=1, max_length=200)]
    """A stored file, in any form of its id."""
    format: Format | None = None
    """Whose export it is; found out by its content unless said."""
    dry_run: bool = False
    """Read it and report, and write nothing."""


class ImportTotals(BaseModel):
    """How much was read, and what became of it."""

    conversations: int
    added: int
    grown: int
    unchanged: int
    skipped: int
    messages_read: int
    messages_added: int
    messages_known: int
    files_added: int


class ImportProblem(BaseModel):
    """Why something was not taken in."""

    code: str
    place: str
    """Where: the member of a ZIP, the byte, the title."""
    detail: str
    message: str


class ImportNote(BaseModel):
    """What was repaired, or could not be carried."""

    code: str
    count: int
    examples: list[str]
    message: str


class Import(BaseModel):
    """An import: how far it is, or how it ended."""

    id: str
    run_id: str
    """Its run, whose log tells how far it is."""
    status: Literal["running", "done", "failed", "cancelled"]
    file_id: str
    filename: str
    dry_run: bool
    asked_format: Format | None
    formats: list[Format]
    """Whose export it was found to be."""
    totals: ImportTotals
    notes: list[ImportNote]
    """Of the export as a whole."""
    problem: ImportProblem | None
    created_at_ms: int
    ended_at_ms: int | None


class ImportPage(BaseModel):
    """Imports, newest first."""

    items: list[Import]
    next: str | None


class ImportEntry(BaseModel):
    """What became of one conversation."""

    number: int
    """Its place in the export, from 1."""
    place: str
    title: str
    origin: str | None
    conversation_id: str | None
    outcome: Literal["added", "grown", "unchanged", "skipped"]
    messages_read: int
    messages_added: int
    messages_known: int
    files: int
    notes: list[ImportNote]
    problem: ImportProblem | None


class ImportReport(BaseModel):
    """A page of what became of each conversation, in the order of the export."""

    items: list[ImportEntry]
    next: str | None
