"""Every span of a request is measured by one clock, whatever the event loop's own clock says."""

import asyncio
from collections.abc import Callable

from salon.foundation.kit.clock import SystemClock
from salon.gateway.relay.deadlines import Deadlines
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


class Exchange:
    """Something watched that counts how often it was looked at, and may fail at it."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails
        self.checked = 0

    def check(self, now_s: float) -> None:
        self.checked += 1
        if self.fails:
            raise LookupError("a defect")


def test_an_exchange_that_cannot_be_checked_leaves_the_deadlines_of_others_standing() -> None:
    async def run() -> None:
        deadlines = Deadlines(SystemClock(), tick_s=0.001)
        watched = [Exchange(fails=True), *(Exchange(fails=False) for _ in range(4)), Exchange(fails=True)]
        for one in watched:
            deadlines.add(one)
        async with asyncio.timeout(30):
            while min(one.checked for one in watched) < 3:
                await asyncio.sleep(0.001)
        deadlines.close()

    asyncio.run(run())
