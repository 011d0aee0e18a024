"""What requests meet on their way through rules, splits, constraints and limits of providers."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from salon.foundation.accounts import KeyLimits
from salon.gateway.limits_redis import RedisLimiter
from salon.gateway.registry.models import AliasSpec, ProviderSpec, ResidenceSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, QUICK, GatewayBench, alias, key_identity

Play = Callable[..., None]
SOON = msgspec.structs.replace(QUICK, retry_budget=1.0)


def named(name: str, **fields: Any) -> AliasSpec:
    return msgspec.convert({"name": name, "targets": [{"model": "openai/fake"}], **fields}, AliasSpec)


def at(url: str, name: str, **fields: Any) -> ProviderSpec:
    return ProviderSpec(
        name=name,
        kind="openai-compatible",
        base_url=f"{url}/v1",
        allow_private=True,
        models=("fake",),
        **fields,
    )


def to(model: str) -> list[dict[str, str]]:
    return [{"model": model}]


RULES = named(
    "smart",
    rules=[
        {"name": "tools", "when": {"tools": True}, "targets": to("anthropic/fake")},
        {"when": {"contains": ["secret"], "not": {"stream": True}}, "targets": to("ollama/fake")},
        {"name": "nobody", "when": {"spaces": ["spc_gone"]}, "targets": to("gemini/fake")},
    ],
)


def test_the_first_rule_that_holds_decides_and_the_answer_and_the_ledger_say_so(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        replies = [
            await bench.call("smart", "a secret", tools=tools),
            await bench.call("smart", "a SECRET"),
            await bench.call("smart", "a secret", stream=True),
        ]
        assert [reply.headers["x-salon-route"] for reply in replies] == [
            "anthropic/fake",
            "ollama/fake",
            "openai/fake",
        ]
        told = [reply.headers["x-salon-decision"] for reply in replies]
        assert told == ["rule=tools; strategy=priority", "rule=2; strategy=priority", "strategy=priority"]
        assert [entry.decision for entry, _ in await bench.rows()] == told

    play(scene, aliases=[RULES])


def test_a_rule_whose_targets_are_gone_lets_nothing_slip_past_it(play: Play) -> None:
    private = named("careful", rules=[{"when": {"contains": ["salary"]}, "targets": to("own/model")}])

    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.call("careful", "my salary")
        assert (reply.status, reply.json()["error"]["code"]) == (503, "model_unavailable")
        assert (await bench.call("careful", "hello")).status == 200

    play(scene, aliases=[private])


def test_a_plain_alias_has_nothing_to_explain(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.call("plain")
        assert bench.registry.plan("plain").is_plain
        assert "x-salon-decision" not in reply.headers
        assert (await bench.row())[0].decision is None

    play(scene, aliases=[alias("plain", "openai/fake", "anthropic/fake")])


SPLIT = {
    "by": "conversation",
    "variants": [
        {"name": "old", "targets": to("anthropic/fake")},
        {"name": "new", "targets": to("ollama/fake")},
    ],
}


def test_a_conversation_stays_with_its_variant_and_a_user_without_one_too(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        routes: dict[str, set[str]] = {}
        for number in range(24):
            name = f"talk {number % 8}"
            reply = await bench.call("split", headers={"x-salon-conversation": name})
            routes.setdefault(name, set()).add(reply.headers["x-salon-route"])
            assert reply.headers["x-salon-decision"].startswith("variant=")
        assert {len(found) for found in routes.values()} == {1}
        assert set().union(*routes.values()) == {"anthropic/fake", "ollama/fake"}
        users = [(await bench.call("split", user="ann")).headers["x-salon-route"] for _ in range(4)]
        assert len(set(users)) == 1

    play(scene, aliases=[named("split", split=SPLIT)])


def test_a_variant_that_fails_falls_back_to_the_aliass_own_targets(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=500", "tokens=1"])
        assert (await bench.call("split")).headers["x-salon-route"] == "openai/fake"

    play(scene, aliases=[named("split", split=SPLIT)], options=SOON)


def test_a_variant_is_not_given_the_cached_words_of_another(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for number in range(12):
            await bench.call("split", headers={"x-salon-conversation": str(number)})
        used = Counter(entry.cache for entry, _ in await bench.rows())
        assert used == {"stored": 2, "hit": 10}

    play(scene, aliases=[named("split", split=SPLIT, cache=True)])


def test_a_request_never_leaves_the_regions_of_its_key_and_its_space(play: Play) -> None:
    eu = key_identity("eu", limits=KeyLimits(regions=("eu",)))
    strict = key_identity("strict", limits=KeyLimits(regions=("eu",), promises=("no-training",)))

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, at(fake.url, "paris", region="eu-west"))
        await bench.service.add(OWNER.caller, at(fake.url, "ohio", region="us", promises=("no-training",)))
        await bench.service.aliases.set(OWNER.caller, alias("any", "ohio/fake", "paris/fake", "openai/fake"))
        fake.script(["tokens=1", "fault=500"])
        assert (await bench.call("any")).headers["x-salon-route"] == "ohio/fake"
        failed = await bench.call("any", identity=eu)
        assert (failed.status, failed.headers["x-salon-route"]) == (502, "paris/fake")
        assert "passed=ohio/fake (region us)" in failed.headers["x-salon-decision"]
        refused = await bench.call("any", identity=strict)
        assert (refused.status, refused.json()["error"]["code"]) == (403, "not_allowed_there")
        assert "paris/fake: no promise of no-training" in refused.json()["error"]["message"]
        assert fake.journal.counts["requests"] == 2

    options = msgspec.structs.replace(SOON, max_attempts=1)
    play(scene, options=options)


def test_a_constraint_on_spaces_holds_for_every_model_and_dialect(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, at(fake.url, "paris", region="eu"))
        await bench.service.residences.set(OWNER.caller, residence("eu", regions=("eu",)))
        assert (await bench.call("paris/fake")).status == 200
        for dialect in ("openai", "anthropic", "ollama", "gemini"):
            assert (await bench.call("openai/fake", dialect=dialect)).status == 403
        other = key_identity("other", space="spc_other")
        assert (await bench.call("openai/fake", identity=other)).status == 200
        await bench.service.residences.remove(OWNER.caller, "eu")
        assert (await bench.call("openai/fake")).status == 200

    play(scene)


def residence(name: str, **fields: Any) -> ResidenceSpec:
    return ResidenceSpec(name=name, spaces=("spc_home",), **fields)


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_provider_is_sent_no_more_than_its_limit_and_the_rest_goes_elsewhere(
    play: Play, redis_url: str, is_shared: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, at(fake.url, "narrow", requests_per_minute=2))
        await bench.service.aliases.set(OWNER.caller, alias("both", "narrow/fake", "openai/fake"))
        routes = [(await bench.call("both")).headers["x-salon-route"] for _ in range(4)]
        assert routes == ["narrow/fake", "narrow/fake", "openai/fake", "openai/fake"]
        alone = await bench.call("narrow/fake", dialect="anthropic")
        assert (alone.status, alone.json()["error"]["type"]) == (429, "rate_limit_error")
        assert 1 <= int(alone.headers["retry-after"]) <= 60
        told = [entry.decision for entry, _ in await bench.rows()]
        assert told.count("passed=narrow/fake (its limits)") == 2
        assert "narrow" in alone.json()["error"]["message"]
        assert {len(tries) for _, tries in await bench.rows()} == {0, 1}
        if limiter is not None:
            await limiter.close()

    limiter = RedisLimiter(redis_url, patience_s=20) if is_shared else None
    play(scene, limiter=limiter)


def test_places_at_a_provider_are_given_back(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, at(fake.url, "one", concurrency=1))
        for _ in range(3):
            assert (await bench.call("one/fake")).status == 200
        fake.script(["fault=500"] * 3)
        for _ in range(3):
            await bench.call("one/fake")
        together = await asyncio.gather(*(bench.call("one/fake", "{{fake rate=50}}") for _ in range(3)))
        assert sorted(reply.status for reply in together) == [200, 429, 429]
        meter = bench.registry.plan("one/fake").targets[0].meter
        assert meter is not None
        assert meter.open == 0

    play(scene, options=msgspec.structs.replace(SOON, max_attempts=1, breaker_failures=100))


def test_a_request_that_may_not_fit_goes_to_a_larger_context_first(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        small, large = (bench.registry.plan(f"{name}/fake").targets[0] for name in ("openai", "anthropic"))
        small.context_tokens, large.context_tokens = 1000, 100_000
        short = await bench.call("sizes", "hello")
        assert (short.headers["x-salon-route"], "x-salon-decision" in short.headers) == ("openai/fake", False)
        long = await bench.call("sizes", "hello " * 2000)
        assert long.headers["x-salon-route"] == "anthropic/fake"
        assert "last=openai/fake (context)" in long.headers["x-salon-decision"]
        much = await bench.call("sizes", "hello", max_tokens=5000)
        assert much.headers["x-salon-route"] == "anthropic/fake"

    play(scene, aliases=[alias("sizes", "openai/fake", "anthropic/fake")])


def test_a_target_that_is_passed_over_for_what_it_cannot_do_is_named(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        plan = bench.registry.plan("team")
        limited = msgspec.structs.replace(plan.targets[0].capabilities, tools=False)
        plan.targets[0].capabilities = limited
        plan.route.is_restricted, plan.is_plain = True, False
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        reply = await bench.call("team", tools=tools)
        assert reply.headers["x-salon-decision"] == "strategy=priority; passed=openai/fake (no tools)"

    play(scene, aliases=[alias("team", "openai/fake", "anthropic/fake")])
