"""A ledger on any database, with short ways to make rows and budgets; for suites about money."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.ids import KeyId, RequestId, SpaceId, new_id
from salon.foundation.ledger import AttemptEntry, Budget, BudgetState, Ledger, RequestEntry, budget_store
from salon.foundation.storage import Storage, open_storage

SPACE = SpaceId("spc_test")
KEY = KeyId("key_test")
SCOPE = SystemScope("tests: ledger")
_COUNTS: Final[Mapping[str, Any]] = {
    "status": "ok",
    "input_tokens": 10,
    "output_tokens": 20,
    "cached_tokens": 0,
    "cache_write_tokens": 0,
    "reasoning_tokens": 0,
    "cost_e10": 1,
    "currency": "USD",
    "duration_ms": 5,
}


class LedgerDesk:
    """One process's ledger; open two on one database to have two processes."""

    def __init__(self, storage: Storage, ledger: Ledger, clock: Clock) -> None:
        self.storage = storage
        self.ledger = ledger
        self.clock = clock

    async def budget(self, limit_e10: int, **changes: Any) -> Budget:
        """Write a budget of the test key, or of the space with ``key_id=None``."""
        plain = Budget(id=new_id("bud"), space_id=SPACE, key_id=KEY, name="test", limit_e10=limit_e10)
        budget = msgspec.structs.replace(plain, **changes)
        now_ms = self.clock.now_ms()
        await self.storage.write(
            lambda tx: budget_store.insert_budget(tx, SCOPE, budget, created_by=None, now_ms=now_ms)
        )
        return budget

    async def state(self, budget: Budget) -> BudgetState:
        """Return what the database says of the budget's current period."""
        states = await self.ledger.budgets(SCOPE)
        return next(state for state in states if state.budget.id == budget.id)

    async def spend(
        self, budget: Budget, cost_e10: int | None, *, estimate_e10: int | None = None
    ) -> RequestEntry:
        """Reserve, answer and record one request."""
        started_at_ms = self.clock.now_ms()
        estimate = cost_e10 if estimate_e10 is None else estimate_e10
        hold = await self.ledger.reserve([budget.id], estimate, at_ms=started_at_ms)
        row = entry(cost_e10=cost_e10, started_at_ms=started_at_ms)
        self.ledger.record(row, hold=hold)
        return row


@asynccontextmanager
async def open_desk(
    address: str,
    *,
    clock: Clock | None = None,
    lease_ttl_s: float = 15.0,
    sole_owner: bool | None = None,
    close: bool = True,
) -> AsyncGenerator[LedgerDesk]:
    """Open a ledger on a database, whose tables are made if missing.

    ``close=False`` leaves the leases as a crash would.
    """
    storage = await open_storage(address)
    await storage.create_all()
    clock = clock or SystemClock()
    ledger = Ledger(storage, clock, lease_ttl_s=lease_ttl_s, sole_owner=sole_owner)
    await ledger.start()
    try:
        yield LedgerDesk(storage, ledger, clock)
    finally:
        if close:
            await ledger.close()
        await storage.close()


def entry(**changes: Any) -> RequestEntry:
    """Return a row of a request that went well."""
    usual: dict[str, Any] = {
        **dict.fromkeys(RequestEntry.__struct_fields__),
        **_COUNTS,
        "request_id": RequestId(new_id("req")),
        "space_id": SPACE,
        "key_id": KEY,
        "dialect": "openai",
        "operation": "chat",
        "alias": "demo",
        "provider_id": "prv_demo",
        "provider_kind": "demo",
        "model": "demo",
        "http_status": 200,
        "stream": False,
        "cache": "none",
        "attempts": 1,
        "usage_source": "provider",
        "started_at_ms": time.time_ns() // 1_000_000,
    }
    return RequestEntry(**{**usual, **changes})


def attempt(**changes: Any) -> AttemptEntry:
    """Return a row of an attempt that went well."""
    usual: dict[str, Any] = {
        **dict.fromkeys(AttemptEntry.__struct_fields__),
        **_COUNTS,
        "request_id": RequestId(new_id("req")),
        "number": 1,
        "provider_id": "prv_demo",
        "provider_kind": "demo",
        "model": "demo",
        "started_at_ms": time.time_ns() // 1_000_000,
    }
    return AttemptEntry(**{**usual, **changes})


async def eventually(check: Callable[[], Awaitable[bool]], *, within_s: float = 60.0) -> None:
    """Wait until ``check`` holds. Raises: TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await check():  # noqa: ASYNC110 - what is awaited lives in a database
            await asyncio.sleep(0.01)
