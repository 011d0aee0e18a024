"""SIGTERM drains: what was accepted is finished, what was not is refused cleanly, nothing fails."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import Case, Outcome, gather_bounded, run_case, run_cases, until
from salon.testing.scene import DIALECTS, model_of, usual_setup
from salon.testing.soak import scaled


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider().in_thread() as fake:
        yield fake


def slow_cases(count: int) -> list[Case]:
    return [
        Case(
            id=f"d{number}", caller=DIALECTS[number % 3], model=model_of(DIALECTS[number // 3 % 3]),
            stream=number % 2 == 0, plan="tokens=10;rate=10" if number % 2 == 0 else "delay=0.9",
        )
        for number in range(count)
    ]  # fmt: skip


def test_sigterm_finishes_what_it_has_and_ends_with_zero(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    with House(tmp_path / "data", usual_setup(fake.url, column=column)) as house:
        outcomes: list[Outcome] = []
        callers = threading.Thread(target=lambda: outcomes.extend(run_cases(house.port, slow_cases(36))))
        callers.start()
        until(lambda: fake.journal.counts["requests"] == 36, what="every request's start")
        house.terminate()
        callers.join()
        assert [str(one) for one in outcomes if one.verdict.ending != "well"] == []
        assert house.wait() == 0
        rows = house.rows("SELECT status, COUNT(*) FROM ledger_requests GROUP BY status")
        assert rows == [("ok", 36)]


def test_rolling_restarts_fail_no_request(fake: FakeProvider, tmp_path: Path, column: Column) -> None:
    """Callers who find the door closed come again, as any client does; whoever was let in is served."""
    house = House(tmp_path / "data", usual_setup(fake.url, column=column))
    house.start()
    sent = scaled(5000)
    done = threading.Event()

    async def persist(case: Case) -> Outcome:
        async with asyncio.timeout(100):
            while True:
                outcome = await run_case(house.port, case)
                if outcome.answer.status or fake.journal.attempts[case.id]:
                    return outcome
                await asyncio.sleep(0.02)

    def cases() -> list[Case]:
        return [
            Case(
                id=f"r{number}", caller=DIALECTS[number % 3], model=model_of(DIALECTS[number % 3]),
                stream=number % 2 == 0, plan="tokens=5;rate=50",
            )
            for number in range(sent)
        ]  # fmt: skip

    outcomes: list[Outcome] = []

    def call() -> None:
        outcomes.extend(asyncio.run(gather_bounded(cases(), persist, at_once=8)))
        done.set()

    callers = threading.Thread(target=call)
    callers.start()
    try:
        while not done.wait(0.7):
            assert house.stop() == 0
            house.start()
    finally:
        callers.join()
        house.stop()
    assert [str(one) for one in outcomes if one.verdict.ending != "well"] == []
