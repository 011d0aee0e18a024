"""Aliases, breakers and what the gateway learns from traffic."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
from redis.asyncio import Redis

from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.gateway.choice.arrange import Weighing, arrange
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import AliasSpec, ProviderSpec, TargetSpec
from salon.gateway.routing.shared import SharedBreakers
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, QUICK, GatewayBench, LeapingClock, alias
from salon.testing.verdicts import judge

Play = Callable[..., None]
TEAM = [alias("team", "openai/fake", "anthropic/fake")]
SOON = msgspec.structs.replace(QUICK, breaker_failures=2, breaker_open_s=30.0, retry_budget=1.0)


def test_an_open_breaker_keeps_requests_away_until_a_probe_succeeds(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=500", "tokens=1", "fault=500", "tokens=1"])
        routes = [(await bench.call("team")).headers["x-salon-route"] for _ in range(4)]
        assert routes == ["anthropic/fake"] * 4
        assert fake.journal.counts["requests"] == 6
        assert bench.registry.breakers()["openai/fake"].state(bench.clock.monotonic_s()) == "open"
        clock.leap(SOON.breaker_open_s * 2)
        assert bench.registry.breakers()["openai/fake"].state(bench.clock.monotonic_s()) != "open"
        assert (await bench.call("team")).headers["x-salon-route"] == "openai/fake"
        (health,) = [row for row in bench.registry.health() if row["target"] == "openai/fake"]
        assert (health["breaker"], health["failures"], health["requests"]) == ("closed", 2, 3)

    clock = LeapingClock()
    play(scene, aliases=TEAM, options=SOON, clock=clock)


def test_the_last_target_is_never_taken_away(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        options = msgspec.structs.replace(SOON, max_attempts=1)
        assert options.breaker_failures == 2
        for _ in range(6):
            await bench.call("openai/fake", "{{fake fault=500}}")
        assert (await bench.call("openai/fake")).status == 200
        assert bench.registry.health()[0]["forced"] > 0

    play(scene, options=SOON)


def test_weights_share_requests(play: Play) -> None:
    targets = (TargetSpec(model="openai/fake", weight=3), TargetSpec(model="anthropic/fake", weight=1))

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        route = bench.registry.plan("shared").route
        weighing = Weighing(clock=bench.clock, tokens=(1, 1), price=lambda one: one.price, used=lambda _: 0.0)
        orders = [arrange(route, weighing) for _ in range(4000)]
        first = Counter(order[0].name for order in orders)
        assert 0.70 < first["openai/fake"] / 4000 < 0.80
        assert {len(order) for order in orders} == {2}

    play(scene, aliases=[AliasSpec(name="shared", targets=targets, strategy="weight")])


def test_priority_goes_before_the_order_they_are_listed_in(play: Play) -> None:
    targets = (TargetSpec(model="ollama/fake", priority=2), TargetSpec(model="openai/fake", priority=1))

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tokens=1", "fault=500", "tokens=1"])
        routes = [(await bench.call("ranked")).headers["x-salon-route"] for _ in range(2)]
        assert routes == ["openai/fake", "ollama/fake"]

    play(scene, aliases=[AliasSpec(name="ranked", targets=targets)], options=SOON)


def test_weight_shares_within_a_rank_and_the_next_one_is_for_need(play: Play) -> None:
    targets = (
        TargetSpec(model="ollama/fake", priority=1),
        TargetSpec(model="openai/fake", priority=0, weight=1),
        TargetSpec(model="anthropic/fake", priority=0, weight=1),
    )

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        routes = Counter([(await bench.call("ranked")).headers["x-salon-route"] for _ in range(40)])
        assert set(routes) == {"openai/fake", "anthropic/fake"}
        fake.script(["fault=500", "fault=500", "tokens=1"])
        reply = await bench.call("ranked")
        assert (reply.headers["x-salon-route"], reply.headers["x-salon-attempts"]) == ("ollama/fake", "3")

    play(scene, aliases=[AliasSpec(name="ranked", targets=targets, strategy="weight")], options=SOON)


def test_a_long_prompt_goes_to_a_larger_window_only(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        plan = bench.registry.plan("sizes")
        for target, tokens in zip(plan.targets, (1000, 1000, 9000), strict=True):
            target.context_tokens = tokens
        fake.script(["fault=413", "tokens=1"])
        assert (await bench.call("sizes")).headers["x-salon-route"] == "ollama/fake"
        assert fake.journal.counts["requests"] == 2

    play(scene, aliases=[alias("sizes", "openai/fake", "anthropic/fake", "ollama/fake")])


def test_a_target_that_cannot_be_asked_does_not_hide_why_the_first_one_failed(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=500"])
        reply = await bench.call("mixed", n=2)
        assert (reply.status, reply.json()["error"]["code"]) == (502, "upstream_server_error")

    options = msgspec.structs.replace(QUICK, max_attempts=2)
    play(scene, aliases=[alias("mixed", "openai/fake", "ollama/fake")], options=options)


def limited(url: str, **capabilities: bool) -> ProviderSpec:
    return ProviderSpec(
        name="limited",
        kind="openai-compatible",
        base_url=f"{url}/v1",
        allow_private=True,
        capabilities=Capabilities(**capabilities),
    )


def test_a_target_that_cannot_call_tools_is_passed_over(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, limited(fake.url, tools=False))
        await bench.service.aliases.set(OWNER.caller, alias("mixed", "limited/fake", "openai/fake"))
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        assert (await bench.call("mixed")).headers["x-salon-route"] == "limited/fake"
        assert (await bench.call("mixed", tools=tools)).headers["x-salon-route"] == "openai/fake"
        alone = await bench.call("limited/fake", tools=tools)
        assert alone.status == 400
        assert "tools" in alone.json()["error"]["message"]

    play(scene)


def test_a_target_that_cannot_stream_is_called_plainly_and_the_other_way_round(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, limited(fake.url, streaming=False))
        for dialect in ("openai", "anthropic", "ollama"):
            reply = await bench.call("limited/fake", dialect=dialect, stream=True)
            verdict = judge(dialect, reply.raw(), stream=True)
            assert (verdict.ending, verdict.text) == ("well", "tok " * 8)
            assert b'"stream":true' not in fake.journal.exchanges[-1].body
        await bench.service.remove(OWNER.caller, "limited")
        await bench.service.add(OWNER.caller, limited(fake.url, plain=False))
        for dialect in ("openai", "anthropic", "ollama"):
            reply = await bench.call("limited/fake", dialect=dialect, stream=False)
            assert judge(dialect, reply.raw(), stream=False).text == "tok " * 8
            assert b'"stream":true' in fake.journal.exchanges[-1].body
        assert {entry.output_tokens for entry, _ in await bench.rows()} == {8}

    play(scene)


class Watcher:
    """An observer that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_attempt_end(self, provider: str, entry: AttemptEntry) -> None:
        self.heard.append(f"attempt-end {entry.number} {provider} {entry.status}")

    def on_request_end(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry], *, traceparent: str | None
    ) -> None:
        self.heard.append(f"end {entry.status} {len(attempts)} {traceparent}")


def test_an_observer_hears_how_each_attempt_and_the_request_ended(play: Play) -> None:
    watcher = Watcher()

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=500", "tokens=1"])
        await bench.call("team", stream=True, headers={"traceparent": "00-a-b-01"})
        assert watcher.heard == [
            "attempt-end 1 openai error",
            "attempt-end 2 anthropic ok",
            "end ok 2 00-a-b-01",
        ]

    play(scene, aliases=TEAM, observer=watcher)


def test_processes_share_what_their_breakers_know(play: Play, redis_url: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        client = Redis.from_url(redis_url)
        ours = SharedBreakers(client, bench.clock, bench.registry.breakers, timeout_s=20)
        bench.registry.on_breaker = ours.changed
        for _ in range(2):
            await bench.call("openai/fake", "{{fake fault=500}}")
        name = "openai/fake"
        there = {name: type(bench.registry.breakers()[name])(threshold=2, open_s=30)}
        theirs = SharedBreakers(client, bench.clock, lambda: there, timeout_s=20)

        async def told() -> bool:
            return bool(await client.hexists("salon:breakers", name))

        while not await told():
            await asyncio.sleep(0.001)
        await theirs.read_once()
        assert not there[name].allows(bench.clock.monotonic_s())
        bench.registry.breakers()[name].succeed()
        while await told():
            await asyncio.sleep(0.001)
        await theirs.read_once()
        assert there[name].allows(bench.clock.monotonic_s())
        await ours.close()
        await client.aclose()

    play(scene, options=SOON)


def test_a_breaker_that_another_process_closed_closes_where_it_opened(play: Play, redis_url: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        client = Redis.from_url(redis_url)
        ours = SharedBreakers(client, bench.clock, bench.registry.breakers, timeout_s=20)
        bench.registry.on_breaker = ours.changed
        for _ in range(2):
            await bench.call("openai/fake", "{{fake fault=500}}")
        breaker = bench.registry.breakers()["openai/fake"]
        while not await client.hexists("salon:breakers", "openai/fake"):
            await asyncio.sleep(0.001)
        await client.hdel("salon:breakers", "openai/fake")
        assert breaker.state(bench.clock.monotonic_s()) == "open"
        await ours.read_once()
        assert breaker.state(bench.clock.monotonic_s()) == "closed"
        await ours.close()
        await client.aclose()

    play(scene, options=SOON)


def test_a_dialect_that_cannot_say_what_is_asked_is_passed_over(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        reply = await bench.call("both", tools=tools, tool_choice="required")
        assert (reply.status, reply.headers["x-salon-attempts"]) == (200, "1")
        assert reply.headers["x-salon-route"] == "openai/fake"
        alone = await bench.call("ollama/fake", tools=tools, tool_choice="required")
        assert alone.status == 400
        assert fake.journal.counts["requests"] == 1

    play(scene, aliases=[alias("both", "ollama/fake", "openai/fake")])
