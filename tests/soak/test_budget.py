"""Money under concurrency: never more is admitted than the budget holds, on one process or two."""

import asyncio
import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import Case, Outcome, gather_bounded, run_case, until
from salon.testing.scene import DIALECTS, Scene, model_of, usual_scene, usual_setup

REQUESTS = 200
MASTER_KEY = base64.b64encode(b"k" * 32).decode()
AFFORDABLE = 50
TOKENS = 500
WAITING = {"first_byte_timeout_s": 30.0, "idle_timeout_s": 30.0, "total_timeout_s": 60.0}
COST_OF_ONE = TOKENS * 2e-6
"""At two dollars a million output tokens; the prompt adds a little, which only lowers what fits."""
BUDGET = f"{AFFORDABLE * COST_OF_ONE:.4f}"


def cases(key: str, label: str, count: int = REQUESTS) -> list[Case]:
    return [
        Case(
            id=f"{label}{number}", caller="openai", model=model_of("openai"), stream=number % 2 == 0,
            plan=f"tokens={TOKENS};delay=0.8", key=key, max_tokens=TOKENS,
        )
        for number in range(count)
    ]  # fmt: skip


def knows(house: House, key: str) -> bool:
    """Tell whether a house takes a key that another one made."""
    return house.request("GET", "/v1/models", headers={"authorization": f"Bearer {key}"})[0] == 200


def judge(fake: FakeProvider, outcomes: list[Outcome], figure: Callable[[str, object], None]) -> None:
    admitted = [outcome for outcome in outcomes if outcome.answer.status == 200]
    refused = [outcome for outcome in outcomes if outcome.answer.status == 402]
    figure("admitted", len(admitted))
    assert len(admitted) + len(refused) == REQUESTS, {one.answer.status for one in outcomes}
    assert fake.journal.counts["requests"] == len(admitted) <= AFFORDABLE
    assert len(admitted) >= AFFORDABLE // 2, f"only {len(admitted)} fit into a budget for {AFFORDABLE}"
    assert {one.verdict.ending for one in refused} == {"error"}


@pytest.fixture
def scene(tmp_path: Path, column: Column) -> Iterator[Scene]:
    """A house that waits as long as two hundred at once may need on a busy machine."""
    with usual_scene(tmp_path, gateway=WAITING, column=column) as scene:
        yield scene


def test_two_hundred_at_once_on_a_budget_for_fifty(
    scene: Scene, figure: Callable[[str, object], None]
) -> None:
    key = scene.house.create_key("budget", "--budget", BUDGET)
    outcomes = asyncio.run(
        gather_bounded(cases(key, "one"), lambda case: run_case(scene.house.port, case), at_once=REQUESTS)
    )
    judge(scene.fake, outcomes, figure)


@pytest.fixture
def two_houses(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> Iterator[tuple[FakeProvider, House, House]]:
    shared = {"SALON_DATABASE_URL": postgres_url, "SALON_REDIS": redis_url, "SALON_MASTER_KEY": MASTER_KEY}
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, gateway=WAITING, environment=shared)
        with House(tmp_path / "one", setup) as first, House(tmp_path / "two", setup) as second:
            yield fake, first, second


@pytest.mark.postgres
@pytest.mark.redis
def test_two_processes_share_one_budget(
    two_houses: tuple[FakeProvider, House, House], figure: Callable[[str, object], None]
) -> None:
    fake, first, second = two_houses
    key = first.create_key("budget", "--budget", BUDGET)
    until(lambda: knows(second, key), what="the key in the other process")
    ports = [first.port, second.port]

    async def ask_both() -> list[Outcome]:
        numbered = list(enumerate(cases(key, "two")))
        return await gather_bounded(
            numbered, lambda item: run_case(ports[item[0] // 2 % 2], item[1]), at_once=REQUESTS
        )

    judge(fake, asyncio.run(ask_both()), figure)


@pytest.mark.postgres
@pytest.mark.redis
def test_two_processes_share_one_rate_limit(two_houses: tuple[FakeProvider, House, House]) -> None:
    fake, first, second = two_houses
    key = first.create_key("rate", "--rpm", "60")
    until(lambda: knows(second, key), what="the key in the other process")
    ports = [first.port, second.port]
    asked = [
        Case(
            id=f"rate{number}", caller=DIALECTS[number % 3], model=model_of("openai"), stream=False,
            plan="tokens=1", key=key,
        )
        for number in range(180)
    ]  # fmt: skip

    async def ask_both() -> list[Outcome]:
        return await gather_bounded(
            enumerate(asked), lambda item: run_case(ports[item[0] % 2], item[1]), at_once=40
        )

    began_s = time.monotonic()
    outcomes = asyncio.run(ask_both())
    flown_back = time.monotonic() - began_s
    statuses = [outcome.answer.status for outcome in outcomes]
    # What flows back while they are asked is let in too: one a second.
    assert 60 <= statuses.count(200) <= 61 + flown_back, Counter(statuses)
    assert statuses.count(429) == len(asked) - statuses.count(200)
    assert fake.journal.counts["requests"] == statuses.count(200)
    refused = [outcome for outcome in outcomes if outcome.answer.status == 429]
    assert {outcome.verdict.ending for outcome in refused} == {"error"}
    assert all(int(outcome.answer.headers["retry-after"]) >= 1 for outcome in refused)
