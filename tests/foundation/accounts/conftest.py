"""Accounts on each database; two on one database are two processes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from salon.foundation.accounts import Accounts
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Storage, open_storage

OpenAccounts = Callable[..., AbstractAsyncContextManager[Accounts]]


@pytest.fixture
def open_accounts(address: str) -> OpenAccounts:
    """Open accounts on the database."""

    @asynccontextmanager
    async def opened(
        clock: Clock | None = None, *, through: Callable[[Storage], Storage] = lambda storage: storage
    ) -> AsyncIterator[Accounts]:
        storage = await open_storage(address)
        await storage.create_all()
        accounts = Accounts(through(storage), clock)
        await accounts.start()
        try:
            yield accounts
        finally:
            await accounts.close()
            await storage.close()

    return opened
