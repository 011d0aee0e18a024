"""What is special about PostgreSQL: its connections, its turns, its errors."""

import asyncio
import threading

import pytest

from salon.foundation.kit.errors import ConfigError, InvalidRequest, StorageError
from salon.foundation.storage import Transaction, open_storage
from salon.testing.scratch import ADD, COUNT, GET, INSERT, create_scratch

ROW = {"n": 0, "is_on": True, "note": None}


def test_a_dead_server_gets_one_sentence_without_the_password() -> None:
    with pytest.raises(StorageError) as caught:
        asyncio.run(open_storage("postgresql://salon:hunter2@127.0.0.1:47/salon"))
    assert "cannot be reached" in caught.value.message
    assert "hunter2" not in caught.value.message


@pytest.mark.postgres
def test_a_character_it_cannot_keep_is_the_callers_mistake(postgres_url: str) -> None:
    async def play() -> None:
        storage = await open_storage(postgres_url)
        await create_scratch(storage)
        for row in ({"id": "a\0b", **ROW}, {**ROW, "id": "k", "note": "\0"}):
            with pytest.raises(InvalidRequest, match="holds a NUL character"):
                await storage.write(lambda tx, row=row: tx.run(INSERT, **row))
        assert await storage.read(lambda tx: tx.one(COUNT)) == (0,)
        await storage.close()

    asyncio.run(play())


@pytest.mark.postgres
def test_cut_connections_are_replaced_without_the_caller_noticing(postgres_url: str) -> None:
    def cut(connection) -> None:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    async def play() -> tuple[int, ...]:
        storage, other = await open_storage(postgres_url), await open_storage(postgres_url)
        await create_scratch(storage)
        for i in range(5):
            await other.alone(cut)
            await storage.write(lambda tx, i=i: tx.run(INSERT, id=f"k{i}", **ROW))
            await other.alone(cut)
            found = await storage.read(lambda tx: tx.one(COUNT))
        await storage.close()
        await other.close()
        return found

    assert asyncio.run(play()) == (5,)


@pytest.mark.postgres
def test_the_pool_bounds_the_connections(postgres_url: str) -> None:
    async def play() -> int:
        storage = await open_storage(postgres_url, pool_size=3)
        await create_scratch(storage)
        await asyncio.gather(*(storage.read(lambda tx: tx.one(COUNT)) for _ in range(50)))
        count = await storage.alone(
            lambda connection: connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'salon'"
                " AND datname = current_database()"
            ).fetchone()[0]
        )
        await storage.close()
        return count

    assert asyncio.run(play()) <= 3


@pytest.mark.postgres
def test_a_turn_lets_a_hot_row_through_in_two_attempts(postgres_url: str) -> None:
    attempts, lock = [0], threading.Lock()

    def add(tx: Transaction) -> None:
        with lock:
            attempts[0] += 1
        tx.take_turn("hot")
        tx.run(ADD, key="hot")

    async def play() -> int:
        storage = await open_storage(postgres_url, pool_size=8)
        await create_scratch(storage)
        await storage.write(lambda tx: tx.run(INSERT, id="hot", **ROW))
        await asyncio.gather(*(storage.write(add) for _ in range(100)))
        found = await storage.read(lambda tx: tx.one(GET, key="hot"))
        await storage.close()
        return found[1]

    assert asyncio.run(play()) == 100
    assert attempts[0] <= 200


@pytest.mark.postgres
def test_turns_in_any_order_do_not_block_each_other(postgres_url: str) -> None:
    def take(tx: Transaction, first: str, second: str) -> None:
        tx.take_turn(first)
        tx.take_turn(second)

    async def play() -> None:
        storage = await open_storage(postgres_url, pool_size=8)
        pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "a")] * 15
        async with asyncio.timeout(60):
            await asyncio.gather(*(storage.write(lambda tx, p=pair: take(tx, *p)) for pair in pairs))
        await storage.close()

    asyncio.run(play())


def test_a_malformed_address_is_not_taken_for_a_server() -> None:
    with pytest.raises((StorageError, ConfigError)):
        asyncio.run(open_storage("postgresql://127.0.0.1:notaport/x"))
