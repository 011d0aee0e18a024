"""Bodies about runs."""

from typing import Any, Literal

from pydantic import BaseModel


class RunView(BaseModel):
    """A run: something that takes time, lives on the server and can be followed."""

    id: str
    kind: str
    status: Literal["running", "done", "failed", "cancelled", "interrupted"]
    data: dict[str, Any]
    """What it is about, by its kind."""
    epoch: int
    last_number: int
    """Of its log; with the epoch, where a viewer that has everything stands."""
    stop_requested: bool
    compacted: bool
    """The single pieces of its text are dropped."""
    created_by: str | None
    started_at_ms: int
    ended_at_ms: int | None


class RunViews(BaseModel):
    """Runs, newest first."""

    items: list[RunView]
    next: str | None
