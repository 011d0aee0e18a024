"""Writing and reading on both databases."""

import asyncio

import pytest

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage import ConstraintViolated, Transaction, open_storage
from salon.testing.scratch import ADD, COUNT, GET, INSERT, SET, UPSERT, create_scratch


def row(key: str, n: int = 0) -> dict[str, object]:
    return {"id": key, "n": n, "is_on": True, "note": None}


def scene(address: str, play):
    async def run():
        storage = await open_storage(address, pool_size=6)
        try:
            await create_scratch(storage)
            return await play(storage)
        finally:
            await storage.close()

    return asyncio.run(run())


def test_a_write_is_there_when_it_returns(address: str) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.run(INSERT, **row("a", 5)))
        return await storage.read(lambda tx: tx.one(GET, key="a"))

    assert scene(address, play) == ("a", 5, True, None)


def test_a_failing_write_keeps_nothing_and_spoils_no_other(address: str) -> None:
    def fail(tx: Transaction) -> None:
        tx.run(INSERT, **row("bad"))
        raise LookupError("on purpose")

    async def play(storage):
        writes = [storage.write(lambda tx, i=i: tx.run(INSERT, **row(f"k{i}"))) for i in range(20)]
        results = await asyncio.gather(
            storage.write(fail), *writes, storage.write(fail), return_exceptions=True
        )
        return results, await storage.read(lambda tx: tx.one(COUNT))

    results, count = scene(address, play)
    assert [type(result) for result in results].count(LookupError) == 2
    assert count == (20,)


def test_a_broken_constraint_has_a_name_of_its_own(address: str) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.run(INSERT, **row("a")))
        with pytest.raises(ConstraintViolated) as caught:
            await storage.write(lambda tx: tx.run(INSERT, **row("a")))
        return caught.value

    assert scene(address, play).status == 409


@pytest.mark.parametrize("count", [1, 3, 4, 67, 150])
def test_many_rows_go_in_whether_mappings_or_tuples(address: str, count: int) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.many(INSERT, [row(f"m{i}") for i in range(count)]))
        await storage.write(lambda tx: tx.many(INSERT, [(f"t{i}", i, False, "x") for i in range(count)]))
        return await storage.read(lambda tx: tx.one(COUNT)), await storage.read(
            lambda tx: tx.one(GET, key="t0")
        )

    assert scene(address, play) == ((2 * count,), ("t0", 0, False, "x"))


def test_concurrent_increments_are_all_counted(address: str) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.run(INSERT, **row("hot")))

        def add(tx: Transaction) -> None:
            tx.take_turn("hot")
            tx.run(ADD, key="hot")

        await asyncio.gather(*(storage.write(add) for _ in range(60)))
        return (await storage.read(lambda tx: tx.one(GET, key="hot")))[1]

    assert scene(address, play) == 60


def test_increments_without_a_turn_are_retried_until_right(address: str) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.run(INSERT, **row("hot")))

        def add(tx: Transaction) -> None:
            found = tx.one(GET, key="hot")
            assert found is not None
            tx.run(SET, key="hot", value=found[1] + 1)

        await asyncio.gather(*(storage.write(add) for _ in range(12)))
        return (await storage.read(lambda tx: tx.one(GET, key="hot")))[1]

    assert scene(address, play) == 12


def test_an_upsert_returns_the_new_value(address: str) -> None:
    async def play(storage):
        await storage.write(lambda tx: tx.one(UPSERT, **row("a", 2)))
        return await storage.write(lambda tx: tx.one(UPSERT, **row("a", 3)))

    assert scene(address, play) == (5,)


def test_readers_cannot_write(address: str) -> None:
    async def play(storage):
        with pytest.raises(Exception, match=r"(?i)read-?only|readonly|written"):
            await storage.read(lambda tx: tx.run(INSERT, **row("a")))
        return await storage.read(lambda tx: tx.one(COUNT))

    assert scene(address, play) == (0,)


def test_hooks_run_on_the_loop_after_commit_and_only_then(address: str) -> None:
    async def play(storage):
        seen: list[str] = []
        loop = asyncio.get_running_loop()
        told = asyncio.Event()

        def good(tx: Transaction) -> None:
            tx.after_commit(
                lambda: (seen.append("good"), told.set() if asyncio.get_running_loop() is loop else None)
            )

        def bad(tx: Transaction) -> None:
            tx.after_commit(lambda: seen.append("bad"))
            raise LookupError

        await asyncio.gather(storage.write(bad), storage.write(good), return_exceptions=True)
        await asyncio.wait_for(told.wait(), 30)
        return seen

    assert scene(address, play) == ["good"]


def test_sync_code_writes_through_a_future(address: str) -> None:
    async def play(storage):
        future = storage.submit(lambda tx: tx.run(INSERT, **row("a")))
        return await asyncio.to_thread(future.result, 60)

    assert scene(address, play) == 1


def test_a_caller_that_goes_away_does_not_take_the_write_back(address: str) -> None:
    async def play(storage):
        writes = [
            asyncio.ensure_future(storage.write(lambda tx, i=i: tx.run(INSERT, **row(f"k{i}"))))
            for i in range(30)
        ]
        await asyncio.sleep(0)
        for write in writes:
            write.cancel()
        await asyncio.gather(*writes, return_exceptions=True)
        async with asyncio.timeout(60):
            while await storage.read(lambda tx: tx.one(COUNT)) != (30,):
                await asyncio.sleep(0.01)

    scene(address, play)


def test_a_future_that_is_cancelled_does_not_stop_the_writer(address: str) -> None:
    async def play(storage):
        futures = [storage.submit(lambda tx, i=i: tx.run(INSERT, **row(f"k{i}"))) for i in range(30)]
        for future in futures:
            future.cancel()
        return await asyncio.wait_for(storage.write(lambda tx: tx.run(INSERT, **row("last"))), 60)

    assert scene(address, play) == 1


def test_a_closed_database_says_so(address: str) -> None:
    async def play():
        storage = await open_storage(address)
        await storage.close()
        with pytest.raises(StorageError, match="closed"):
            await storage.write(lambda tx: None)

    asyncio.run(play())


def test_a_snapshot_does_not_move_while_it_is_read(address: str) -> None:
    async def play(storage):
        loop = asyncio.get_running_loop()

        def count_twice(tx: Transaction) -> tuple[object, object]:
            before = tx.one(COUNT)
            asyncio.run_coroutine_threadsafe(
                storage.write(lambda w: w.run(INSERT, **row("new"))), loop
            ).result(60)
            return before, tx.one(COUNT)

        return await storage.read(count_twice), await storage.read(lambda tx: tx.one(COUNT))

    assert scene(address, play) == (((0,), (0,)), (1,))


def test_statements_are_compiled_once(address: str) -> None:
    async def play(storage):
        form = INSERT.sqlite if storage.dialect == "sqlite" else INSERT.postgresql
        await storage.write(lambda tx: tx.run(INSERT, **row("a")))
        return form is (INSERT.sqlite if storage.dialect == "sqlite" else INSERT.postgresql)

    assert scene(address, play)
