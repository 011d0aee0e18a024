"""A run, the events of its log, and what a viewer is told."""

from typing import Any, Final, Literal

import msgspec

from salon.foundation.kit.errors import Conflict

RunStatus = Literal["running", "done", "failed", "cancelled", "interrupted"]
EndStatus = Literal["done", "failed", "cancelled", "interrupted"]

END: Final = "end"
"""The type of the one terminal event of every run."""
DELTA_SUFFIX: Final = "-delta"
"""Events whose type ends so are dropped by compaction: the end holds what they add up to."""
BODY_FORMAT: Final = 1
"""The version of what is inside a body: JSON of an event of this release."""
MAX_BODY_BYTES: Final = 256 * 1024
"""Larger things go to the file store; an event refers to them."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Something that takes time, lives on the server, and can be watched."""

    id: str
    space_id: str
    created_by: str | None
    kind: str
    status: RunStatus
    data: dict[str, Any]
    epoch: int
    owner: str
    lease_expires_at_ms: int
    last_number: int
    stop_requested: bool
    compacted: bool
    started_at_ms: int
    ended_at_ms: int | None


class RunEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a run's log."""

    run_id: str
    epoch: int
    number: int
    type: str
    body: bytes
    """JSON, or sealed bytes if the cipher says so."""
    at_ms: int
    cipher: str = "none"
    key_id: str | None = None

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self.type == END

    @property
    def is_delta(self) -> bool:
        """Whether compaction may drop it."""
        return self.type.endswith(DELTA_SUFFIX)

    def data(self) -> Any:
        """Return the decoded body of an event that is not sealed."""
        return msgspec.json.decode(self.body)


class Rewind(msgspec.Struct, frozen=True, kw_only=True):
    """Tells a viewer to forget everything after ``number``: what it saw there was never durable.

    Comes when a new epoch began, or (``number`` 0) when the log was compacted.
    """

    epoch: int
    number: int
    reason: Literal["epoch", "compacted"] = "epoch"


Seen = RunEvent | Rewind


class StaleEpoch(Conflict):
    """Another process took the run over; this one must stop. Fields: ``problem``."""

    def __init__(self, run_id: str) -> None:
        super().__init__(problem=f"Another process took over the run {run_id}.")


class RunEnded(Conflict):
    """The run has ended; nothing can be added. Fields: ``problem``."""

    def __init__(self, run_id: str) -> None:
        super().__init__(problem=f"The run {run_id} has ended.")
