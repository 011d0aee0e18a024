"""Bodies about batches."""

from typing import Literal

from pydantic import BaseModel


class BatchProblem(BaseModel):
    """Why a batch was not begun, or failed."""

    code: str
    message: str
    line: int | None
    """Of the input file, counted from 1."""
    param: str | None


class Batch(BaseModel):
    """A batch and how far it is."""

    id: str
    protocol: Literal["anthropic", "openai"]
    endpoint: str
    status: Literal[
        "validating", "running", "cancelling", "finalizing", "completed", "failed", "expired", "cancelled"
    ]
    key_name: str | None
    """The key its lines are asked with; null for a person."""
    lines: int
    waiting: int
    succeeded: int
    errored: int
    cancelled: int
    expired: int
    input_tokens: int
    output_tokens: int
    metadata: dict[str, str]
    problems: list[BatchProblem]
    input_file_id: str | None
    output_file_id: str | None
    error_file_id: str | None
    handed_to: str | None
    """The model whose provider answers it in a batch of its own."""
    kept_here: str | None
    """Why lines of it are asked one by one here, in half a sentence."""
    created_at_ms: int
    window_ends_at_ms: int
    """When lines without an answer expire."""
    started_at_ms: int | None
    cancel_asked_at_ms: int | None
    ended_at_ms: int | None
    keep_until_ms: int | None
    """When its answers are deleted."""
    archived_at_ms: int | None
    """When they were."""


class Batches(BaseModel):
    """Batches, newest first."""

    items: list[Batch]
    next: str | None
