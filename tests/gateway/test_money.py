"""Budgets, limits and rights: who may spend what, and that nothing stays reserved."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import Budget, budget_store
from salon.foundation.messages import Attachment
from salon.gateway.limits import LocalLimiter
from salon.gateway.options import GatewayOptions
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.protocols.forms import form_of
from salon.gateway.registry.models import PriceSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import QUICK, GatewayBench, alias, key_identity
from salon.testing.verdicts import judge

Play = Callable[..., None]
DOLLAR = 10**10
SCOPE = SystemScope("test")


async def add_budget(bench: GatewayBench, limit_e10: int, *, allows_unpriced: bool = False) -> str:
    budget = Budget(
        id="bud_test",
        space_id=SpaceId("spc_home"),
        name="test",
        limit_e10=limit_e10,
        allows_unpriced=allows_unpriced,
    )
    await bench.storage.write(
        lambda tx: budget_store.insert_budget(tx, SCOPE, budget, created_by=None, now_ms=0)
    )
    return budget.id


async def budget_state(bench: GatewayBench) -> tuple[int, int]:
    await bench.ledger.flush()
    (state,) = await bench.ledger.budgets(SCOPE)
    return state.spent_e10, state.reserved_e10


def test_what_was_spent_is_what_the_rows_say(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR)])
        for words in ("hello", "{{fake fault=500}}", "{{fake tokens=20}}", "{{fake fault=400}}"):
            await bench.call("openai/fake", words, identity=identity)
            await bench.call("openai/fake", words, identity=identity, stream=True)
        rows = await bench.rows()
        spent, _ = await budget_state(bench)
        assert spent == sum(entry.cost_e10 or 0 for entry, _ in rows) > 0

    play(scene)


def test_a_spent_budget_refuses_before_anything_is_sent(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, 1000)])
        reply = await bench.call("openai/fake", identity=identity)
        assert reply.status == 402
        assert "is left; a smaller max_tokens may fit." in reply.json()["error"]["message"]
        assert fake.journal.counts["requests"] == 0
        entry, _ = await bench.row()
        assert (entry.status, entry.attempts, entry.cost_e10) == ("error", 0, 0)

    play(scene)


def test_a_model_without_a_price_is_refused_by_a_budget(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR)])
        reply = await bench.call("openai/fake", identity=identity)
        assert reply.status == 402
        assert fake.journal.counts["requests"] == 0

    play(scene, prices=[])


def test_a_budget_may_let_the_unpriced_pass(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR, allows_unpriced=True)])
        assert (await bench.call("openai/fake", identity=identity)).status == 200

    play(scene, prices=[])


def test_a_fallback_without_a_price_is_passed_over(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR)])
        fake.script(["fault=500", "tokens=1"])
        reply = await bench.call("team", identity=identity)
        assert reply.headers["x-salon-route"] == "anthropic/fake"

    play(scene, aliases=[alias("team", "openai/fake", "openai/nobody-knows", "anthropic/fake")])


def test_a_stream_past_its_hold_extends_it_or_ends_with_a_budget_error(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR // 200)])
        short = await bench.call("openai/fake", "{{fake tokens=800}}", identity=identity, stream=True)
        assert judge("openai", short.raw(), stream=True).ending == "well"
        words = "{{fake tokens=9000;rate=5000}}"
        long = await bench.call("openai/fake", words, identity=identity, stream=True)
        verdict = judge("openai", long.raw(), stream=True)
        assert (verdict.ending, verdict.error_type) == ("error", "insufficient_quota")
        spent, _ = await budget_state(bench)
        assert spent <= DOLLAR // 200 * 1.5
        entry = (await bench.rows())[-1][0]
        assert (entry.status, entry.error_code) == ("interrupted", "budget_exceeded")

    play(scene, options=msgspec.structs.replace(QUICK, assumed_output_tokens=100))


@pytest.mark.parametrize("limit", [-1, -(10**12), 0])
def test_a_limit_below_one_is_no_limit_and_counts_as_such(play: Play, limit: int) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, 100 * 18_0000)])
        reply = await bench.call("openai/fake", identity=identity, max_tokens=limit)
        assert reply.status == 402
        minute = key_identity("minute", limits=KeyLimits(tokens_per_minute=1000))
        tasks = [
            asyncio.create_task(
                bench.call("openai/fake", "{{fake delay=1}}", identity=minute, max_tokens=limit)
            )
            for _ in range(2)
        ]
        assert sorted([(await task).status for task in tasks]) == [200, 429]

    options = msgspec.structs.replace(QUICK, assumed_output_tokens=4096)
    play(scene, limiter=LocalLimiter(), options=options)


def test_each_of_several_answers_is_paid_for(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, 50 * 18_0000)])
        assert (await bench.call("openai/fake", identity=identity, max_tokens=100, n=1)).status == 200
        for answers in (128, 128.0, 10**15):
            reply = await bench.call("openai/fake", identity=identity, max_tokens=100, n=answers)
            assert reply.status == 402

    play(scene)


def test_two_hundred_at_once_admit_no_more_than_the_budget_holds(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, 50 * 18_0000)])
        replies = await asyncio.gather(
            *(bench.call("openai/fake", identity=identity, max_tokens=8) for _ in range(200))
        )
        admitted = sum(reply.status == 200 for reply in replies)
        assert 0 < admitted <= 50
        assert {reply.status for reply in replies} == {200, 402}
        assert (await budget_state(bench))[0] == admitted * 180_000

    play(scene)


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        (KeyLimits(models=("anthropic/*",)), 403),
        (KeyLimits(models=("openai/*",)), 200),
        (KeyLimits(models=("openai-compatible/fake",)), 200),
        (KeyLimits(operations=("embeddings",)), 403),
        (KeyLimits(operations=("chat",)), 200),
    ],
)
def test_a_key_uses_what_it_may(play: Play, limits: KeyLimits, status: int) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai/fake", identity=key_identity(limits=limits))
        assert reply.status == status
        assert fake.journal.counts["requests"] == (status == 200)

    play(scene)


def test_an_alias_is_no_way_around_allowed_models(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(limits=KeyLimits(models=("openai/*",)))
        assert (await bench.call("fast", identity=identity)).status == 403

    play(scene, aliases=[alias("fast", "openai/fake")])


def test_requests_per_minute_and_concurrency_are_told_with_retry_after(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity("rpm", limits=KeyLimits(requests_per_minute=2))
        statuses = [(await bench.call("openai/fake", identity=identity)).status for _ in range(3)]
        assert statuses == [200, 200, 429]
        one = key_identity("one", limits=KeyLimits(concurrency=1))
        calls = [bench.call("openai/fake", "{{fake delay=0.2}}", identity=one) for _ in range(3)]
        replies = await asyncio.gather(*calls)
        assert sorted(reply.status for reply in replies) == [200, 429, 429]
        assert all("retry-after" in reply.headers for reply in replies if reply.status == 429)
        assert (await bench.call("openai/fake", identity=one)).status == 200

    play(scene, limiter=LocalLimiter())


def test_too_many_at_once_are_shed_with_retry_after(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        replies = await asyncio.gather(*(bench.call("openai/fake", "{{fake delay=0.2}}") for _ in range(10)))
        refused = [reply for reply in replies if reply.status == 503]
        assert len(refused) == 7
        assert all(reply.headers["retry-after"] == "1" for reply in refused)
        assert bench.gateway.admission.active == 0
        assert len(await bench.rows()) == 10

    play(scene, options=msgspec.structs.replace(QUICK, max_concurrency=3))


def test_money_is_held_for_every_picture_that_a_form_asks_for(play: Play) -> None:
    output = rate("0.001") * 1_000_000
    price = Price(tiers=(PriceTier(input=0, output=output),), version="t", image_e10=0)

    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        each_e10 = GatewayOptions().assumed_output_tokens * rate("0.001")
        identity = key_identity(budgets=[await add_budget(bench, 5 * each_e10)])
        picture = ("image", Attachment(data=b"x", name="a.png", media_type="image/png"))
        for number, status in (("1", 200), ("10", 402)):
            form = form_of({"model": "openai/fake", "prompt": "a dog", "n": number}, files=[picture])
            assert (await bench.send("openai-image-edits", form, identity=identity)).status == status

    play(scene, prices=[PriceSpec(model="openai/*", price=price)])
