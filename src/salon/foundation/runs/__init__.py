"""Runs: everything that takes time lives on the server, in a log that any number of viewers follow."""

from salon.foundation.runs.following import Following
from salon.foundation.runs.forgetting import forget_runs
from salon.foundation.runs.handle import RunHandle
from salon.foundation.runs.live import LiveCopies, RedisCopies
from salon.foundation.runs.models import (
    END,
    EndStatus,
    Rewind,
    Run,
    RunEnded,
    RunEvent,
    RunStatus,
    Seen,
    StaleEpoch,
)
from salon.foundation.runs.service import Resumer, Runs

__all__ = [
    "END",
    "EndStatus",
    "Following",
    "LiveCopies",
    "RedisCopies",
    "Resumer",
    "Rewind",
    "Run",
    "RunEnded",
    "RunEvent",
    "RunHandle",
    "RunStatus",
    "Runs",
    "Seen",
    "StaleEpoch",
    "forget_runs",
]
