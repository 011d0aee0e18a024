"""One idempotency key is one charge at the provider, on either database."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from salon.foundation.storage import statement
from salon.gateway.answers.tables import idempotency
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import IMPATIENT, GatewayBench, MemoryReply, key_identity, poll

Play = Callable[..., None]
KEY = {"idempotency-key": "order-1"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return str(tmp_path / "salon.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_the_same_key_and_body_get_the_first_answer(play: Play, database: str, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        first = await bench.call("openai/fake", stream=stream, headers=KEY)
        second = await bench.call("openai/fake", stream=stream, headers=KEY)
        assert second.body == first.body
        assert second.headers["idempotency-replayed"] == "true"
        assert fake.journal.counts["requests"] == 1
        rows = [(entry.attempts, entry.cost_e10) for entry, _ in await bench.rows()]
        assert rows == [(1, 180_000), (0, 0)]

    play(scene, database=database)


def test_another_body_under_the_key_is_a_conflict(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake", headers=KEY)
        assert (await bench.call("openai/fake", "other", headers=KEY)).status == 409
        assert (
            await bench.call("openai/fake", headers=KEY, identity=key_identity(space="spc_b"))
        ).status == 200
        assert fake.journal.counts["requests"] == 2

    play(scene)


def test_the_key_of_another_caller_is_another_one(play: Play, database: str) -> None:
    """Neither an answer nor the word that there was one goes to another API key of the same space."""

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        theirs = key_identity("other")
        await bench.call("openai/fake", headers=KEY)
        same = await bench.call("openai/fake", headers=KEY, identity=theirs)
        assert "idempotency-replayed" not in same.headers
        again = await bench.call("openai/fake", headers=KEY, identity=theirs)
        assert again.headers["idempotency-replayed"] == "true"
        third = await bench.call("openai/fake", "other", headers=KEY, identity=key_identity("third"))
        assert third.status == 200
        assert fake.journal.counts["requests"] == 3

    play(scene, database=database)


def test_a_second_request_waits_for_the_first(play: Play, database: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        calls = [bench.call("openai/fake", "{{fake delay=0.2}}", headers=KEY) for _ in range(10)]
        replies = await asyncio.gather(*calls)
        assert {reply.status for reply in replies} == {200}
        assert len({reply.body for reply in replies}) == 1
        assert fake.journal.counts["requests"] == 1

    play(scene, database=database)


def test_a_failure_that_cost_nothing_gives_the_key_back(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=400", "tokens=2"])
        assert (await bench.call("openai/fake", headers=KEY)).status == 400
        assert (await bench.call("openai/fake", headers=KEY)).status == 200

    play(scene)


def test_a_timeout_that_may_have_cost_is_not_tried_again(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=stall:before-headers", "tokens=2"])
        assert (await bench.call("openai/fake", headers=KEY)).status == 504
        assert (await bench.call("openai/fake", headers=KEY)).status == 504
        assert fake.journal.counts["requests"] == 1

    play(scene, options=IMPATIENT)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_caller_that_lost_its_connection_finds_the_answer_made(play: Play, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        words = "{{fake tokens=20;rate=100;delay=0.1}}"
        task = asyncio.create_task(bench.call("openai/fake", words, stream=stream, headers=KEY, reply=reply))
        await poll(lambda: fake.journal.counts["requests"] == 1)
        reply.set_writable(False)
        reply.leave()
        await asyncio.wait_for(task, 30)
        again = await bench.call("openai/fake", words, stream=stream, headers=KEY)
        assert again.status == 200
        assert again.body.count(b"tok") >= 1
        assert fake.journal.counts["requests"] == 1

    play(scene)


def test_the_answer_outlives_the_process(play: Play, database: str) -> None:
    async def first(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("demo", headers=KEY)

    async def second(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("demo", headers=KEY)
        assert reply.headers["idempotency-replayed"] == "true"

    play(first, database=database)
    play(second, database=database)


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(play: Play, key: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        assert (await bench.call("openai/fake", headers={"idempotency-key": key})).status == 400

    play(scene)


def test_an_answer_says_how_to_read_it_and_one_of_a_later_version_keeps_its_key(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake", headers=KEY)
        later = update(idempotency).where(idempotency.c.answer_format == 1).values(answer_format=2)
        assert await bench.storage.write(lambda tx: tx.run(statement(later))) == 1
        assert (await bench.call("openai/fake", headers=KEY)).status == 409
        assert fake.journal.counts["requests"] == 1

    play(scene)
