"""The strategies, by what they weigh."""

from collections import Counter
from collections.abc import Callable, Sequence

from salon.gateway.choice.arrange import STALE_S, Weighing, arrange
from salon.gateway.pricing import written_price
from salon.gateway.registry.models import AliasSpec, Strategy, TargetSpec
from salon.gateway.registry.target import Target
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench, LeapingClock

Play = Callable[..., None]
KINDS = ("openai", "anthropic", "ollama")


def spread(strategy: Strategy, **priorities: int) -> AliasSpec:
    targets = tuple(TargetSpec(model=f"{kind}/fake", priority=priorities.get(kind, 0)) for kind in KINDS)
    return AliasSpec(name="spread", targets=targets, strategy=strategy)


def order(bench: GatewayBench, used: Callable[[Target], float] = lambda _: 0.0) -> list[str]:
    weighing = Weighing(clock=bench.clock, tokens=(1000, 1000), price=lambda target: target.price, used=used)
    return [target.link.name for target in arrange(bench.registry.plan("spread").route, weighing)]


def targets(bench: GatewayBench) -> Sequence[Target]:
    return sorted(bench.registry.plan("spread").targets, key=lambda one: KINDS.index(one.link.name))


def test_least_busy_goes_where_least_is_under_way(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        assert set(Counter(order(bench)[0] for _ in range(200))) == set(KINDS)
        for target, under_way in zip(targets(bench), (3, 1, 2), strict=True):
            assert target.meter is not None
            target.meter.open = under_way
        assert order(bench) == ["anthropic", "ollama", "openai"]

    play(scene, aliases=[spread("least-busy")])


def test_a_lower_priority_goes_first_whatever_the_strategy(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        meter = targets(bench)[0].meter
        assert meter is not None
        meter.open = 99
        assert order(bench)[0] == "openai"

    play(scene, aliases=[spread("least-busy", anthropic=1, ollama=1)])


def test_lowest_latency_goes_to_the_fastest_and_looks_again_at_the_others(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        for target, first_ms in zip(targets(bench), (300.0, 100.0, 200.0), strict=True):
            assert target.meter is not None
            target.meter.enter(clock.monotonic_s())
            target.health.succeed(first_token_ms=first_ms, at_ms=1)
        assert order(bench) == ["anthropic", "ollama", "openai"]
        targets(bench)[1].health.error_rate = 0.9
        assert order(bench) == ["ollama", "openai", "anthropic"]
        clock.leap(STALE_S + 1)
        slowest = targets(bench)[0].meter
        assert slowest is not None
        for target in targets(bench)[1:]:
            assert target.meter is not None
            target.meter.enter(clock.monotonic_s())
        assert order(bench)[0] == "openai"
        slowest.enter(clock.monotonic_s())
        assert order(bench)[0] == "ollama"

    clock = LeapingClock()
    play(scene, aliases=[spread("lowest-latency")], clock=clock)


def test_cheapest_counts_with_what_is_asked_and_leaves_unpriced_for_the_end(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        first, second, third = targets(bench)
        first.price = written_price({"input": "5.00", "output": "1.00"}, source="test")
        second.price = None
        third.price = written_price({"input": "1.00", "output": "2.00"}, source="test")
        assert order(bench) == ["ollama", "openai", "anthropic"]
        second.price = written_price({"input": "0.01", "output": "0.01", "currency": "EUR"}, source="test")
        assert order(bench) == ["ollama", "openai", "anthropic"]

    play(scene, aliases=[spread("cheapest")])


def test_rate_limit_goes_where_most_room_is_left(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        share = {"openai": 0.5, "anthropic": 0.9, "ollama": 0.1}
        assert order(bench, lambda one: share[one.link.name]) == ["ollama", "openai", "anthropic"]

    play(scene, aliases=[spread("rate-limit")])
