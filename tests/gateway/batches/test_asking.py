"""One line: when it is asked again, when it is left, and what is kept of its answer."""

import asyncio
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import (
    Overloaded,
    RateLimited,
    SalonError,
    ShuttingDown,
    UpstreamRefused,
    UpstreamServerError,
    UpstreamTimeout,
)
from salon.foundation.kit.ids import SpaceId
from salon.gateway.batches.asking import LineAsker
from salon.gateway.batches.lanes import Lanes
from salon.gateway.batches.models import Answer, Batch, BatchOptions, Question
from salon.gateway.dialects import DIALECTS
from salon.gateway.exchange import Answered, ServedCall
from salon.testing.gateway_bench import OWNER

BATCH = Batch(
    id="msgbatch_1",
    space_id=SpaceId("spc_home"),
    created_by=None,
    key_id=None,
    person_id=None,
    protocol="anthropic",
    endpoint="/v1/messages",
    dialect="anthropic",
    status="running",
    created_at_ms=0,
    window_ends_at_ms=1,
)
LINE = Question(1, "one", b'{"model":"demo"}')


class Scripted:
    """A gateway that fails as it is told, and then answers."""

    def __init__(self, *errors: SalonError, body: bytes = b"{}") -> None:
        self.errors = list(errors)
        self.body = body
        self.calls: list[tuple[ServedCall, str]] = []

    async def answer(self, call: ServedCall, *, part_of: str) -> Answered:
        """Fail once more, or answer."""
        self.calls.append((call, part_of))
        error = self.errors.pop(0) if self.errors else None
        return Answered(
            request_id="req_1",
            status=200 if error is None else error.status,
            body=self.body,
            error=error,
            input_tokens=1,
            output_tokens=2,
            cached_tokens=0,
            reasoning_tokens=0,
        )

    async def check_model(self, *_: Any) -> None:
        """Know every model."""

    def identity_now(self, **_: Any) -> Any:
        """Know everybody."""
        return OWNER


def ask(gateway: Scripted, *, line: Question = LINE, halt: bool = False, **options: Any) -> Answer | None:
    async def play() -> Answer | None:
        event = asyncio.Event()
        if halt:
            event.set()
        asker = LineAsker(
            gateway,
            gateway,
            DIALECTS,
            Lanes(2, lambda: 0),
            options=BatchOptions(first_pause_s=0.001, **options),
            clock=SystemClock(),
        )
        async with asyncio.timeout(30):
            return await asker.ask(BATCH, line, event)

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("errors", "calls", "status"),
    [
        ([], 1, "succeeded"),
        ([UpstreamServerError(provider="p")], 2, "succeeded"),
        ([UpstreamServerError(provider="p")] * 9, 3, "errored"),
        ([RateLimited(limit="requests", retry_after_s=0)] * 9, 10, "succeeded"),
        ([Overloaded(retry_after_s=0)] * 9, 10, "succeeded"),
        ([UpstreamRefused(provider="p")], 1, "errored"),
        # It may have been answered, and charged, unheard.
        ([UpstreamTimeout(provider="p", phase="first_byte", limit_s=1)], 1, "errored"),
        ([UpstreamTimeout(provider="p", phase="connect", limit_s=1)], 2, "succeeded"),
    ],
)
def test_what_follows_a_failure(errors: list[SalonError], calls: int, status: str) -> None:
    gateway = Scripted(*errors)
    answer = ask(gateway, tries=3)
    assert answer is not None
    assert (len(gateway.calls), answer.status) == (calls, status)


def test_a_line_is_asked_as_a_door_would_and_names_its_batch() -> None:
    gateway = Scripted()
    ask(gateway)
    ((call, part_of),) = gateway.calls
    assert (call.dialect, call.body, call.identity) == ("anthropic", LINE.body, OWNER)
    assert part_of == "line 1 of msgbatch_1"


def test_a_line_that_is_cut_short_has_no_answer() -> None:
    assert ask(Scripted(ShuttingDown(retry_after_s=1))) is None
    gateway = Scripted()
    assert ask(gateway, halt=True) is None
    assert gateway.calls == []
    assert ask(Scripted(RateLimited(limit="requests", retry_after_s=3600)), halt=True) is None


def test_an_answer_is_kept_in_one_line() -> None:
    answer = ask(Scripted(body=b'{\n  "a": [1,\r\n 2]\n}'))
    assert answer is not None
    assert answer.body == b'{"a":[1,2]}'
    broken = ask(Scripted(body=b"no\njson"))
    assert broken is not None
    assert msgspec.json.decode(broken.body) == "no\njson"


def test_a_line_that_streams_is_refused_unasked() -> None:
    gateway = Scripted()
    answer = ask(gateway, line=Question(1, "one", b'{"stream":true}'))
    assert answer is not None
    assert (answer.status, answer.http_status, gateway.calls) == ("errored", 400, [])
    assert msgspec.json.decode(answer.body)["error"]["type"] == "invalid_request_error"
