"""Callers that leave, and callers that are slow."""

import asyncio
from collections.abc import Callable

import pytest

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import Message, ModelRequest, TextDelta, TextPart
from salon.gateway.protocols.base import DialectName
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, QUICK, GatewayBench, LeapingClock, MemoryReply, poll

Play = Callable[..., None]
NAMES: tuple[DialectName, ...] = ("openai", "anthropic", "ollama")
SLOW = "{{fake tokens=5000;rate=50}}"
AT_ONCE_S = 30.0
"""What is at once on a machine that does much else; what is left would go on for longer."""


async def start(
    bench: GatewayBench, reply: MemoryReply, *, stream: bool, **options: str
) -> asyncio.Task[MemoryReply]:
    call = bench.call("openai/fake", options.pop("text", SLOW), stream=stream, reply=reply, **options)  # type: ignore[arg-type]
    return asyncio.create_task(call)


@pytest.mark.parametrize("caller", NAMES)
def test_leaving_a_stream_lets_the_provider_go_and_counts_what_was_said(
    play: Play, caller: DialectName
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = asyncio.create_task(bench.call("openai/fake", SLOW, dialect=caller, stream=True, reply=reply))
        await poll(lambda: reply.writes > 5)
        reply.leave()
        await asyncio.wait_for(task, AT_ONCE_S)
        await poll(lambda: fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        entry, attempts = await bench.row()
        assert (entry.status, entry.error_code, entry.usage_source) == (
            "cancelled",
            "client_gone",
            "estimated",
        )
        spoken = fake.journal.exchanges[-1].tokens_sent
        assert abs(entry.output_tokens - spoken) <= 2
        assert entry.cost_e10 == attempts[0].cost_e10
        assert (entry.cost_e10 or 0) > 0

    play(scene)


@pytest.mark.parametrize("text", ["{{fake delay=300}}", "{{fake fault=stall:before-headers}}"])
def test_leaving_before_an_answer_lets_the_provider_go(play: Play, text: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = await start(bench, reply, stream=False, text=text)
        await poll(lambda: fake.journal.counts["requests"] == 1)
        reply.leave()
        await asyncio.wait_for(task, AT_ONCE_S)
        await poll(lambda: fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        entry, attempts = await bench.row()
        assert (entry.status, len(attempts)) == ("cancelled", 1)
        assert not reply.started

    play(scene)


def test_leaving_between_attempts_ends_the_waiting(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = await start(bench, reply, stream=False, text="{{fake fault=429:45}}")
        await poll(lambda: fake.journal.counts["requests"] == 1 and reply_is_waiting(bench))
        reply.leave()
        await asyncio.wait_for(task, AT_ONCE_S)
        entry, attempts = await bench.row()
        assert (entry.status, len(attempts)) == ("cancelled", 1)

    play(scene)


def reply_is_waiting(bench: GatewayBench) -> bool:
    return any(row["failures"] for row in bench.registry.health())


def test_leaving_after_the_end_mark_is_an_answer(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = await start(bench, reply, stream=True, text="{{fake tokens=3;fault=stall:after-last}}")
        await poll(lambda: b"[DONE]" in reply.body)
        reply.leave()
        await asyncio.wait_for(task, AT_ONCE_S)
        entry, _ = await bench.row()
        assert (entry.status, entry.output_tokens) == ("ok", 3)

    play(scene)


def test_a_slow_caller_slows_the_provider_down(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = await start(bench, reply, stream=True, text="{{fake tokens=60000}}")
        await poll(lambda: reply.started)
        reply.set_writable(False)
        await asyncio.sleep(0.05)
        held = reply.size
        clock.leap(QUICK.idle_timeout_s + 1)  # a paused provider is not a silent one
        await asyncio.sleep(0.5)
        assert reply.size - held < 1_000_000
        assert not task.done()
        reply.set_writable(True)
        await asyncio.wait_for(task, 60)
        entry, _ = await bench.row()
        assert entry.status == "ok"

    clock = LeapingClock()
    play(scene, clock=clock)


@pytest.mark.parametrize("model", ["openai/fake", "anthropic/fake"])
def test_a_caller_who_is_behind_already_slows_its_next_stream_down(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        reply.set_writable(False)
        call = bench.call(model, "{{fake tokens=60000}}", stream=True, reply=reply, max_tokens=60_000)
        task = asyncio.create_task(call)
        await poll(lambda: reply.started)
        await asyncio.sleep(0.5)
        assert reply.size < 3_000_000
        assert not task.done()
        reply.set_writable(True)
        await asyncio.wait_for(task, 60)
        assert reply.size > 6_000_000

    play(scene)


def test_stopping_the_gateway_interrupts_with_an_error(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        task = await start(bench, reply, stream=True)
        await poll(lambda: reply.writes > 3)
        task.cancel()
        await asyncio.wait({task}, timeout=AT_ONCE_S)
        assert b"shutting" in reply.body
        entry, _ = await bench.row()
        assert (entry.status, entry.error_code) == ("interrupted", "shutting_down")

    play(scene)


def asked(model: str, text: str) -> ModelRequest:
    return ModelRequest(model=model, messages=(Message(role="user", parts=(TextPart(text=text),)),))


@pytest.mark.parametrize("provider", NAMES)
def test_the_house_streams_and_generates_too(play: Play, provider: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        request = asked(f"{provider}/fake", "{{fake tokens=3}}")
        events = [event async for event in bench.gateway.inside.stream(OWNER, request)]
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "tok tok tok "
        assert (await bench.gateway.inside.generate(OWNER, request)).text == "tok tok tok "
        rows = await bench.rows()
        assert [(entry.dialect, entry.status, entry.output_tokens) for entry, _ in rows] == [
            ("events", "ok", 3)
        ] * 2

    play(scene)


def test_the_house_leaves_a_stream_by_closing_it(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        stream = bench.gateway.inside.stream(OWNER, asked("openai/fake", SLOW))
        async for _ in stream:
            break
        await stream.aclose()  # type: ignore[attr-defined]
        await poll(lambda: fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        entry, _ = await bench.row()
        assert entry.status == "cancelled"

    play(scene)


def test_the_house_hears_failures_as_errors(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(SalonError) as caught:
            await bench.gateway.inside.generate(OWNER, asked("nothing", "x"))
        assert caught.value.code == "unknown_model"
        with pytest.raises(SalonError) as caught:
            async for _ in bench.gateway.inside.stream(OWNER, asked("openai/fake", "{{fake fault=400}}")):
                pass
        assert caught.value.code == "upstream_refused"

    play(scene)
