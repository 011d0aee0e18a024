"""What an answer is said to cost, and with which price: through the whole gateway, row and header."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from salon.foundation.ledger import UsageQuery, rare_counts, system_scope
from salon.gateway.accounting import total_cost
from salon.gateway.pricing import Price, written_price
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, alias
from salon.testing.ledger import attempt

Play = Callable[..., None]
DAY_MS = 86_400_000


def price(model: str, entry: str = "1", output: str = "2", **written: object) -> PriceSpec:
    made = written_price({"input": entry, "output": output, **written}, source="test")
    return PriceSpec(model=model, price=made)


def day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


async def add(bench: GatewayBench, fake: FakeProvider, kind: str, name: str = "own") -> None:
    spec = ProviderSpec(
        name=name, kind=kind, base_url=f"{fake.url}/v1", api_key="sk", allow_private=True, models=("fake",)
    )
    await bench.service.add(OWNER.caller, spec)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("kind", "usage", "cost_e10"),
    [
        ("openrouter", '{"cost":0.95,"cost_details":{"upstream_inference_cost":19}}', 9_500_000_000),
        (
            "openrouter",
            '{"cost":0.05,"is_byok":true,"cost_details":{"upstream_inference_cost":1}}',
            10_500_000_000,
        ),
        ("xai", '{"cost_in_usd_ticks":37756000}', 37_756_000),
    ],
)
def test_what_a_provider_says_it_costs_wins(
    play: Play, kind: str, usage: str, cost_e10: int, stream: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, fake, kind)
        fake.script([f"usage={usage}"])
        await bench.call("own/fake", stream=stream)
        entry, (attempt,) = await bench.row()
        assert (entry.cost_e10, entry.currency, entry.price_version) == (cost_e10, "USD", f"told by {kind}")
        assert (attempt.cost_e10, attempt.price_version) == (cost_e10, f"told by {kind}")

    play(scene, prices=[price("own/fake")])


def test_a_cost_that_any_server_names_is_not_believed(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(['usage={"cost":0.95}'])
        await bench.call("openai/fake")
        assert (await bench.row())[0].cost_e10 == 180_000

    play(scene)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini"])
def test_each_service_tier_has_its_price_and_none_is_guessed(play: Play, dialect: str, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tier=flex", "tier=priority", "tier=standard"])
        for _ in range(3):
            await bench.call(f"{dialect}/fake", stream=stream)
        rows = [entry for entry, _ in await bench.rows()]
        assert [row.service for row in rows] == ["flex", "priority", None]
        assert [row.cost_e10 for row in rows] == [90_000, None, 180_000]

    play(scene, prices=[price(f"{dialect}/fake", services=[{"name": "flex", "factor": "0.5"}])])


@pytest.mark.parametrize("address", ["sqlite", "postgres"])
def test_a_request_is_priced_by_the_price_of_its_time(
    play: Play, address: str, request: pytest.FixtureRequest
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        prices, now_ms = bench.service.prices, bench.clock.now_ms()
        for entry, starts_ms in (("1", 0), ("10", now_ms - DAY_MS), ("100", now_ms + DAY_MS)):
            spec = price("openai/fake", entry, entry, starts=day(starts_ms) if starts_ms else "")
            await prices.set(OWNER.caller, spec)
        await bench.call("openai/fake")
        await prices.remove(OWNER.caller, "openai/fake", starts_ms=now_ms - DAY_MS)
        await bench.call("openai/fake")
        rows = [entry for entry, _ in await bench.rows()]
        assert [row.cost_e10 for row in rows] == [1_000_000, 100_000]
        assert "undated" in str(rows[1].price_version)
        assert rows[0].price_version != rows[1].price_version

    database = request.getfixturevalue("postgres_url") if address == "postgres" else None
    play(scene, prices=[], database=database)


def test_a_price_that_has_ended_leaves_the_model_to_the_next_source(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake")
        assert (await bench.row())[0].cost_e10 == 100_000

    play(scene, prices=[price("openai/fake", ends="2026-01-01"), price("openai/*", "1", "1")])


def test_the_narrowest_name_of_a_price_wins(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for model in ("openai/fake", "openai/other", "anthropic/fake", "dear"):
            await bench.call(model)
        costs = [entry.cost_e10 for entry, _ in await bench.rows()]
        assert costs == [200_000, 300_000, 500_000, 1_000_000]

    play(
        scene,
        prices=[
            price("openai/fake", "2", "2"),
            price("openai/*", "3", "3"),
            price("openai-compatible/*", "4", "4"),
            price("anthropic/*", "5", "5"),
            price("dear", "10", "10"),
        ],
        aliases=[alias("dear", "openai/fake")],
    )


def test_a_model_of_ones_own_is_free_only_when_its_owner_says_so(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("ollama/fake")
        await bench.service.prices.set(OWNER.caller, price("ollama/*", "0", "0"))
        await bench.call("ollama/fake")
        assert [entry.cost_e10 for entry, _ in await bench.rows()] == [None, 0]

    play(scene, prices=[])


def test_two_currencies_are_never_added() -> None:
    dollars, euros, nothing = (
        attempt(cost_e10=cost, currency=currency) for cost, currency in ((5, "USD"), (7, "EUR"), (0, "EUR"))
    )
    assert total_cost([dollars, euros]) is None
    assert total_cost([dollars, nothing]) == 5
    assert total_cost([dollars, dollars]) == 10


def test_rare_counts_are_in_the_rows_and_add_up(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        usage = '{"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":7}}'
        for _ in range(2):
            fake.script([f"usage={usage}"])
            await bench.call("anthropic/fake")
        await bench.call("anthropic/fake")
        rows = [entry for entry, _ in await bench.rows()]
        assert [rare_counts(row.details) for row in rows] == [{"cache_write_1h_tokens": 7}] * 2 + [{}]
        query = UsageQuery(since_ms=0, until_ms=2**52, group_by=("service", "price"), rare=True)
        (row,) = await bench.ledger.usage(system_scope(), query)
        assert (row.rare, row.cache_write_tokens) == ({"cache_write_1h_tokens": 14}, 20)

    play(scene)


def test_an_answer_that_the_cache_gives_names_no_price(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for _ in range(2):
            await bench.call("openai/fake", headers={"x-salon-cache": "on"})
        assert [entry.cost_e10 for entry, _ in await bench.rows()] == [180_000, 0]

    play(scene)


def test_the_price_of_a_service_tier_is_held_before_it_is_paid() -> None:
    made = price("m", services=[{"name": "priority", "factor": "2"}]).price
    assert isinstance(made, Price)
    assert made.estimate(1000, 1000, "priority") == 2 * (made.estimate(1000, 1000) or 0) - 1
