"""What a turn writes into its run's log besides the events of the answer."""

from typing import Any, Final, Literal, get_args

import msgspec

from salon.features.turns.models import Asked, ContextReport, Step, TurnStatus
from salon.foundation.messages import Finish, StreamEvent, ToolResultPart

CHUNK: Final = "chunk-delta"
"""The type of a piece of an event that is too large for the log."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    pass


class ContextFitted(_Entry, frozen=True, kw_only=True, tag="context"):
    """What the next step is told, in tokens."""

    report: ContextReport


class StepAsked(_Entry, frozen=True, kw_only=True, tag="asked"):
    """What the next step is told, exactly; after the first only what changed."""

    asked: Asked


class StepStarted(_Entry, frozen=True, kw_only=True, tag="step-start"):
    """A request to a model begins."""

    number: int
    request_id: str
    model: str


class StepEnded(_Entry, frozen=True, kw_only=True, tag="step-end"):
    """It has ended, well or not."""

    step: Step


class ToolWaits(_Entry, frozen=True, kw_only=True, omit_defaults=True, tag="tool-approval"):
    """A tool call waits for somebody's word, or has got it."""

    position: int
    call_id: str
    name: str
    state: Literal["waiting", "given", "refused"]
    reason: str = ""
    by: str | None = None


class ToolStarted(_Entry, frozen=True, kw_only=True, tag="tool-start"):
    """A tool is called."""

    position: int
    call_id: str
    name: str


class ToolAnswered(_Entry, frozen=True, kw_only=True, tag="tool-result"):
    """A tool has answered."""

    position: int
    """Which of the step's calls this answers, from 0."""
    result: ToolResultPart
    duration_ms: int


class TurnEnded(_Entry, frozen=True, kw_only=True, omit_defaults=True, tag="turn-end"):
    """The turn is over; the run's own end follows."""

    status: TurnStatus
    finish: Finish | None = None
    error: dict[str, Any] | None = None


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of an event that is too large for one row: its JSON, to be joined until ``is_last``."""

    of: str
    """The type of the whole event."""
    text: str
    is_last: bool = False


Entry = (
    ContextFitted
    | StepAsked
    | StepStarted
    | StepEnded
    | ToolWaits
    | ToolStarted
    | ToolAnswered
    | TurnEnded
    | StreamEvent
)


def type_of_kind(kind: type[msgspec.Struct]) -> str:
    """Return the type that entries of a kind have in the log."""
    return str(kind.__struct_config__.tag)


TYPES: Final[dict[type, str]] = {kind: type_of_kind(kind) for kind in get_args(Entry)}
"""The type in the log of each kind of entry."""
