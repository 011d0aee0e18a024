"""Leases: what a dead process had comes back, and one that only slept leases nothing it lost."""

import asyncio

import pytest
from sqlalchemy import select

from salon.foundation.kit.errors import BudgetExceeded
from salon.foundation.ledger import lease_store
from salon.foundation.ledger.tables import processes
from salon.foundation.storage import statement
from salon.testing.ledger import SCOPE, LedgerDesk, entry, eventually, open_desk


async def declare_dead(desk: LedgerDesk, *, by: LedgerDesk) -> None:
    """Make ``by`` give back what ``desk`` leased, as it does when a lease ran out."""
    me = by.ledger._leases.process_id
    await desk.storage.write(lambda tx: lease_store.reclaim_expired(tx, SCOPE, me=me, now_ms=2**62))


async def lease_ends_ms(desk: LedgerDesk) -> int:
    """Return until when the database keeps the leases of ``desk``."""
    me = processes.c.process_id == desk.ledger._leases.process_id
    ends = statement(select(processes.c.expires_at_ms).where(me))
    (found,) = await desk.storage.read(lambda tx: tx.all(ends))
    return int(found[0])


def test_next_process_takes_over_what_a_crash_left(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address, close=False) as crashed:
            budget = await crashed.budget(100)
            hold = await crashed.ledger.reserve([budget.id], 30)
            crashed.ledger.record(entry(cost_e10=25), hold=hold)
            await crashed.ledger.flush()
            await crashed.ledger.reserve([budget.id], 75)
        async with open_desk(sqlite_address) as desk:
            state = await desk.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (25, 0)
            await desk.spend(budget, 75)

    asyncio.run(scene())


def test_other_processes_wait_for_the_lease_to_expire(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url) as living:
            budget = await living.budget(100)
            async with open_desk(postgres_url, lease_ttl_s=3.0, close=False) as crashed:
                await crashed.ledger.reserve([budget.id], 100)
                with pytest.raises(BudgetExceeded):
                    await living.ledger.reserve([budget.id], 1)
                await crashed.ledger._tasks.close(1)

            async def all_back() -> bool:
                try:
                    hold = await living.ledger.reserve([budget.id], 100)
                except BudgetExceeded:
                    return False
                assert hold is not None
                hold.release()
                return True

            await eventually(all_back)

    asyncio.run(scene())


def test_living_process_keeps_its_lease(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url, lease_ttl_s=6.0) as one, open_desk(postgres_url) as two:
            budget = await one.budget(100)
            hold = await one.ledger.reserve([budget.id], 100)
            first_ms = await lease_ends_ms(one)

            async def renewed() -> bool:
                with pytest.raises(BudgetExceeded):
                    await two.ledger.reserve([budget.id], 1)
                return await lease_ends_ms(one) > first_ms + 1000

            await eventually(renewed)
            hold.release()

    asyncio.run(scene())


def test_process_that_slept_through_its_lease_admits_nothing_from_it(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url) as sleeper, open_desk(postgres_url) as other:
            budget = await sleeper.budget(1000)
            held = [await sleeper.ledger.reserve([budget.id], 100) for _ in range(4)]
            await declare_dead(sleeper, by=other)
            await other.ledger.reserve([budget.id], 1000)
            sleeper.ledger._leases._valid_until_s = 0.0  # it wakes: its time is over
            with pytest.raises(BudgetExceeded):
                await sleeper.ledger.reserve([budget.id], 1)
            for hold in held:
                sleeper.ledger.record(entry(cost_e10=50), hold=hold)
            await sleeper.ledger.flush()
            state = await other.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (200, 1000)
            with pytest.raises(BudgetExceeded):
                await sleeper.ledger.reserve([budget.id], 1)

    asyncio.run(scene())


def test_extension_after_the_lease_was_lost_is_settled_right(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url) as sleeper, open_desk(postgres_url) as other:
            budget = await sleeper.budget(1000)
            hold = await sleeper.ledger.reserve([budget.id], 100)
            await declare_dead(sleeper, by=other)
            sleeper.ledger._leases._valid_until_s = 0.0
            await hold.extend(50)
            sleeper.ledger.record(entry(cost_e10=120), hold=hold)
            await sleeper.ledger.close()
            state = await other.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (120, 0)

    asyncio.run(scene())


def test_clean_end_gives_everything_back(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(10_000)
            for _ in range(50):
                await desk.spend(budget, 10, estimate_e10=20)
        async with open_desk(address, sole_owner=False) as after:
            state = await after.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (500, 0)

    asyncio.run(scene())


def test_batch_whose_commit_was_not_heard_of_is_not_written_twice(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            process = desk.ledger._leases.process_id

            def begin(batch: int) -> object:
                return desk.storage.write(
                    lambda tx: lease_store.begin_batch(tx, SCOPE, process, batch, now_ms=1)
                )

            assert [await begin(n) for n in (1, 2, 2, 1, 3)] == [True, True, False, False, True]

    asyncio.run(scene())
