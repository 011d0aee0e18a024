"""A space has only so many batches open, and so many requests in them."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from salon.gateway.batches import BatchOptions
from salon.gateway.batches.models import BatchesFull
from salon.gateway.dialects import DIALECTS
from salon.testing.gateway_bench import OWNER

Run = Callable[..., None]
SLOW = "{{fake delay=0.5}}"
CHAT = "/v1/chat/completions"


def test_one_batch_more_than_may_be_open_is_refused(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        both = await asyncio.gather(*(made.make(SLOW) for _ in range(2)))
        with pytest.raises(BatchesFull, match=r"2 open batches.*salon batches list.*batches\.max_open"):
            await made.make("one")
        await made.batches.cancel(OWNER.caller, None, both[0].id)
        await made.ended(both[0])
        assert (await made.ended(await made.make("one"))).succeeded == 1
        await made.ended(both[1])

    desk(scene, database=database, options=BatchOptions(max_open=2, finish_s=0.1))


def test_requests_that_wait_in_open_batches_are_counted(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        first = await made.make(SLOW, SLOW, SLOW)
        with pytest.raises(BatchesFull, match="4 requests in open batches"):
            await made.make("one", "two")
        await made.ended(first)
        assert (await made.ended(await made.make("one", "two"))).succeeded == 2

    desk(scene, database=database, options=BatchOptions(max_open_lines=4))


def test_a_file_with_more_requests_than_may_wait_fails_and_says_why(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        failed = await made.ended(await made.from_file(5))
        assert (failed.status, failed.lines) == ("failed", 0)
        assert [problem.code for problem in failed.problems] == ["batches_full"]
        assert "4 requests in open batches" in failed.problems[0].message

    desk(scene, database=database, options=BatchOptions(max_open_lines=4))


@pytest.mark.parametrize(
    ("dialect", "kind"), [("anthropic", "rate_limit_error"), ("openai", "rate_limit_error")]
)
def test_the_refusal_is_told_in_the_callers_words_and_ends_retries(dialect: Any, kind: str) -> None:
    error = BatchesFull(limit="2 open batches", setting="batches.max_open")
    told = msgspec.json.decode(DIALECTS[dialect].encode_error(error, request_id="req_1"))["error"]
    assert (told["type"], error.status, error.ends_retries) == (kind, 429, True)
    assert "cancel one" in told["message"]
