"""Every span of a request is measured by one clock, whatever the event loop's own clock says."""

import asyncio
from collections.abc import Callable

from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import IMPATIENT, GatewayBench, LeapingClock

Play = Callable[..., None]


def ahead() -> LeapingClock:
    """A clock that is not the event loop's; uvloop's stands still while callbacks run."""
    clock = LeapingClock()
    clock.leap(3600)
    return clock


def test_latency_is_never_negative(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for model in ("demo", "openai/fake"):
            assert (await bench.call(model)).status == 200
        for health in bench.registry.health():
            assert 0 <= health["first_token_ms"] < 60_000
        for entry, (attempt,) in await bench.rows():
            assert attempt.first_byte_ms is not None
            assert 0 <= attempt.first_byte_ms <= attempt.duration_ms <= entry.duration_ms < 60_000

    play(scene, clock=ahead())


def test_deadlines_are_kept_by_the_same_clock(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        started_s = asyncio.get_running_loop().time()
        reply = await bench.call("openai/fake", "{{fake fault=stall:before-headers}}")
        assert reply.status == 504
        assert 0.4 < asyncio.get_running_loop().time() - started_s < 60

    play(scene, clock=ahead(), options=IMPATIENT)
