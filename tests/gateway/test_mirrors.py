"""Requests that go to another target a second time."""

from collections.abc import Callable
from typing import Any

import msgspec

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import Budget, budget_store
from salon.gateway.registry.models import AliasSpec, ProviderSpec, TargetSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, QUICK, GatewayBench, key_identity, poll

Play = Callable[..., None]


def mirrored(model: str = "anthropic/fake", **fields: Any) -> AliasSpec:
    given = {"name": "main", "targets": [{"model": "openai/fake"}], "mirror": {"model": model, **fields}}
    return msgspec.convert(given, AliasSpec)


def test_a_mirrored_request_is_answered_once_and_written_down_twice(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        caller = key_identity("mine")
        for stream in (False, True):
            reply = await bench.call("main", stream=stream, identity=caller)
            assert reply.headers["x-salon-route"] == "openai/fake"
        await poll(lambda: bench.gateway.mirrors.open == 0)
        rows = [entry for entry, _ in await bench.rows()]
        own = [entry for entry in rows if entry.operation == "chat"]
        copies = [entry for entry in rows if entry.operation == "mirror"]
        assert {entry.decision for entry in copies} == {f"mirror of {entry.request_id}" for entry in own}
        assert {(entry.route, entry.key_id, entry.space_id) for entry in copies} == {
            ("anthropic/fake", None, "spc_home")
        }
        assert all(entry.status == "ok" and entry.cost_e10 for entry in copies)
        assert {entry.key_id for entry in own} == {"key_mine"}

    play(scene, aliases=[mirrored()])


def test_a_mirror_that_hangs_or_fails_is_not_felt_and_not_retried(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tokens=1", "fault=500"])
        assert (await bench.call("main")).status == 200
        await poll(lambda: bench.gateway.mirrors.open == 0)
        assert fake.journal.counts["requests"] == 2
        ((_, _), (copy, tries)) = await bench.rows()
        assert (copy.operation, copy.status, len(tries)) == ("mirror", "error", 1)
        fake.script(["tokens=1", "fault=stall:before-headers"])
        assert (await bench.call("main")).status == 200
        assert bench.gateway.mirrors.open == 1

    play(scene, aliases=[mirrored()], options=msgspec.structs.replace(QUICK, retry_budget=1.0))


def test_a_mirror_takes_its_share_and_nothing_from_a_budget(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        budget = Budget(id="bud_1", space_id=SpaceId("spc_home"), name="test", limit_e10=10**10)
        scope = SystemScope("test")
        await bench.storage.write(
            lambda tx: budget_store.insert_budget(tx, scope, budget, created_by=None, now_ms=0)
        )
        caller = key_identity("mine", budgets=["bud_1"])
        for _ in range(30):
            await bench.call("main", identity=caller)
        await poll(lambda: bench.gateway.mirrors.open == 0)
        rows = [entry for entry, _ in await bench.rows()]
        assert 3 <= sum(entry.operation == "mirror" for entry in rows) <= 27
        spent = sum(entry.cost_e10 or 0 for entry in rows if entry.operation == "chat")
        (state,) = await bench.ledger.budgets(scope)
        assert state.spent_e10 == spent

    play(scene, aliases=[mirrored(share=0.5)])


def test_a_mirror_outside_the_regions_of_the_key_is_left_out(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        paris = ProviderSpec(
            name="paris", kind="ollama", base_url=fake.url, allow_private=True, models=("fake",), region="eu"
        )
        await bench.service.add(OWNER.caller, paris)
        alias = msgspec.structs.replace(mirrored(), targets=(TargetSpec(model="paris/fake"),))
        await bench.service.aliases.set(OWNER.caller, alias)
        kept = key_identity("eu", limits=KeyLimits(regions=("eu",)))
        assert (await bench.call("main", identity=kept)).status == 200
        await poll(lambda: bench.gateway.mirrors.open == 0)
        assert fake.journal.counts["requests"] == 1
        await bench.call("main")
        await poll(lambda: fake.journal.counts["requests"] == 3)

    play(scene)
