"""A database in memory: it writes and reads as the others do, and its end is the end of all it held."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from salon.foundation.storage import ConstraintViolated, Transaction
from salon.foundation.storage.memory import MemoryStorage
from salon.testing.scratch import COUNT, GET, INSERT, create_scratch


def row(key: str, note: str | None = None) -> dict[str, object]:
    return {"id": key, "n": 1, "is_on": True, "note": note}


def scene(play: Callable[[MemoryStorage, MemoryStorage], Awaitable[Any]]) -> Any:
    """Play with two databases of one thread."""

    async def run() -> Any:
        with ThreadPoolExecutor(1) as thread:
            both = [MemoryStorage(thread, gone=lambda: LookupError("it is gone")) for _ in range(2)]
            for one in both:
                await one.open()
                await create_scratch(one)
            return await play(*both)

    return asyncio.run(run())


def test_each_has_what_was_written_into_it_alone() -> None:
    async def play(one: MemoryStorage, other: MemoryStorage) -> Any:
        await asyncio.gather(*(one.write(lambda tx, i=i: tx.run(INSERT, **row(f"k{i}"))) for i in range(20)))
        return await one.read(lambda tx: tx.one(COUNT)), await other.read(lambda tx: tx.one(GET, key="k1"))

    assert scene(play) == ((20,), None)


def test_a_failing_write_keeps_nothing_and_calls_no_hook() -> None:
    called: list[str] = []

    def fails(tx: Transaction) -> None:
        tx.after_commit(lambda: called.append("failed"))
        tx.run(INSERT, **row("a"))
        raise ValueError("on purpose")

    def works(tx: Transaction) -> None:
        tx.after_commit(lambda: called.append("written"))
        tx.run(INSERT, **row("b"))

    async def play(one: MemoryStorage, _: MemoryStorage) -> Any:
        with pytest.raises(ValueError, match="on purpose"):
            await one.write(fails)
        await one.write(works)
        assert called == ["written"]
        with pytest.raises(ConstraintViolated):
            await one.write(lambda tx: tx.run(INSERT, **row("b")))
        return await one.read(lambda tx: tx.one(COUNT))

    assert scene(play) == (1,)


def test_a_read_keeps_nothing_that_it_writes() -> None:
    async def play(one: MemoryStorage, _: MemoryStorage) -> Any:
        await one.read(lambda tx: tx.run(INSERT, **row("a")))
        return await one.read(lambda tx: tx.one(COUNT))

    assert scene(play) == (0,)


def test_a_write_stands_whose_caller_went_away() -> None:
    async def play(one: MemoryStorage, _: MemoryStorage) -> Any:
        task = asyncio.ensure_future(one.write(lambda tx: tx.run(INSERT, **row("a"))))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await one.read(lambda tx: tx.one(COUNT))

    assert scene(play) == (1,)


def test_it_tells_how_much_it_holds() -> None:
    async def play(one: MemoryStorage, _: MemoryStorage) -> Any:
        before = one.size_bytes
        await one.write(lambda tx: tx.run(INSERT, **row("a", "x" * 200_000)))
        return before, one.size_bytes

    before, after = scene(play)
    assert before < 1_000_000
    assert 200_000 < after - before < 300_000


def test_after_its_end_nothing_is_answered_and_others_go_on() -> None:
    async def play(one: MemoryStorage, other: MemoryStorage) -> Any:
        await one.close()
        await one.close()
        with pytest.raises(LookupError):
            await one.read(lambda tx: tx.one(COUNT))
        with pytest.raises(LookupError):
            await one.write(lambda tx: tx.run(INSERT, **row("a")))
        return await other.read(lambda tx: tx.one(COUNT))

    assert scene(play) == (0,)
