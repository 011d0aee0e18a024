"""Names that mean nothing now: whose they are, why, and what to do about it."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, update

from salon.foundation.kit.errors import ConfigError
from salon.foundation.storage import statement
from salon.gateway.configuration import FileConfiguration
from salon.gateway.configuration.tables import aliases
from salon.gateway.registry.alias_checks import check_alias, rings
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, alias

Play = Callable[..., None]


def provider(fake: FakeProvider, name: str, **fields: object) -> ProviderSpec:
    given = {"kind": "openai-compatible", "base_url": f"{fake.url}/v1", **fields}
    return ProviderSpec(name=name, **given)  # type: ignore[arg-type]


def test_a_provider_that_lists_demo_does_not_take_the_name(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        spec = provider(fake, "lab", models=("demo",), allow_private=True)
        await bench.service.add(OWNER.caller, spec)
        assert (await bench.call("demo")).headers["x-salon-route"] == "demo/demo"
        assert (await bench.call("lab/demo")).headers["x-salon-route"] == "lab/demo"

    play(scene)


def test_nothing_declared_takes_the_name_of_the_demo(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for spec in (provider(fake, "demo", allow_private=True), ProviderSpec(name="demo", kind="demo")):
            with pytest.raises(ConfigError, match=r"providers\.demo.*always there"):
                await bench.service.add(OWNER.caller, spec)
            with pytest.raises(ConfigError, match=r"providers\.demo.*always there"):
                await bench.service.sources.set_file(FileConfiguration(providers=(spec,)))
        for name in ("demo", "demo/demo"):
            with pytest.raises(ConfigError, match="is that of the demo model"):
                await bench.service.aliases.set(OWNER.caller, alias(name, "openai/fake"))
            with pytest.raises(ConfigError, match="is that of the demo model"):
                await bench.service.sources.set_file(FileConfiguration(aliases=(alias(name, "openai/fake"),)))
        assert (await bench.call("demo")).headers["x-salon-route"] == "demo/demo"

    play(scene)


def test_an_alias_that_an_earlier_salon_kept_is_told_and_left_out(play: Play) -> None:
    async def stored(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.aliases.set(OWNER.caller, alias("dem0", "openai/fake"))
        spec = func.replace(aliases.c.spec, "dem0", "demo")
        move = statement(update(aliases).values(name="demo", spec=spec))
        await bench.storage.write(lambda tx: tx.run(move))
        await bench.service.sources.reload()
        assert "is that of the demo model" in bench.service.sources.problems[0]
        assert (await bench.call("demo")).headers["x-salon-route"] == "demo/demo"
        await bench.service.aliases.remove(OWNER.caller, "demo")
        assert not bench.service.sources.problems

    play(stored)


def test_another_provider_of_the_demo_kind_has_names_of_its_own(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, ProviderSpec(name="lab", kind="demo"))
        names = [entry.id for entry in bench.registry.models()]
        assert (names.count("demo"), names.count("lab/demo")) == (1, 1)
        assert (await bench.call("lab/demo")).headers["x-salon-route"] == "lab/demo"

    play(scene)


def test_a_private_address_is_refused_when_it_is_added(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(ConfigError, match=r"allow_private = true.*--allow-private"):
            await bench.service.add(OWNER.caller, provider(fake, "lab"))
        local = await bench.service.add(
            OWNER.caller, provider(fake, "mine", kind="ollama", base_url=fake.url, models=("fake",))
        )
        assert not local.allow_private
        assert (await bench.call("mine/fake")).status == 200

    play(scene)


def test_a_private_address_of_the_file_is_told_at_load_and_at_each_request(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.sources.set_file(FileConfiguration(providers=(provider(fake, "lab"),)))
        assert "allow_private = true" in bench.service.sources.problems[0]
        assert "providers.lab.base_url" in caplog.text
        reply = await bench.call("lab/fake")
        assert reply.status == 502
        assert "allow_private = true" in reply.json()["error"]["message"]
        assert reply.json()["error"]["code"] == "upstream_forbidden"

    play(scene)


def test_a_switched_off_provider_says_how_to_switch_it_on(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, provider(fake, "lab", allow_private=True, models=("own",)))
        await bench.service.set_enabled(OWNER.caller, "lab", enabled=False)
        for name in ("lab/own", "lab/other", "own"):
            reply = await bench.call(name)
            assert reply.status == 503
            assert "switched off" in reply.json()["error"]["message"]
            assert "salon providers enable lab" in reply.json()["error"]["message"]

    play(scene)


def test_a_provider_without_its_key_says_which_one(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        lab = provider(fake, "lab", allow_private=True, key_variable="NOPE")
        bare = ProviderSpec(name="bare", kind="openai")
        await bench.service.sources.set_file(FileConfiguration(providers=(lab, bare)))
        states = {one.name: (one.credential, one.problem) for one in bench.registry.providers()}
        assert states["lab"] == (
            "needed",
            "needs a credential. Set the environment variable NOPE and start Salon again.",
        )
        assert states["bare"][0] == "needed"
        assert "NOPE" in caplog.text
        reply = await bench.call("lab/fake")
        assert (reply.status, "NOPE" in reply.json()["error"]["message"]) == (503, True)

    play(scene)


def test_an_alias_without_a_usable_target_is_no_mistake_of_the_caller(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("team")
        assert reply.status == 503
        assert reply.headers["x-should-retry"] == "false"
        assert bench.service.sources.problems == (
            "models.team: “opnai/fake” names a provider “opnai” that is not here. Did you mean “openai/fake”?",
            "models.team: “best” is an alias itself, and aliases point to models. Name a provider/model.",
        )

    play(scene, aliases=[alias("team", "opnai/fake", "best"), alias("best", "openai/fake")])


def test_a_ring_of_aliases_is_named_by_its_path() -> None:
    found = rings([alias("a", "openai/x", "b"), alias("b", "c"), alias("c", "b"), alias("d", "a")])
    assert [(one.fields["key"], one.fields["problem"]) for one in found] == [
        ("models.b", "it goes in a ring: b → c → b.")
    ]
    with pytest.raises(ConfigError, match="points to itself"):
        check_alias(alias("self", "self"))
