"""One line of a batch, asked until it is answered for good: as its key would ask at the door."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import (
    InvalidRequest,
    NotSignedIn,
    Overloaded,
    RateLimited,
    SalonError,
    ShuttingDown,
    UpstreamOverloaded,
    UpstreamRateLimited,
)
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import OperationName
from salon.gateway.batches.lanes import Lanes
from salon.gateway.batches.models import Answer, Batch, BatchOptions, Question
from salon.gateway.exchange import Answered, ServedCall
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.routing.reactions import is_uncertain

_MOST_PAUSE_S: Final = 60.0
_HEADERS: Final = {b"content-type": b"application/json"}


class Answers(Protocol):
    """The gateway, as batches see it."""

    async def answer(self, call: ServedCall, *, part_of: str) -> Answered:
        """Answer one call."""
        ...

    async def check_model(self, identity: KeyIdentity, model: str, operation: OperationName) -> None:
        """Refuse a model that may not be asked for. Raises: UnknownModel, ModelUnavailable, NotAllowed."""
        ...


class Identities(Protocol):
    """The accounts, as batches see them."""

    def identity_now(self, *, key_id: str | None, person_id: str | None) -> KeyIdentity | None:
        """Return whom earlier work acts as now."""
        ...


class _Streams(msgspec.Struct):
    stream: Any = None


class LineAsker:
    """Asks lines. One for each process."""

    def __init__(
        self,
        gateway: Answers,
        accounts: Identities,
        dialects: Mapping[DialectName, Dialect],
        lanes: Lanes,
        *,
        options: BatchOptions,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._accounts = accounts
        self._dialects = dialects
        self._lanes = lanes
        self._options = options
        self._clock = clock
        self.retries = 0
        """How often a line was asked once more."""

    async def ask(self, batch: Batch, line: Question, halt: asyncio.Event) -> Answer | None:
        """Return what became of a line; None when ``halt`` was set before it was answered for good."""
        failures = 0
        while True:
            answered = await self._once(batch, line, halt)
            if not isinstance(answered, Answered):
                return answered
            error = answered.error
            if error is None:
                return answer_of(answered)
            if isinstance(error, ShuttingDown):
                return None
            is_limit = _is_limit(error)
            failures += not is_limit
            if not (is_limit or self._may_repeat(error, failures)):
                return answer_of(answered)
            self.retries += 1
            if await _halted(halt, self._pause_s(error, max(1, failures))):
                return None

    async def _once(self, batch: Batch, line: Question, halt: asyncio.Event) -> Answered | Answer | None:
        problem = _problem(line)
        identity = self._accounts.identity_now(key_id=batch.key_id, person_id=batch.person_id)
        if identity is None:
            problem = NotSignedIn(problem="The key this batch was made with does not work any more.")
        if problem is not None or identity is None:
            assert problem is not None
            return self._refused(batch, problem)
        assert line.body is not None
        async with self._lanes.place():
            if halt.is_set():
                return None
            call = ServedCall(
                dialect=batch.dialect,
                identity=identity,
                headers=_HEADERS,
                body=line.body,
                received_at_s=self._clock.monotonic_s(),
            )
            return await self._gateway.answer(call, part_of=f"line {line.number} of {batch.id}")

    def _refused(self, batch: Batch, error: SalonError) -> Answer:
        """Return the answer to a line that is not asked at all."""
        request_id = new_id("req")
        body = self._dialects[batch.dialect].encode_error(error, request_id=request_id)
        return Answer(status="errored", http_status=error.status, request_id=request_id, body=body)

    def _may_repeat(self, error: SalonError, failures: int) -> bool:
        return error.retryable and not is_uncertain(error) and failures < self._options.tries

    def _pause_s(self, error: SalonError, failures: int) -> float:
        span_s = min(_MOST_PAUSE_S, self._options.first_pause_s * 2.0 ** (failures - 1))
        jittered_s = random.uniform(span_s / 2, span_s)  # noqa: S311 - spreads retries
        return max(error.retry_after_s or 0.0, jittered_s)


def _problem(line: Question) -> SalonError | None:
    """Say what keeps a line from being asked."""
    try:
        streams = bool(msgspec.json.decode(line.body or b"", type=_Streams).stream)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None  # the gateway says what is wrong with it
    if streams:
        return InvalidRequest(field="stream", problem="A batch answers whole. Leave it out.")
    return None


def _is_limit(error: SalonError) -> bool:
    """Tell whether the line has only come too early: it waits as long as its batch may."""
    kinds = (RateLimited, Overloaded, UpstreamRateLimited, UpstreamOverloaded)
    return isinstance(error, kinds) and error.retryable


async def _halted(halt: asyncio.Event, seconds: float) -> bool:
    """Wait; tell whether ``halt`` was set meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            await halt.wait()
    except TimeoutError:
        return False
    return True


def _one_line(body: bytes) -> bytes:
    """Return JSON without line breaks: answers are handed out one a line."""
    if b"\n" not in body and b"\r" not in body:
        return body
    try:
        return msgspec.json.format(body, indent=-1)
    except msgspec.DecodeError:
        return msgspec.json.encode(body.decode("utf-8", "replace"))


def answer_of(answered: Answered) -> Answer:
    """Return an answer as it is kept."""
    return Answer(
        status="succeeded" if answered.error is None else "errored",
        http_status=answered.status,
        request_id=answered.request_id,
        body=_one_line(answered.body),
        input_tokens=answered.input_tokens,
        output_tokens=answered.output_tokens,
        cached_tokens=answered.cached_tokens,
        reasoning_tokens=answered.reasoning_tokens,
    )
