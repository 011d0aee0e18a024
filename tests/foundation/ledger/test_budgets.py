"""Budgets: nothing is admitted over them, and their counters equal the ledger's sums."""

import asyncio
from datetime import UTC, datetime

import pytest

from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import BudgetExceeded, SalonError, Unpriced
from salon.foundation.ledger import Hold, Ledger
from salon.foundation.ledger.budget_store import change_budget, remove_budget
from salon.foundation.ledger.lease_store import fitting
from salon.testing.ledger import SCOPE, LedgerDesk, entry, eventually, open_desk


async def admitted(ledger: Ledger, budget_ids: list[str], count: int, cost_e10: int = 1) -> list[Hold]:
    """Ask for ``count`` holds at the same time and return those that were given."""
    asked = (ledger.reserve(budget_ids, cost_e10) for _ in range(count))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    wrong = [a for a in answers if isinstance(a, BaseException) and not isinstance(a, BudgetExceeded)]
    assert wrong == []
    return [answer for answer in answers if isinstance(answer, Hold)]


def test_two_hundred_at_once_on_a_budget_for_fifty(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(50)
            holds = await admitted(desk.ledger, [budget.id], 200)
            assert len(holds) == 50
            for hold in holds:
                desk.ledger.record(entry(cost_e10=1), hold=hold)
            await desk.ledger.flush()
            state = await desk.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (50, 0)
            assert await admitted(desk.ledger, [budget.id], 3) == []

    asyncio.run(scene())


def test_two_processes_never_admit_over_the_budget(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url) as one, open_desk(postgres_url) as two:
            budget = await one.budget(50)
            both = await asyncio.gather(
                admitted(one.ledger, [budget.id], 100), admitted(two.ledger, [budget.id], 100)
            )
            assert sum(map(len, both)) <= 50
            for desk, holds in zip((one, two), both, strict=True):
                for hold in holds:
                    desk.ledger.record(entry(cost_e10=1), hold=hold)
                await desk.ledger.flush()
            state = await one.state(budget)
            assert (state.spent_e10, state.reserved_e10) == (sum(map(len, both)), 0)

    asyncio.run(scene())


def test_what_one_process_kept_ahead_comes_to_the_other(postgres_url: str) -> None:
    async def scene() -> None:
        async with open_desk(postgres_url) as one, open_desk(postgres_url) as two:
            budget = await one.budget(10_000)
            for hold in await admitted(one.ledger, [budget.id], 50, cost_e10=10):
                hold.release()

            async def all_of_it() -> bool:
                try:
                    hold = await two.ledger.reserve([budget.id], 10_000)
                except BudgetExceeded:
                    return False
                assert hold is not None
                hold.release()
                return True

            await eventually(all_of_it)

    asyncio.run(scene())


def test_most_holds_ask_no_database(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address) as desk:
            budget = await desk.budget(10**12)
            (await desk.ledger.reserve([budget.id], 1000)).release()
            quick = 0
            for _ in range(200):
                step = desk.ledger.reserve([budget.id], 1000)
                try:
                    step.send(None)
                except StopIteration as done:
                    quick += 1
                    desk.ledger.record(entry(cost_e10=10), hold=done.value)
                else:
                    step.close()
                    (await desk.ledger.reserve([budget.id], 1000)).release()
            assert quick > 180

    asyncio.run(scene())


def test_answer_dearer_than_its_hold_is_counted_whole(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(100)
            hold = await desk.ledger.reserve([budget.id], 40)
            desk.ledger.record(entry(cost_e10=130), hold=hold)
            await desk.ledger.flush()
            state = await desk.state(budget)
            assert (state.spent_e10, state.reserved_e10, state.remaining_e10) == (130, 0, -30)
            with pytest.raises(BudgetExceeded):
                await desk.ledger.reserve([budget.id], 1)

    asyncio.run(scene())


def test_extension_ends_at_the_budget_and_keeps_what_was_held(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(100)
            hold = await desk.ledger.reserve([budget.id], 40)
            await hold.extend(60)
            with pytest.raises(BudgetExceeded):
                await hold.extend(1)
            assert hold.amount_e10 == 100
            desk.ledger.record(entry(cost_e10=100), hold=hold)
            await desk.ledger.flush()
            assert (await desk.state(budget)).remaining_e10 == 0

    asyncio.run(scene())


def test_hold_ends_once(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(100)
            hold = await desk.ledger.reserve([budget.id], 60)
            hold.release()
            hold.release()
            hold.settle(50)
            assert len(await admitted(desk.ledger, [budget.id], 5, cost_e10=50)) == 2

    asyncio.run(scene())


def test_settled_hold_is_counted_with_the_row_recorded_after_it(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(100)
            hold = await desk.ledger.reserve([budget.id], 60)
            hold.settle(20)
            desk.ledger.record(entry(cost_e10=20))
            await everything_is_free(desk, budget.id)
            assert (await desk.state(budget)).spent_e10 == 20

    asyncio.run(scene())


def test_every_budget_must_have_room_or_none_is_touched(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            of_key = await desk.budget(100)
            of_space = await desk.budget(30, key_id=None, name="space")
            assert len(await admitted(desk.ledger, [of_key.id, of_space.id], 8, cost_e10=10)) == 3
            assert len(await admitted(desk.ledger, [of_key.id], 8, cost_e10=10)) == 7

    asyncio.run(scene())


def test_unpriced_model_is_refused_unless_the_budget_says_so(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            strict = await desk.budget(100)
            lenient = await desk.budget(100, allows_unpriced=True)
            with pytest.raises(Unpriced) as refusal:
                await desk.ledger.reserve([strict.id], None, model="mystery")
            assert "mystery has no known price" in str(refusal.value)
            hold = await desk.ledger.reserve([lenient.id], None, model="mystery")
            assert hold.allows_unpriced
            desk.ledger.record(entry(cost_e10=None), hold=hold)
            with pytest.raises(Unpriced):
                await desk.ledger.reserve([strict.id], 5, model="yuan", currency="CNY")

    asyncio.run(scene())


def test_budget_of_a_day_starts_anew_at_local_midnight(address: str) -> None:
    evening = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, the night of the clock change
    clock = ManualClock(now_ms=int(evening.timestamp()) * 1000)

    async def scene() -> None:
        async with open_desk(address, clock=clock) as desk:
            budget = await desk.budget(10, period="day", zone="Europe/Berlin")
            await desk.spend(budget, 10)
            with pytest.raises(BudgetExceeded) as refusal:
                await desk.spend(budget, 1)
            assert "It resets at 2027-03-27 23:00 UTC." in str(refusal.value)
            clock.advance(31 * 60)
            await desk.spend(budget, 7)
            clock.advance(22 * 3600 + 58 * 60)  # 23 hours after the first midnight: still that day
            with pytest.raises(BudgetExceeded):
                await desk.spend(budget, 4)
            clock.advance(60)
            await desk.spend(budget, 10)
            await desk.ledger.flush()
            assert (await desk.state(budget)).spent_e10 == 10

    asyncio.run(scene())


def test_request_counts_in_the_period_in_which_it_was_admitted(address: str) -> None:
    clock = ManualClock(now_ms=int(datetime(2027, 1, 31, 23, 59, tzinfo=UTC).timestamp()) * 1000)

    async def scene() -> None:
        async with open_desk(address, clock=clock) as desk:
            budget = await desk.budget(10, period="month")
            hold = await desk.ledger.reserve([budget.id], 8)
            clock.advance(120)
            fresh = await desk.ledger.reserve([budget.id], 10)
            desk.ledger.record(entry(cost_e10=8), hold=hold)
            desk.ledger.record(entry(cost_e10=3), hold=fresh)
            await desk.ledger.flush()
            assert (await desk.state(budget)).spent_e10 == 3
            clock.advance(-120)
            assert (await desk.state(budget)).spent_e10 == 8

    asyncio.run(scene())


def test_new_budget_starts_at_what_was_spent_already(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            for _ in range(3):
                desk.ledger.record(entry(cost_e10=7))
            desk.ledger.record(entry(cost_e10=7, key_id="key_other"))
            await desk.ledger.flush()
            assert (await desk.state(await desk.budget(50))).spent_e10 == 21
            assert (await desk.state(await desk.budget(50, key_id=None))).spent_e10 == 28

    asyncio.run(scene())


def test_changed_and_removed_budgets_hold_at_once(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(10)
            await desk.spend(budget, 10)
            with pytest.raises(BudgetExceeded):
                await desk.spend(budget, 5)
            raised = type(budget)(**{**as_dict(budget), "limit_e10": 15})
            await desk.storage.write(lambda tx: change_budget(tx, SCOPE, raised))
            desk.ledger.budget_changed(budget.id)
            await desk.spend(budget, 5)
            with pytest.raises(BudgetExceeded):
                await desk.spend(budget, 1)
            await desk.storage.write(lambda tx: remove_budget(tx, SCOPE, budget.id, now_ms=1))
            desk.ledger.budget_changed(budget.id)
            await desk.spend(budget, 1_000)

    asyncio.run(scene())


def as_dict(budget: object) -> dict[str, object]:
    return {name: getattr(budget, name) for name in budget.__struct_fields__}


def test_cancelled_waiter_leaves_no_money_behind(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budget = await desk.budget(20)
            for patience in range(15):
                task = asyncio.create_task(desk.ledger.reserve([budget.id], 10))
                for _ in range(patience):
                    await asyncio.sleep(0)
                task.cancel()
                (answer,) = await asyncio.gather(task, return_exceptions=True)
                if isinstance(answer, Hold):
                    answer.release()
            await everything_is_free(desk, budget.id)

    asyncio.run(scene())


def test_budget_that_is_forgotten_while_another_is_asked_gives_its_money_back(address: str) -> None:
    async def scene() -> None:
        async with open_desk(address) as desk:
            budgets = [await desk.budget(100), await desk.budget(100, key_id=None)]
            task = asyncio.create_task(desk.ledger.reserve([budget.id for budget in budgets], 10))
            await asyncio.sleep(0)  # it waits for the first: nobody uses the second yet
            desk.ledger._leases.tick()
            hold = await task
            assert hold is not None
            hold.release()
            for budget in budgets:
                await everything_is_free(desk, budget.id)

    asyncio.run(scene())


async def everything_is_free(desk: LedgerDesk, budget_id: str) -> None:
    async def check() -> bool:
        await desk.ledger.flush()
        return all(s.reserved_e10 == 0 for s in await desk.ledger.budgets(SCOPE) if s.budget.id == budget_id)

    await eventually(check)


def test_failing_database_refuses_instead_of_admitting(sqlite_address: str) -> None:
    async def scene() -> None:
        async with open_desk(sqlite_address, close=False) as desk:
            budget = await desk.budget(20)
            await desk.storage.close()
            with pytest.raises(SalonError) as refusal:
                await desk.ledger.reserve([budget.id], 1)
            assert refusal.value.status == 503

    asyncio.run(scene())


def test_small_needs_may_pass_large_ones() -> None:
    assert fitting((5, 10, 3, 2, 1), 10) == (True, False, True, True, False)
