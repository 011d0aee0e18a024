"""Bodies about stored files and open realtime sessions."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body


class File(BaseModel):
    """A stored file."""

    id: str
    """In OpenAI's form."""
    file_id: str
    """In Salon's own form, as messages hold it."""
    name: str
    media_type: str
    """What the bytes are, by their own look."""
    size_bytes: int
    sha256: str
    """Of its content, in hexadecimal."""
    purpose: str
    """What it is kept for, in the words of the interface it came by; empty when nobody said."""
    created_at_ms: int
    expires_at_ms: int | None
    scan: Literal["clean", "unscanned"] | None
    """What a virus scanner said; null where there is none."""


class FilePage(BaseModel):
    """Text of one page, slide or sheet, or a piece of what has none."""

    page: int | None
    """From 1; null where the file has no pages."""
    text: str


class ForeignPicture(Body):
    """A picture of the web that somebody asked to see."""

    address: Annotated[str, Field(min_length=1, max_length=4096)]
    """Whole, with ``http://`` or ``https://``."""


class FileText(BaseModel):
    """Part of a file's text."""

    items: list[FilePage]
    next: str | None
    """The cursor to go on with; null at the end."""
    unit: Literal["page", "slide", "sheet"] | None
    pages: int | None
    """How many there are."""
    has_words: bool
    """False for scans, which hold pictures of words."""
    cut: Literal["size", "time"] | None
    """Why the text ends before the file does; null when it is whole."""
    size_bytes: int
    """Of the whole text, as UTF-8."""


class UploadState(BaseModel):
    """How far an upload is."""

    id: str
    status: Literal["pending", "completed", "cancelled", "expired"]
    name: str
    size_bytes: int | None
    received_bytes: int
    created_at_ms: int
    expires_at_ms: int
    file_id: str | None
    """The file it became; null until then."""


class Files(BaseModel):
    """Files, newest first."""

    items: list[File]
    next: str | None
    files: int
    """How many there are in all."""
    size_bytes: int
    """What all of them take."""


class RealtimeSession(BaseModel):
    """A realtime session that is open."""

    request_id: str
    """The id of its opening."""
    started_at_ms: int
    key_name: str | None
    asked_model: str
    target: str
    """``provider/model``."""
    is_answering: bool
    """A response is under way, or asked for."""
    input_tokens: int
    """Of the responses that have ended."""
    output_tokens: int


class RealtimeSessions(BaseModel):
    """The open sessions of one process."""

    items: list[RealtimeSession]
