"""Batches that their provider answers: its price, every dialect, each line booked once."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.gateway.batches.remote.conftest import QUICK, asked_at_once, body, case, hand_in, text_of, told
from tests.gateway.test_money import add_budget, budget_state

from salon.gateway.batches import NewLine
from salon.testing.gateway_bench import OWNER
from salon.testing.load import until_async

DOLLAR = 10**10
Run = Callable[..., None]
PAIRS = [
    ("openai", "openai/fake"),
    ("anthropic", "anthropic/fake"),
    ("openai", "anthropic/fake"),
    ("anthropic", "openai/fake"),
]


@pytest.mark.parametrize(("dialect", "model"), PAIRS)
def test_a_batch_is_answered_by_its_provider_in_the_callers_words(
    handed: Run, dialect: str, model: str
) -> None:
    async def scene(made: Any) -> None:
        names = [str(number) for number in range(120)]
        batch = await hand_in(made, *map(case, names), model=model, dialect=dialect)
        done = await made.ended(batch)
        assert (done.status, done.succeeded, done.handed_to, done.kept_here) == (
            "completed", 120, model, None,
        )  # fmt: skip
        answers = await told(made, done)
        assert [text_of(answer) for answer in answers] == [f"answer {name}" for name in names]
        assert ("choices" in answers[0]) is (dialect == "openai")
        assert set(made.fake.journal.attempts.values()) == {1}
        assert asked_at_once(made) == 0
        assert len(made.fake.batches.removed) == (2 if model == "openai/fake" else 1)

    handed(scene)


def test_lines_are_booked_once_at_the_price_of_batches(handed: Run) -> None:
    async def scene(made: Any) -> None:
        budget = await add_budget(made.bench, 10 * DOLLAR)
        made.accounts.identity = msgspec.structs.replace(OWNER, budget_ids=(budget,))
        batch = await made.ended(await hand_in(made, *(case(str(number)) for number in range(60))))
        rows = await made.bench.rows()
        assert len(rows) == 60
        entry, _ = rows[0]
        half = (entry.input_tokens * 5 + entry.output_tokens * 10) * 10**9 // 10**6
        assert (entry.service, entry.cost_e10, entry.route) == ("batch", half, "openai/fake")
        assert batch.id in entry.decision
        assert batch.input_tokens == sum(one.input_tokens for one, _ in rows)
        spent = sum(one.cost_e10 for one, _ in rows)

        async def is_settled() -> bool:
            return await budget_state(made.bench) == (spent, 0)

        await until_async(is_settled, what="the end of all holds and leases")

    handed(scene)


def test_what_the_budget_does_not_cover_is_not_handed_over(handed: Run) -> None:
    async def scene(made: Any) -> None:
        budget = await add_budget(made.bench, DOLLAR // 10_000)
        made.accounts.identity = msgspec.structs.replace(OWNER, budget_ids=(budget,))
        done = await made.ended(await hand_in(made, *map(case, "abcdef")))
        assert made.fake.batches.made == []
        assert "budget" in done.kept_here
        answers = await told(made, done)
        assert {answer["error"]["code"] for answer in answers if "error" in answer} == {"insufficient_quota"}

    handed(scene)


def test_a_line_that_fails_for_good_is_told_and_one_that_may_be_mended_is_asked_here(handed: Run) -> None:
    async def scene(made: Any) -> None:
        plans = ("fault=400", "times=1;fault=500", "times=1;fault=429", "")
        lines = [case(f"line-{place}", plan) for place, plan in enumerate(plans)]
        done = await made.ended(await hand_in(made, *lines, dialect="anthropic"))
        assert (done.succeeded, done.errored) == (3, 1)
        refused, *good = await told(made, done)
        assert refused["error"]["type"] == "invalid_request_error"
        assert [text_of(answer) for answer in good] == [f"answer line-{place}" for place in (1, 2, 3)]
        assert [made.fake.journal.attempts[f"line-{place}"] for place in range(4)] == [1, 2, 2, 1]
        assert asked_at_once(made) == 2

    handed(scene)


@pytest.mark.parametrize("model", ["openai/fake", "anthropic/fake"])
def test_what_expires_there_is_asked_here(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.unanswered = 3
        done = await made.ended(await hand_in(made, *map(case, "abcde"), model=model))
        assert (done.status, done.succeeded) == ("completed", 5)
        assert asked_at_once(made) == 3
        assert [entry.service for entry, _ in await made.bench.rows()].count("batch") == 2

    handed(scene)


def test_a_large_batch_goes_over_in_parts(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        done = await made.ended(await hand_in(made, *(case(str(number)) for number in range(30))))
        assert done.succeeded == 30
        assert len(made.fake.batches.made) > 3
        assert set(made.fake.journal.attempts.values()) == {1}
        assert [text_of(one) for one in await told(made, done)] == [f"answer {n}" for n in range(30)]

    options = msgspec.structs.replace(QUICK, part_bytes=2000)
    desk(scene, database=database, has_batches=True, options=options)


def test_a_line_that_no_provider_can_take_is_told_so_and_the_others_go_over(handed: Run) -> None:
    async def scene(made: Any) -> None:
        streams = NewLine("streams", body(case("streams"), "openai/fake", stream=True))
        lines = [NewLine("one", body(case("one"), "openai/fake")), streams]
        batch = await made.batches.create(
            OWNER.caller, lines, protocol="anthropic", endpoint="/v1/chat/completions"
        )
        done = await made.ended(batch)
        assert (done.succeeded, done.errored, len(made.fake.batches.made)) == (1, 1, 1)
        assert (await told(made, done))[1]["error"]["param"] == "stream"

    handed(scene)
