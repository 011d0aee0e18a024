"""The ledger under trouble: a full disk, kills, and ten thousand mixed ends."""

import asyncio
import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from salon.foundation.kit.errors import BudgetExceeded, Overloaded, StorageError
from salon.foundation.ledger import UsageQuery, recorder
from salon.foundation.ledger.recorder import Item, Recorder
from salon.foundation.storage import Storage, Transaction
from salon.testing.ledger import SCOPE, LedgerDesk, entry, eventually, open_desk
from salon.testing.soak import rng, scaled


class FullDisk:
    """A storage whose disk is full until it is told otherwise."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.full = True

    def submit(self, fn: Callable[[Transaction], Any]) -> Future[Any]:
        if not self.full:
            return self._storage.submit(fn)
        failed: Future[Any] = Future()
        failed.set_exception(StorageError(problem="The disk is full.", fix="Free some space."))
        return failed


def fill(desk: LedgerDesk) -> tuple[FullDisk, Recorder]:
    disk = FullDisk(desk.storage)
    desk.ledger._recorder._storage = disk  # type: ignore[assignment]
    return disk, desk.ledger._recorder


def test_rows_wait_out_a_full_disk(sqlite_address: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            disk, _ = fill(desk)
            budget = await desk.budget(100)
            rows = [await desk.spend(budget, 2) for _ in range(30)]
            acked = desk.ledger.record_acked(entry(cost_e10=0))

            async def noticed() -> bool:
                return desk.ledger.health().problem is not None

            await eventually(noticed)
            assert not acked.done()
            # What windows of limits have to hear may wait beside them.
            assert desk.ledger.health().waiting in (31, 32)
            disk.full = False
            await desk.ledger.flush()
            assert acked.result(0) is None
            health = desk.ledger.health()
            assert (health.waiting, health.spilled, health.problem) == (0, 0, None)
            assert (await desk.state(budget)).spent_e10 == 2 * len(rows)

    with caplog.at_level(logging.CRITICAL, "salon.foundation.ledger.recorder"):
        asyncio.run(scene())


def test_at_the_bound_new_requests_are_refused_and_rows_go_to_the_log(
    sqlite_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            disk, queue = fill(desk)
            budget = await desk.budget(10)
            hold = await desk.ledger.reserve([budget.id], 3)
            queue._problem = "The disk is full."
            queue._waiting.extend(Item(None, (), (), None) for _ in range(recorder.MAX_WAITING))
            with pytest.raises(Overloaded):
                await desk.ledger.reserve([], 1)
            lost = entry(cost_e10=3)
            acked = desk.ledger.record_acked(lost, hold=hold)
            assert isinstance(acked.exception(0), StorageError)
            assert desk.ledger.health().spilled == 1
            assert lost.request_id in caplog.records[-1].ledger_row  # type: ignore[attr-defined]
            disk.full = False
            await desk.ledger.flush()
            assert (await desk.state(budget)).spent_e10 == 3
            assert await desk.ledger.reserve([], 1) is None

    with caplog.at_level(logging.ERROR, "salon.foundation.ledger.recorder"):
        asyncio.run(scene())


def test_row_recorded_after_the_end_goes_to_the_log(
    sqlite_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            await desk.ledger.close()
            late = entry()
            desk.ledger.record(late)
            assert late.request_id in caplog.records[-1].ledger_row  # type: ignore[attr-defined]
            async with asyncio.timeout(8):
                await desk.ledger.close()

    with caplog.at_level(logging.ERROR, "salon.foundation.ledger.recorder"):
        asyncio.run(scene())


@pytest.mark.soak
def test_mixed_ends_leave_nothing_reserved_and_a_counter_equal_to_the_sum(address: str) -> None:
    chance = rng("ledger-mixed-ends")

    async def scene() -> None:
        async with open_desk(address) as desk:
            budgets = [await desk.budget(10**9, period="day"), await desk.budget(10**9, key_id=None)]
            ids = [budget.id for budget in budgets]
            gate = asyncio.Semaphore(64)

            async def one() -> None:
                async with gate:
                    await one_request(desk, ids, chance)

            await asyncio.gather(*(one() for _ in range(scaled(10_000))))
            total = (await desk.ledger.usage(SCOPE, all_time()))[0].cost_e10

            async def all_returned() -> bool:
                await desk.ledger.flush()
                return all([(await desk.state(budget)).reserved_e10 == 0 for budget in budgets])

            await eventually(all_returned)
            assert total > 0
            for budget in budgets:
                assert (await desk.state(budget)).spent_e10 == total

    asyncio.run(scene())


def all_time() -> Any:
    return UsageQuery(since_ms=0, until_ms=2**52)


async def one_request(desk: LedgerDesk, ids: list[str], chance: random.Random) -> None:
    """Reserve, then succeed, fail, be cancelled at any point, or run out of time."""
    estimate, fate = chance.randrange(1, 1000), chance.random()
    started_at_ms = desk.clock.now_ms()

    async def work() -> None:
        hold = await desk.ledger.reserve(ids, estimate, at_ms=started_at_ms)
        cost, status = 0, "cancelled"
        try:
            await asyncio.sleep(0 if fate < 0.8 else 0.01)
            if fate < 0.3:
                await hold.extend(chance.randrange(1, 500))
            cost, status = chance.randrange(0, estimate * 2), "ok" if fate < 0.5 else "error"
        finally:
            if status == "cancelled" and fate > 0.95:
                hold.release()
            else:
                row = entry(cost_e10=cost, status=status, started_at_ms=started_at_ms)
                await asyncio.shield(asyncio.wrap_future(desk.ledger.record_acked(row, hold=hold)))

    task = asyncio.ensure_future(work())
    if fate > 0.7:
        for _ in range(chance.randrange(0, 4)):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)


SPENDER = """
import asyncio, os, sys
from salon.testing.ledger import SCOPE, entry, open_desk

async def main(address, budget_id):
    async with open_desk(address, lease_ttl_s=1.0) as desk:
        async def one():
            hold = await desk.ledger.reserve([budget_id], 50)
            await asyncio.sleep(0.001)
            row = entry(cost_e10=7)
            await asyncio.wrap_future(desk.ledger.record_acked(row, hold=hold))
            os.write(1, (row.request_id + "\\n").encode())
        while True:
            await asyncio.gather(*(one() for _ in range(8)))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.soak
@pytest.mark.parametrize("rounds", [scaled(200)])
def test_kills_lose_no_acknowledged_row_and_no_money(address: str, rounds: int) -> None:
    chance = rng("ledger-kills")

    async def scene() -> None:
        acknowledged: set[str] = set()
        async with open_desk(address) as desk:
            budget = await desk.budget(10**12)
        for _ in range(rounds):
            acknowledged |= await asyncio.to_thread(
                spend_until_killed, address, budget.id, chance.uniform(0, 0.4)
            )
        async with open_desk(address) as desk:
            kept, cursor = set[str](), None
            while True:
                page = await desk.ledger.requests(SCOPE, cursor=cursor, limit=500)
                kept |= {row.request_id for row in page.entries}
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert acknowledged
            assert acknowledged <= kept

            async def returned() -> bool:
                await desk.ledger._leases.renew()
                return (await desk.state(budget)).reserved_e10 == 0

            await eventually(returned)
            assert (await desk.state(budget)).spent_e10 == 7 * len(kept)

    asyncio.run(scene())


def spend_until_killed(address: str, budget_id: str, after_s: float) -> set[str]:
    command = [sys.executable, "-c", SPENDER, address, budget_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    return set((first + rest).decode().split("\n")[:-1])


def test_exhausted_budget_is_not_asked_of_the_database_each_time(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            budget = await desk.budget(5)
            await desk.spend(budget, 5)
            before = desk.storage.writes  # type: ignore[attr-defined]
            for _ in range(500):
                with pytest.raises(BudgetExceeded):
                    await desk.ledger.reserve([budget.id], 1)
            assert desk.storage.writes - before < 20  # type: ignore[attr-defined]

    asyncio.run(scene())


@pytest.mark.timed
def test_recording_costs_the_caller_little_and_the_writer_a_few_microseconds(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            rows = [entry() for _ in range(10_000)]
            began, cpu = time.thread_time(), time.process_time()
            for row in rows:
                desk.ledger.record(row)
            caller = (time.thread_time() - began) / len(rows)
            await desk.ledger.flush()
            whole = (time.process_time() - cpu) / len(rows)
            assert caller < 5e-6
            assert whole < 40e-6, "several times the figure, for a busy machine"

    asyncio.run(scene())
