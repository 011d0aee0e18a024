"""Budgets of keys and of whole spaces: who pays, and who hears of a change."""

import asyncio
from typing import Any

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.ledger import Budget, budget_store


def budget(limit_e10: int, **changes: Any) -> Budget:
    return Budget(id="", space_id="", name="house", limit_e10=limit_e10, **changes)


async def live(accounts: Any) -> list[Budget]:
    scope = SpaceScope(accounts.owner("tcp").space_id)
    return await accounts._storage.read(lambda tx: budget_store.live_budgets(tx, scope))


def test_space_budget_pays_for_keys_and_people(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            made = await accounts.create_key(owner, "ci")
            assert accounts.authenticate_key(made.secret).budget_ids == ()
            await accounts.set_space_budget(owner, budget(100))
            (of_space,) = await live(accounts)
            assert accounts.authenticate_key(made.secret).budget_ids == (of_space.id,)
            assert accounts.identity(owner).budget_ids == (of_space.id,)
            await accounts.set_space_budget(owner, None)
            assert accounts.authenticate_key(made.secret).budget_ids == ()

    asyncio.run(scene())


def test_changed_limit_keeps_the_counter_and_a_changed_period_starts_one(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            heard: list[str] = []
            accounts.on_budget_change(heard.append)
            made = await accounts.create_key(owner, "ci", limits=KeyLimits(budget_e10=100))
            (first,) = await live(accounts)
            await accounts.update_key(owner, made.key.id, limits=KeyLimits(budget_e10=300))
            (raised,) = await live(accounts)
            assert (raised.id, raised.limit_e10) == (first.id, 300)
            await accounts.update_key(
                owner, made.key.id, limits=KeyLimits(budget_e10=300, budget_period="day")
            )
            (daily,) = await live(accounts)
            assert daily.id != first.id
            await accounts.update_key(owner, made.key.id, limits=KeyLimits())
            assert await live(accounts) == []
            assert heard.count(first.id) == 3
            assert set(heard) == {first.id, daily.id}

    asyncio.run(scene())


def test_other_process_hears_of_a_changed_budget(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as here, open_accounts() as there:
            heard: list[str] = []
            there.on_budget_change(heard.append)
            await here.create_key(here.owner("tcp"), "ci", limits=KeyLimits(budget_e10=100))
            async with asyncio.timeout(60):
                while not heard:
                    await asyncio.sleep(0.01)
            assert heard == [budget.id for budget in await live(here)]

    asyncio.run(scene())
