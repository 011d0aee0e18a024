"""Counts of tokens: asked of a provider that counts, in its own words; else made here; always free."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import Budget, budget_store
from salon.gateway.limits import LocalLimiter
from salon.gateway.protocols.base import COUNTS, DialectName
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench, alias, key_identity

Play = Callable[..., None]
SCOPE = SystemScope("test")
HELLO = [{"role": "user", "content": "What is the capital of France?"}]
ADDRESSES = {"anthropic": "/v1/messages/count_tokens", "gemini": "/v1beta/models/fake:countTokens"}


def asking(dialect: DialectName, model: str) -> bytes:
    said: dict[str, Any] = {"messages": HELLO}
    if dialect == "responses-count":
        said = {"input": HELLO, "instructions": "Be brief."}
    elif dialect == "gemini-count":
        whole = {"contents": [{"parts": [{"text": HELLO[0]["content"]}]}], "model": f"models/{model}"}
        said = {"generateContentRequest": whole, "stream": False}
    return orjson.dumps({"model": model, **said})


def told(dialect: DialectName, body: bytes) -> int:
    return orjson.loads(body)["totalTokens" if dialect == "gemini-count" else "input_tokens"]


@pytest.mark.parametrize("dialect", COUNTS)
@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini", "ollama"])
def test_a_provider_that_counts_is_asked_in_its_own_words(
    play: Play, dialect: DialectName, provider: str
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send(dialect, asking(dialect, f"{provider}/fake"))
        assert reply.status == 200, reply.body
        entry, attempts = await bench.row()
        assert (entry.input_tokens, entry.output_tokens, entry.cost_e10) == (0, 0, 0)
        if provider not in ADDRESSES:
            assert not attempts
            assert reply.headers["x-salon-count"] == "estimated"
            assert orjson.loads(reply.body)["estimated"] is True
            return
        (exchange,) = fake.journal.exchanges
        assert exchange.target == ADDRESSES[provider]
        assert told(dialect, reply.body) == exchange.input_tokens >= 7
        assert "x-salon-count" not in reply.headers

    play(scene)


@pytest.mark.parametrize("dialect", COUNTS)
def test_a_count_holds_no_money_and_no_tokens(play: Play, dialect: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        budget = Budget(id="bud_test", space_id=SpaceId("spc_home"), name="test", limit_e10=1)
        await bench.storage.write(
            lambda tx: budget_store.insert_budget(tx, SCOPE, budget, created_by=None, now_ms=0)
        )
        identity = key_identity(budgets=[budget.id], limits=KeyLimits(tokens_per_minute=1))
        for provider in ("anthropic", "ollama"):
            reply = await bench.send(dialect, asking(dialect, f"{provider}/fake"), identity=identity)
            assert reply.status == 200, reply.body
        (state,) = await bench.ledger.budgets(SCOPE)
        assert (state.spent_e10, state.reserved_e10) == (0, 0)
        assert (await bench.call("openai/fake", identity=identity)).status in {402, 429}

    play(scene, limiter=LocalLimiter())


def test_an_alias_goes_to_the_one_that_counts(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for dialect in COUNTS:
            assert (await bench.send(dialect, asking(dialect, "either"))).status == 200
        assert {exchange.target for exchange in fake.journal.exchanges} == {ADDRESSES["anthropic"]}

    play(scene, aliases=[alias("either", "ollama/fake", "anthropic/fake")])


@pytest.mark.parametrize(("fault", "status"), [("400", 400), ("429:0", 429), ("404", 404)])
def test_a_refusal_of_the_provider_is_passed_on(play: Play, fault: str, status: int) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script([f"fault={fault}"] * 3)
        reply = await bench.send("responses-count", asking("responses-count", "anthropic/fake"))
        assert reply.status == status

    play(scene)


@pytest.mark.parametrize("fault", ["405", "501"])
def test_a_provider_without_the_address_leaves_the_count_to_us(play: Play, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script([f"fault={fault}"] * 3)
        reply = await bench.send("anthropic-count", asking("anthropic-count", "anthropic/fake"))
        assert (reply.status, reply.headers["x-salon-count"]) == (200, "estimated")
        entry, _ = await bench.row()
        assert (entry.status, entry.cost_e10) == ("ok", 0)

    play(scene)
