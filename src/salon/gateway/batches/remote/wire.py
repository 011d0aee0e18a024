"""What every provider with batches of its own offers, in whatever words."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

import msgspec

from salon.gateway.batches.remote.parts import Part


class RemoteState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a batch is at its provider."""

    status: Literal["working", "ended", "failed"]
    """``failed``: it was not begun, and nothing of it is charged."""
    problem: str = ""
    files: tuple[str, ...] = ()
    """Where its answers are, if they are in files."""


class RemoteAnswer(msgspec.Struct, frozen=True, gc=False):
    """What became of one line there."""

    custom_id: str
    status: int
    """HTTP status; 0 for a line that was not answered: it expired or was cancelled."""
    body: bytes


class Wire(Protocol):
    """Speaks about batches with one provider. All of it raises UpstreamError."""

    def line(self, custom_id: str, endpoint: str, body: bytes) -> bytes:
        """Return a line as it is handed over."""
        ...

    async def upload(self, part: Part, lines: Sequence[bytes]) -> str | None:
        """Bring lines to the provider where that goes before making a batch; return their file."""
        ...

    async def create(self, part: Part, lines: Sequence[bytes], *, endpoint: str) -> str:
        """Make the batch and return its id there."""
        ...

    async def find(self, part: Part) -> str | None:
        """Return the id of the batch that was made of a part, if one was: its answer may have been lost."""
        ...

    async def look(self, remote_id: str) -> RemoteState:
        """Return how far a batch is."""
        ...

    async def cancel(self, remote_id: str) -> None:
        """Ask for a batch to stop."""
        ...

    def answers(self, remote_id: str, state: RemoteState) -> AsyncIterator[RemoteAnswer]:
        """Yield what became of its lines, in any order."""
        ...

    async def remove(self, part: Part, state: RemoteState) -> None:
        """Delete what the provider keeps of an ended batch."""
        ...
