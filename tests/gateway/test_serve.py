"""Calls answered well: every dialect in, every dialect out, streams and bodies, by fake and demo."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from salon.foundation.messages import TextDelta
from salon.gateway.protocols.base import DialectName
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import DIALECTS, GatewayBench, MemoryReply, alias
from salon.testing.verdicts import judge

Play = Callable[..., None]
NAMES: tuple[DialectName, ...] = ("openai", "anthropic", "ollama")
PAIRS = list(itertools.product(NAMES, NAMES, (False, True)))


def text_of(dialect: DialectName, reply: MemoryReply, *, stream: bool) -> str:
    """Return the text a caller reads, by the dialect's own decoder."""
    codec = DIALECTS[dialect]
    if not stream:
        return codec.decode_response(reply.body).text
    decoder = codec.stream_decoder()
    events = [*decoder.feed(reply.body), *decoder.finish()]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize(("caller", "provider", "stream"), PAIRS)
def test_any_dialect_in_any_dialect_out(
    play: Play, caller: DialectName, provider: DialectName, stream: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call(f"{provider}/fake", dialect=caller, stream=stream)
        assert reply.status == 200
        assert reply.closed
        assert not reply.aborted
        assert text_of(caller, reply, stream=stream) == "tok " * 8
        entry, attempts = await bench.row()
        expected: dict[str, Any] = {
            "status": "ok", "http_status": 200, "error_code": None, "attempts": 1, "stream": stream,
            "dialect": caller, "alias": f"{provider}/fake", "route": f"{provider}/fake", "model": "fake",
            "input_tokens": 2, "output_tokens": 8, "usage_source": "provider", "cost_e10": 180_000,
            "currency": "USD", "price_version": "test", "cache": "none",
        }  # fmt: skip
        assert {name: getattr(entry, name) for name in expected} == expected
        assert [attempt.cost_e10 for attempt in attempts] == [180_000]
        assert (entry.first_token_ms or 0) <= entry.duration_ms

    play(scene)


@pytest.mark.parametrize(("dialect", "stream"), list(itertools.product(NAMES, (False, True))))
def test_the_demo_is_always_there(play: Play, dialect: DialectName, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("demo", "hello you", dialect=dialect, stream=stream)
        text = text_of(dialect, reply, stream=stream)
        assert "hello you" in text
        assert "no language model runs here" in text
        entry, _ = await bench.row()
        assert (entry.status, entry.cost_e10, entry.usage_source) == ("ok", 0, "provider")

    play(scene)


@pytest.mark.parametrize("caller", NAMES)
def test_a_stream_judged_by_strangers_ends_well(play: Play, caller: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for provider in NAMES:
            reply = await bench.call(f"{provider}/fake", dialect=caller, stream=True)
            verdict = judge(caller, reply.raw(), stream=True)
            assert verdict.ending == "well"

    play(scene)


def test_the_response_says_what_happened(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        headers = (await bench.call("openai/fake")).headers
        entry, _ = await bench.row()
        assert headers == {
            "content-type": "application/json",
            "content-length": headers["content-length"],
            "x-request-id": entry.request_id,
            "x-salon-request-id": entry.request_id,
            "x-salon-route": "openai/fake",
            "x-salon-attempts": "1",
            "x-salon-cache": "none",
            "x-salon-cost": "0.000018 USD",
            "x-upstream-request-id": "fake-1",
        }

    play(scene)


def test_what_a_dialect_cannot_carry_is_named(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("anthropic/fake", presence_penalty=0.5, seed=1)
        assert reply.status == 200
        assert "presence_penalty" in reply.headers["x-salon-lost"]
        assert "seed" in reply.headers["x-salon-lost"]

    play(scene)


def test_what_only_a_failed_target_could_not_be_told_is_not_named(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=500", "tokens=1"])
        reply = await bench.call("sizes", seed=1)
        assert (reply.headers["x-salon-route"], reply.headers["x-salon-attempts"]) == ("openai/fake", "2")
        assert "x-salon-lost" not in reply.headers

    play(scene, aliases=[alias("sizes", "anthropic/fake", "openai/fake")])


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_given_again_names_what_was_lost(play: Play, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        on = {"x-salon-cache": "on"}
        replies = [await bench.call("anthropic/fake", seed=1, stream=stream, headers=on) for _ in range(2)]
        assert [reply.headers["x-salon-cache"] for reply in replies] == ["miss", "hit"]
        assert [reply.headers["x-salon-lost"] for reply in replies] == ["seed", "seed"]

    play(scene)


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_answer_loses_is_told_where_it_still_can_be_and_kept(play: Play, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        asked = {"dialect": "ollama", "stream": stream, "options": {"seed": 1}}
        reply = await bench.call("anthropic/fake", "{{fake think=2}}", **asked)
        in_head = "seed" if stream else "reasoning_signature, seed"
        assert reply.headers["x-salon-lost"] == in_head
        last = reply.body.splitlines()[-1]
        assert (b'"x_salon":{"lost":["reasoning_signature"]}' in last) == stream
        entry, _ = await bench.row()
        assert entry.lost == "reasoning_signature, seed"

    play(scene)


def test_an_unknown_price_is_unpriced_and_not_zero(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai/fake")
        assert reply.headers["x-salon-cost"] == "unpriced"
        entry, attempts = await bench.row()
        assert entry.cost_e10 is None
        assert attempts[0].cost_e10 is None

    play(scene, prices=[])


def test_usage_nobody_asked_for_is_withheld_and_counted(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        silent = await bench.call("openai/fake", stream=True)
        asked = await bench.call("openai/fake", stream=True, stream_options={"include_usage": True})
        assert b'"usage":{' not in silent.body.replace(b" ", b"")
        assert b'"usage":{' in asked.body.replace(b" ", b"")
        assert [entry.output_tokens for entry, _ in await bench.rows()] == [8, 8]

    play(scene)


def test_a_stream_tells_its_cost_in_a_comment_to_those_who_ask(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai/fake", stream=True, headers={"x-salon-cost": "comment"})
        assert reply.body.endswith(b"data: [DONE]\n\n: x-salon-cost 0.000018 USD\n\n")
        assert judge("openai", reply.raw(), stream=True).ending == "well"

    play(scene)


def test_no_usage_from_the_provider_is_counted_by_us(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for caller in NAMES:
            words = "{{fake tokens=30;fault=no-usage}}"
            await bench.call("openai/fake", words, dialect=caller, stream=True)
        for entry, _ in await bench.rows():
            assert entry.usage_source == "estimated"
            assert abs(entry.output_tokens - 30) <= 1
            assert entry.input_tokens > 5

    play(scene)
