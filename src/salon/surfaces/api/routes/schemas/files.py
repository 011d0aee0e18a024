"""Bodies about stored files and open realtime sessions."""

from pydantic import BaseModel


class File(BaseModel):
    """A stored file."""

    id: str
    """In OpenAI's form."""
    name: str
    media_type: str
    """What the bytes are, by their own look."""
    size_bytes: int
    purpose: str
    """What it is kept for, in the words of the interface it came by; empty when nobody said."""
    created_at_ms: int
    expires_at_ms: int | None


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
