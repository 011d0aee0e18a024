"""Configurations that are read at the same time are put in force in the order in which they were read."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from salon.foundation.storage import Storage
from salon.gateway.configuration.sources import Sources
from salon.gateway.registry.registry import Registry
from salon.gateway.vault import Vault


class SlowFirst:
    """A storage whose first reader reads at once and is told late."""

    def __init__(self) -> None:
        self.reads = 0
        self.late = asyncio.Event()

    async def read(self, _fn: Callable[[Any], Any]) -> Any:
        self.reads += 1
        number = self.reads
        if number == 1:
            await self.late.wait()
        return number


class Noting(Sources):
    """Notes what is put in force instead of doing it."""

    def __init__(self, storage: SlowFirst) -> None:
        super().__init__(cast(Storage, storage), cast(Registry, None), cast(Vault, None))
        self.in_force: list[Any] = []

    def _put_in_force(self, stored: Any) -> None:
        self.in_force.append(stored)


def test_what_was_read_first_is_not_put_in_force_last() -> None:
    async def run() -> None:
        storage = SlowFirst()
        sources = Noting(storage)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sources.reload())
            await asyncio.sleep(0)
            tasks.create_task(sources.reload())
            await asyncio.sleep(0)
            storage.late.set()
        assert sources.in_force == [1, 2]

    asyncio.run(run())
