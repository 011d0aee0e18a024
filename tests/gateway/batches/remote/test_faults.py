"""What befalls a batch that was handed over: refused, lost, failed, stopped. None is made twice."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.gateway.batches.remote.conftest import QUICK, asked_at_once, case, hand_in, text_of, told

from salon.testing.gateway_bench import OWNER
from salon.testing.load import until_async

Run = Callable[..., None]
MODELS = pytest.mark.parametrize("model", ["openai/fake", "anthropic/fake"])


@MODELS
def test_a_batch_whose_making_was_not_heard_of_is_found_and_not_made_again(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.lost = 1
        done = await made.ended(await hand_in(made, *map(case, "abc"), model=model))
        assert done.succeeded == 3
        assert set(made.fake.journal.attempts.values()) == {1}
        assert asked_at_once(made) == 0

    handed(scene)


@MODELS
def test_another_batch_as_large_is_not_taken_for_the_own_one(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        first = await hand_in(made, *map(case, "abc"), model=model)
        await until_async(lambda: len(made.fake.batches.made) == 1, what="the first batch there")
        made.fake.batches.refusals.append(500)  # nothing is made, and nobody can know that
        second = await hand_in(made, *map(case, "def"), model=model)
        await until_async(lambda: not made.fake.batches.refusals, what="the refusal")
        made.fake.batches.is_holding = False
        done = [await made.ended(batch) for batch in (first, second)]
        texts = [[text_of(one) for one in await told(made, batch)] for batch in done]
        assert texts == [[f"answer {name}" for name in names] for names in ("abc", "def")]
        assert set(made.fake.journal.attempts.values()) == {1}

    handed(scene)


@MODELS
def test_a_refusal_is_believed_and_the_lines_are_asked_here(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.refusals.append(400)
        done = await made.ended(await hand_in(made, *map(case, "abc"), model=model))
        assert (done.status, done.succeeded) == ("completed", 3)
        assert done.kept_here
        assert (made.fake.batches.made, asked_at_once(made)) == ([], 3)

    handed(scene)


@MODELS
def test_a_limit_is_waited_for(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.refusals.extend((429, 429))
        done = await made.ended(await hand_in(made, *map(case, "abc"), model=model))
        assert (done.succeeded, asked_at_once(made), done.kept_here) == (3, 0, None)

    handed(scene)


def test_a_batch_that_fails_as_a_whole_is_asked_here(handed: Run) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.problem = "Enqueued token limit reached"
        done = await made.ended(await hand_in(made, *map(case, "abc")))
        assert (done.succeeded, done.kept_here) == (3, "Enqueued token limit reached")
        assert asked_at_once(made) == 3

    handed(scene)


@MODELS
def test_a_batch_that_is_gone_there_is_asked_here(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        desk = made.fake.batches
        desk.is_holding = True
        batch = await hand_in(made, *map(case, "abc"), model=model)
        await until_async(lambda: bool(desk.made), what="the batch there")
        desk.made.clear()
        done = await made.ended(batch)
        assert (done.succeeded, asked_at_once(made)) == (3, 3)

    handed(scene)


@MODELS
def test_a_cancelled_batch_is_cancelled_there_and_what_was_answered_is_kept(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        batch = await hand_in(made, *map(case, "abcd"), model=model)
        await until_async(lambda: bool(made.fake.batches.made), what="the batch there")
        await made.batches.cancel(OWNER.caller, None, batch.id)
        done = await made.ended(batch)
        assert (done.status, done.succeeded, done.cancelled) == ("cancelled", 2, 2)
        assert len(await made.bench.rows()) == 2
        assert asked_at_once(made) == 0

    handed(scene)


@MODELS
def test_when_the_window_is_over_the_batch_is_cancelled_there(
    desk: Run, database: str | None, model: str
) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        done = await made.ended(await hand_in(made, *map(case, "abcd"), model=model))
        assert (done.status, done.succeeded, done.expired) == ("expired", 2, 2)

    options = msgspec.structs.replace(QUICK, window_s=1.5)
    desk(scene, database=database, has_batches=True, options=options)


def test_a_provider_that_is_away_while_a_batch_is_cancelled_is_not_asked_all_the_time(handed: Run) -> None:
    async def scene(made: Any) -> None:
        desk, counts = made.fake.batches, made.fake.journal.counts
        desk.is_holding = True
        batch = await hand_in(made, *map(case, "abcd"))
        await until_async(lambda: bool(desk.made), what="the batch there")
        desk.is_away = True
        await made.batches.cancel(OWNER.caller, None, batch.id)
        before = counts["requests"]
        started_s = time.monotonic()
        await until_async(lambda: counts["requests"] >= before + 8, what="eight requests")
        assert time.monotonic() - started_s > 0.3
        desk.is_away = False
        assert (await made.ended(batch)).status == "cancelled"

    handed(scene)


def test_a_provider_that_does_not_answer_for_a_while_is_waited_for(handed: Run) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        batch = await hand_in(made, *map(case, "abc"))
        await until_async(lambda: bool(made.fake.batches.made), what="the batch there")
        await made.fake.refuse()
        made.fake.batches.is_holding = False
        failures = made.fake.journal.counts["connections"]
        await made.fake.accept_again()
        await until_async(lambda: made.fake.journal.counts["connections"] > failures, what="a new look")
        assert (await made.ended(batch)).succeeded == 3
        assert set(made.fake.journal.attempts.values()) == {1}

    handed(scene)
