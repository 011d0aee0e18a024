"""A batch, its lines, and what may be asked in one."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import RateLimited
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.gateway.protocols.base import DialectName

Protocol = Literal["anthropic", "openai"]
"""In whose words the batch itself is spoken of; its lines are in the dialect of their endpoint."""
BatchStatus = Literal[
    "receiving",
    "validating",
    "running",
    "cancelling",
    "finalizing",
    "completed",
    "failed",
    "expired",
    "cancelled",
]
"""``receiving``: its lines are still being stored; nobody is shown it."""
LineStatus = Literal["waiting", "succeeded", "errored", "cancelled", "expired"]
ENDED: Final[frozenset[BatchStatus]] = frozenset({"completed", "failed", "expired", "cancelled"})
RUN_KIND: Final = "batch"

ENDPOINTS: Final[Mapping[str, DialectName]] = {
    "/v1/messages": "anthropic",
    "/v1/chat/completions": "openai",
    "/v1/responses": "responses",
    "/v1/completions": "completions",
    "/v1/embeddings": "openai-embeddings",
    "/v1/moderations": "openai-moderations",
}
"""What lines may ask, and the dialect they are in."""


class BatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds and habits of batches."""

    concurrency: int = 8
    """Lines under way at once in one process, all batches together; fewer while people ask."""
    max_lines: int = 100_000
    max_open: int = 100
    """Batches of one space that have not ended."""
    max_open_lines: int = 1_000_000
    """Lines of those that have no answer yet."""
    max_bytes: int = 64 * 1024**2
    """Of a request that makes a batch, or of an input file."""
    window_s: float = 24 * 3600.0
    keep_s: float = 29 * 24 * 3600.0
    """How long the answers of an ended batch are kept."""
    tries: int = 5
    """How often a line is asked whose provider fails; a limit that is reached does not count."""
    first_pause_s: float = 1.0
    """Before the second try; doubled for each further one, a minute at most."""
    hand_over: bool = True
    """Hand batches to the batches of a provider where those are known to cost less."""
    part_bytes: int = 32 * 1024**2
    """Of what is handed over at once; it is held in memory."""
    look_s: float = 5.0
    """Between the first two looks at what a provider does; longer each time."""
    longest_look_s: float = 120.0
    doubt_s: float = 90.0
    """How long a request that makes a batch may be under way unheard, before it is looked for."""
    remote_finish_s: float = 900.0
    """How long a provider may take to end a batch that was cancelled, or whose window is over."""
    lost_s: float = 900.0
    """How long it may say that it knows nothing of a batch before that is believed."""
    finish_s: float = 60.0
    """How long lines under way may still be answered once a batch is cancelled or its window is over."""


class BatchesFull(RateLimited):
    """The space has as much in open batches as it may. Fields: ``limit``, ``setting``."""

    code = "batches_full"
    retryable = False


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a batch was not begun."""

    code: str
    message: str
    line: int | None = None
    """Of the input file, counted from 1."""
    param: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Many requests handed in at once. Fields stand in the order of the table's columns."""

    id: str
    space_id: SpaceId
    created_by: str | None
    key_id: KeyId | None
    """The key its lines are asked with."""
    person_id: PersonId | None
    protocol: Protocol
    endpoint: str
    dialect: DialectName
    status: BatchStatus
    run_id: str | None = None
    lines: int = 0
    succeeded: int = 0
    errored: int = 0
    cancelled: int = 0
    expired: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    metadata: dict[str, str] = {}
    problems: list[Problem] = []
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    output_keep_s: int | None = None
    """How long its files are to be kept; None is as long as the settings say."""
    created_at_ms: int
    window_ends_at_ms: int
    started_at_ms: int | None = None
    cancel_asked_at_ms: int | None = None
    finalizing_at_ms: int | None = None
    ended_at_ms: int | None = None
    keep_until_ms: int | None = None
    """When its answers are deleted."""
    archived_at_ms: int | None = None
    """When they were."""
    handed_to: str | None = None
    """The model whose provider answers it in a batch of its own, as ``provider/model``."""
    kept_here: str | None = None
    """Why its lines are asked one by one here, in half a sentence; None while neither is decided."""

    def with_answer(self, answer: "Answer") -> "Batch":
        """Return it with one more of its lines through."""
        is_good = answer.status == "succeeded"
        return msgspec.structs.replace(
            self,
            succeeded=self.succeeded + is_good,
            errored=self.errored + (not is_good),
            input_tokens=self.input_tokens + answer.input_tokens,
            output_tokens=self.output_tokens + answer.output_tokens,
            cached_tokens=self.cached_tokens + answer.cached_tokens,
            reasoning_tokens=self.reasoning_tokens + answer.reasoning_tokens,
        )

    @property
    def caller(self) -> Caller:
        """On whose behalf the house acts for it."""
        return Caller(
            kind="system",
            space_id=self.space_id,
            person_id=self.person_id,
            key_id=self.key_id,
            rights=frozenset(),
            via="internal",
        )

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more happens to it."""
        return self.status in ENDED

    @property
    def waiting(self) -> int:
        """How many lines have no answer yet."""
        return self.lines - self.succeeded - self.errored - self.cancelled - self.expired

    @property
    def outcome(self) -> BatchStatus:
        """What its status becomes once all its lines are through."""
        if self.expired:
            return "expired"
        return "cancelled" if self.cancel_asked_at_ms is not None else "completed"


class NewLine(msgspec.Struct, frozen=True, gc=False):
    """One request of a batch as it was handed in."""

    custom_id: str
    body: bytes


class Question(msgspec.Struct, frozen=True, gc=False):
    """A line that waits for its answer."""

    number: int
    """Its place in the batch, counted from 1."""
    custom_id: str
    body: bytes | None
    """None when the key that sealed it is gone."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of a line that was asked."""

    status: LineStatus
    http_status: int
    request_id: str
    body: bytes
    """In the line's dialect, also when it is an error."""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line and what became of it."""

    number: int
    custom_id: str
    status: LineStatus
    http_status: int | None
    request_id: str | None
    body: bytes | None
    """The answer or error in the line's dialect; None when there is none, or its key is gone."""
