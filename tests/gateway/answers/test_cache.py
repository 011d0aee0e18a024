"""The exact-match cache: opt-in, whole good answers only, never across spaces."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from redis.asyncio import Redis

from salon.foundation.kit.clock import ManualClock
from salon.gateway.answers import AnswerCache, Recorded
from salon.gateway.answers.cache import RedisAnswers
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import QUICK, GatewayBench, alias, key_identity

Play = Callable[..., None]
ON = {"x-salon-cache": "on"}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("dialect", ["openai", "anthropic", "ollama"])
def test_the_same_request_gets_the_same_answer_once_paid(play: Play, dialect: str, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        first = await bench.call("openai/fake", dialect=dialect, stream=stream, headers=ON)  # type: ignore[arg-type]
        second = await bench.call("openai/fake", dialect=dialect, stream=stream, headers=ON)  # type: ignore[arg-type]
        assert second.body == first.body
        assert second.headers["content-type"] == first.headers["content-type"]
        assert [reply.headers["x-salon-cache"] for reply in (first, second)] == ["miss", "hit"]
        assert second.headers["x-salon-route"] == "openai/fake"
        assert second.headers["x-salon-cost"] == "0 USD"
        assert fake.journal.counts["requests"] == 1
        rows = [
            (entry.cache, entry.attempts, entry.cost_e10, entry.status) for entry, _ in await bench.rows()
        ]
        assert rows == [("stored", 1, 180_000, "ok"), ("hit", 0, 0, "ok")]

    play(scene)


def test_nothing_is_kept_for_those_who_did_not_ask(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake", headers=ON)
        assert (await bench.call("openai/fake")).headers["x-salon-cache"] == "none"
        assert fake.journal.counts["requests"] == 2

    play(scene)


def test_an_alias_opts_in_and_a_caller_out(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("kept")
        await bench.call("kept")
        assert fake.journal.counts["requests"] == 1
        await bench.call("kept", headers={"x-salon-cache": "off"})
        assert fake.journal.counts["requests"] == 2

    play(scene, aliases=[alias("kept", "openai/fake", cache=True)])


def test_no_answer_crosses_a_space(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for space in range(100):
            identity = key_identity(f"k{space}", space=f"spc_{space}")
            reply = await bench.call("openai/fake", identity=identity, headers=ON)
            assert reply.headers["x-salon-cache"] == "miss"
        assert fake.journal.counts["requests"] == 100

    play(scene)


@pytest.mark.parametrize(
    "change",
    [{"temperature": 0.1}, {"tools": []}, {"max_tokens": 9}, {"user": "x"}, {"stream": True}, {"seed": 1}],
)
def test_any_other_field_is_another_request(play: Play, change: dict[str, object]) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake", headers=ON)
        reply = await bench.call("openai/fake", headers=ON, **change)  # type: ignore[arg-type]
        assert reply.headers["x-salon-cache"] == "miss"

    play(scene)


@pytest.mark.parametrize("fault", ["500", "reset:mid-stream", "error-in-stream"])
def test_failures_and_halves_are_not_kept(play: Play, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for _ in range(2):
            fake.script([f"fault={fault}"] * 3)
            await bench.call("openai/fake", stream=True, headers=ON)
        assert {entry.cache for entry, _ in await bench.rows()} == {"none"}

    play(scene, options=msgspec.structs.replace(QUICK, max_attempts=1))


def answer(size: int) -> Recorded:
    return Recorded(status=200, is_stream=False, body=b"x" * size)


def test_it_is_bounded_and_forgets_what_was_not_used() -> None:
    clock = ManualClock()
    cache = AnswerCache(clock, max_bytes=10_000, ttl_s=60)
    assert not cache.put(b"big", answer(2000))
    for number in range(20):
        cache.put(b"%d" % number, answer(800))
        cache.find(b"0")
    assert cache.size_bytes <= 10_000
    assert cache.find(b"0") is not None
    assert cache.find(b"1") is None
    clock.advance(61)
    assert cache.find(b"0") is None


def test_two_processes_share_answers_through_redis(redis_url: str) -> None:
    async def main() -> None:
        client = Redis.from_url(redis_url)
        caches = [
            AnswerCache(ManualClock(), max_bytes=10_000, ttl_s=60, shared=RedisAnswers(client, timeout_s=20))
            for _ in range(2)
        ]
        caches[0].put(b"key", answer(10))
        async with asyncio.timeout(30):
            while (found := await caches[1].fetch(b"key")) is None:
                await asyncio.sleep(0.01)
        assert found == caches[1].find(b"key") == answer(10)
        await caches[0].close()
        await client.aclose()

    asyncio.run(main())


def test_a_redis_that_is_gone_is_a_miss() -> None:
    async def main() -> None:
        client = Redis.from_url("redis://127.0.0.1:1")
        shared = RedisAnswers(client)
        assert await shared.get(b"key") is None
        await shared.put(b"key", answer(1), ttl_s=1)
        await client.aclose()

    asyncio.run(main())
