"""Breakers shared through Redis: the last change is what stands, whatever the connections do."""

import asyncio
from collections.abc import Awaitable, Callable

from salon.foundation.kit.clock import ManualClock
from salon.gateway.routing.breaker import Breaker
from salon.gateway.routing.shared import SharedBreakers


class SlowStore:
    """One hash as Redis keeps it, whose commands arrive when the test lets them; the first one last."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.commands: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def _arrive(self, command: str) -> None:
        self.commands.append(command)
        if command in self.gates:
            await self.gates[command].wait()

    async def hset(self, _name: str, field: str, value: int) -> None:
        await self._arrive("hset")
        self.kept[field.encode()] = str(value).encode()

    async def hdel(self, _name: str, field: str) -> None:
        await self._arrive("hdel")
        self.kept.pop(field.encode(), None)

    async def hgetall(self, _name: str) -> dict[bytes, bytes]:
        found = dict(self.kept)
        await self._arrive("hgetall")
        return found


def run(scene: Callable[[SlowStore, SharedBreakers, Breaker], Awaitable[None]]) -> None:
    async def main() -> None:
        store, clock = SlowStore(), ManualClock()
        breaker = Breaker(
            threshold=1, open_s=30, on_change=lambda _, open_s: shared.changed("lab/model", open_s)
        )
        shared = SharedBreakers(store, clock, lambda: {"lab/model": breaker}, timeout_s=60)
        async with asyncio.timeout(60):
            await scene(store, shared, breaker)
        await shared.close()

    asyncio.run(main())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


def test_a_quick_close_does_not_overtake_the_opening() -> None:
    async def scene(store: SlowStore, shared: SharedBreakers, breaker: Breaker) -> None:
        gate = store.gates["hset"] = asyncio.Event()
        breaker.fail(0.0)
        await until(lambda: store.commands == ["hset"])
        breaker.succeed()
        for _ in range(20):
            await asyncio.sleep(0)
        assert store.commands == ["hset"]
        gate.set()
        await until(lambda: "hdel" in store.commands)
        assert not store.kept

    run(scene)


def test_only_the_last_of_many_changes_is_told() -> None:
    async def scene(store: SlowStore, shared: SharedBreakers, breaker: Breaker) -> None:
        for _ in range(50):
            breaker.succeed()
            breaker.fail(0.0)
        await until(lambda: bool(store.kept))
        assert store.commands == ["hset"]

    run(scene)


def test_what_was_read_before_a_change_does_not_undo_it() -> None:
    async def scene(store: SlowStore, shared: SharedBreakers, breaker: Breaker) -> None:
        breaker.fail(0.0)
        await until(lambda: bool(store.kept))
        gate = store.gates["hgetall"] = asyncio.Event()
        reading = asyncio.ensure_future(shared.read_once())
        await until(lambda: "hgetall" in store.commands)
        breaker.succeed()
        await until(lambda: not store.kept)
        gate.set()
        await reading
        assert breaker.state(0.0) == "closed"

    run(scene)
