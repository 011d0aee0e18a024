"""Providers added, tried, disabled and removed while running, from every source."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from salon.foundation.audit import list_records
from salon.foundation.events import events_after
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import ConfigError, Conflict, InvalidRequest, NotAllowed, NotFound
from salon.foundation.kit.ids import SpaceId
from salon.gateway.configuration import FileConfiguration
from salon.gateway.configuration.probe import LocalServer, find_local_servers
from salon.gateway.pricing import written_price
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider, Plan
from salon.testing.gateway_bench import OWNER, GatewayBench, alias, key_identity

Play = Callable[..., None]
HOME = SpaceScope(SpaceId("spc_home"))


def spec(fake: FakeProvider, name: str = "mine", **fields: object) -> ProviderSpec:
    given = {"base_url": f"{fake.url}/v1", "api_key": "sk-canary-key", "allow_private": True, **fields}
    return ProviderSpec(name=name, kind="openai-compatible", **given)  # type: ignore[arg-type]


def test_a_provider_lives_from_adding_to_removing(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        service = bench.service
        added = await service.add(OWNER.caller, spec(fake))
        assert (added.source, added.credential, added.enabled) == ("database", "set", True)
        assert (await bench.call("mine/fake")).status == 200
        await service.set_enabled(OWNER.caller, "mine", enabled=False)
        assert (await bench.call("mine/fake")).status == 503
        await service.set_enabled(OWNER.caller, added.id, enabled=True)
        assert (await bench.call("mine/fake")).status == 200
        await service.remove(OWNER.caller, "mine")
        assert (await bench.call("mine/fake")).status == 404
        page = await bench.storage.read(lambda tx: list_records(tx, HOME))
        assert [record.action for record in reversed(page.records)] == [
            "gateway.provider-added",
            "gateway.provider-disabled",
            "gateway.provider-enabled",
            "gateway.provider-removed",
        ]
        events = await bench.storage.read(lambda tx: events_after(tx, HOME, 0))
        assert [event.type for event in events] == [record.action for record in reversed(page.records)]
        assert "sk-canary-key" not in str(page.records) + str(events)

    play(scene)


def test_a_provider_outlives_the_process_and_a_lost_key_says_so(play: Play, tmp_path: Path) -> None:
    async def first(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))

    async def again(bench: GatewayBench, fake: FakeProvider) -> None:
        found = bench.registry.provider("mine")
        assert found is not None
        assert found.shown().credential == "set"

    async def restored(bench: GatewayBench, fake: FakeProvider) -> None:
        found = bench.registry.provider("mine")
        assert found is not None
        assert (found.shown().credential, found.usable) == ("needed", False)
        await bench.service.set_credential(OWNER.caller, "mine", "sk-new")
        assert bench.registry.provider("mine").usable  # type: ignore[union-attr]

    play(first)
    play(again)
    (tmp_path / "master.key").unlink()
    play(restored)


def test_a_trial_reports_each_step(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.default = Plan(call=True)
        for name in ("openai", "anthropic", "ollama", "demo"):
            trial = await bench.service.test(OWNER, name)
            assert [(step.name, step.ok) for step in trial.steps] == [
                ("list of models", True),
                ("streamed answer", True),
                ("tool call", True),
            ], trial
            assert trial.ok
        assert len(await bench.rows()) == 9

    play(scene)


def test_a_trial_of_a_wrong_credential_says_what_is_wrong(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.key = "sk-right"
        await bench.service.add(OWNER.caller, spec(fake))
        trial = await bench.service.test(OWNER, "mine", model="fake")
        assert not trial.ok
        assert "refused the credential" in trial.steps[0].detail
        listing = bench.registry.listing("mine")
        assert listing is not None
        assert listing.error == trial.steps[0].detail
        assert "sk-canary-key" not in str(trial)

    play(scene)


def test_a_changed_provider_keeps_what_is_not_named_and_its_key_stays_with_its_host(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        service = bench.service
        await service.add(OWNER.caller, spec(fake, label="Mine", headers={"X-Title": "Notes"}))
        await service.change(OWNER.caller, "mine", {"models": ("extra",), "base_url": f"{fake.url}/v1/"})
        found = bench.registry.provider("mine")
        assert found is not None
        assert (found.spec.label, found.spec.headers, found.spec.models) == (
            "Mine",
            {"X-Title": "Notes"},
            ("extra",),
        )
        assert (await bench.call("mine/fake")).status == 200
        elsewhere = {"base_url": "https://models.example.com/v1", "allow_private": False}
        with pytest.raises(ConfigError) as caught:
            await service.change(OWNER.caller, "mine", elsewhere)
        assert caught.value.fields["key"] == "providers.mine.api_key"
        assert "is not sent to https://models.example.com" in caught.value.message
        assert bench.registry.provider("mine").spec.base_url == f"{fake.url}/v1/"  # type: ignore[union-attr]
        moved = await service.change(OWNER.caller, "mine", elsewhere, secret="sk-for-the-other")
        assert (moved.base_url, moved.credential) == ("https://models.example.com/v1", "set")

    play(scene)


@pytest.mark.parametrize(
    ("kind", "options", "moved"),
    [
        ("huggingface", {}, {"hub": "https://hub.example.com"}),
        (
            "azure",
            {"tenant_id": "t", "client_id": "app"},
            {"tenant_id": "t", "client_id": "app", "authority": "https://login.example.com"},
        ),
    ],
)
def test_a_stored_key_does_not_follow_an_option_to_another_host(
    play: Play, kind: str, options: dict[str, str], moved: dict[str, str]
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        service = bench.service
        await service.add(OWNER.caller, msgspec.structs.replace(spec(fake, options=options), kind=kind))
        with pytest.raises(ConfigError, match=r"is not sent to https://\w+\.example\.com"):
            await service.change(OWNER.caller, "mine", {"options": moved})
        await service.change(OWNER.caller, "mine", {"options": moved}, secret="sk-for-the-other")
        await service.change(OWNER.caller, "mine", {"options": moved, "label": "Mine"})

    play(scene)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Bad Name"}, "cannot name a provider"),
        ({"base_url": ""}, "no usual address"),
        ({"base_url": "ftp://x"}, "http"),
        ({"base_url": "http://user@x/v1"}, "character"),
        ({"api_key": "two words"}, "credential"),
        ({"api_key": "a\r\nhost: evil"}, "credential"),
    ],
)
def test_a_bad_declaration_is_one_clear_sentence(play: Play, fields: dict[str, str], words: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        given = {"name": "mine", **fields}
        with pytest.raises(ConfigError) as caught:
            await bench.service.add(OWNER.caller, spec(fake, **given))
        assert words in caught.value.message
        assert given.get("api_key", "nothing") not in caught.value.message

    play(scene)


def test_an_address_inside_needs_an_administrators_word(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.sources.set_file(FileConfiguration(providers=(spec(fake, allow_private=False),)))
        reply = await bench.call("mine/fake")
        assert reply.status == 502
        assert fake.journal.counts["requests"] == 0

    play(scene)


def test_only_those_with_the_right_change_anything(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        caller = key_identity().caller
        with pytest.raises(NotAllowed):
            await bench.service.add(caller, spec(fake))
        with pytest.raises(NotAllowed):
            await bench.service.remove(caller, "openai")
        with pytest.raises(NotAllowed):
            await bench.service.aliases.set(caller, alias("x", "demo/demo"))
        with pytest.raises(NotAllowed):
            await bench.service.rotate_master_key(caller)

    play(scene)


def test_what_the_file_or_the_environment_declares_is_changed_there(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for name in ("openai", "deepseek", "demo"):
            with pytest.raises(Conflict):
                await bench.service.remove(OWNER.caller, name)
        with pytest.raises(Conflict):
            await bench.service.add(OWNER.caller, spec(fake, name="openai"))
        with pytest.raises(NotFound):
            await bench.service.remove(OWNER.caller, "nobody")
        sources = {provider.name: provider.source for provider in bench.registry.providers()}
        assert sources["deepseek"] == "environment"
        assert sources["ollama"] == "file"

    play(scene, environ={"DEEPSEEK_API_KEY": "sk-x", "OLLAMA_HOST": "0.0.0.0", "OPENAI_API_KEY": "sk-y"})


def test_a_bad_file_changes_nothing(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        before = bench.registry.providers()
        bad = ProviderSpec(name="x", kind="no-such-kind")
        with pytest.raises(ConfigError, match="no provider kind"):
            await bench.service.sources.set_file(FileConfiguration(providers=(bad,)))
        with pytest.raises(ConfigError):
            await bench.service.sources.set_file(FileConfiguration(aliases=(alias("a"),)))
        assert bench.registry.providers() == before
        assert (await bench.call("openai/fake")).status == 200

    play(scene)


def test_aliases_and_prices_are_set_and_removed(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        service = bench.service
        await service.aliases.set(OWNER.caller, alias("fast", "openai/fake"))
        price = written_price({"input": "10", "output": "20"}, source="mine")
        await service.prices.set(OWNER.caller, PriceSpec(model="openai/fake", price=price))
        assert (await bench.call("fast")).headers["x-salon-cost"] == "0.00018 USD"
        await service.prices.remove(OWNER.caller, "openai/fake")
        assert (await bench.call("fast")).headers["x-salon-cost"] == "unpriced"
        await service.aliases.remove(OWNER.caller, "fast")
        assert (await bench.call("fast")).status == 404
        with pytest.raises(ConfigError, match="there is no"):
            await service.aliases.set(OWNER.caller, alias("x", "nobody/fake"))
        with pytest.raises(NotFound):
            await service.aliases.remove(OWNER.caller, "fast")

    play(scene, prices=[])


@pytest.mark.parametrize("name", ["", " a", "a\x1b[31m", "a\u202eb", "a\nb", "x" * 301])
def test_what_cannot_be_shown_in_a_line_is_no_name_of_a_model(play: Play, name: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        service = bench.service
        with pytest.raises(ConfigError, match="this is no name") as refused:
            await service.aliases.set(OWNER.caller, alias(name, "openai/fake"))
        assert "\x1b" not in str(refused.value)
        price = written_price({"input": "10", "output": "20"}, source="mine")
        with pytest.raises(InvalidRequest, match="This is no name"):
            await service.prices.set(OWNER.caller, PriceSpec(model=name, price=price))

    play(scene)


def test_models_are_discovered_once_and_found_by_bare_name(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.models.append("only-listed")
        assert fake.journal.counts["connections"] == 0
        bench.gateway.on_unknown_model = lambda model: bench.service.discovery.refresh()
        assert (await bench.call("only-listed")).status == 200
        asked = len(fake.journal.exchanges)
        assert (await bench.call("nobody-has-this")).status == 404
        assert len(fake.journal.exchanges) == asked
        names = [entry.id for entry in bench.registry.models()]
        assert "openai/only-listed" in names
        assert "demo" in names

    play(scene)


def test_a_provider_that_is_down_is_not_asked_again_at_once(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.key = "sk-other"
        await bench.service.discovery.refresh(["openai"])
        listing = bench.registry.listing("openai")
        assert listing is not None
        assert "credential" in (listing.error or "")
        before = len(fake.journal.exchanges)
        await bench.service.discovery.refresh(["openai"])
        assert len(fake.journal.exchanges) == before
        await bench.service.discovery.refresh(["openai"], force=True)
        assert len(fake.journal.exchanges) == before + 1

    play(scene)


def test_a_list_goes_with_the_address_and_the_key_it_came_for(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        added = spec(fake, api_key="sk-one")
        await bench.service.add(OWNER.caller, added)
        await bench.service.discovery.refresh(["mine"])
        await bench.service.set_enabled(OWNER.caller, "mine", enabled=False)
        await bench.service.set_enabled(OWNER.caller, "mine", enabled=True)
        assert bench.registry.listing("mine") is not None
        await bench.service.set_credential(OWNER.caller, "mine", "sk-two")
        assert bench.registry.listing("mine") is None
        await bench.service.discovery.refresh(["mine"])
        elsewhere = msgspec.structs.replace(added, base_url="http://127.0.0.1:9/v1", api_key="sk-two")
        await bench.service.update(OWNER.caller, "mine", elsewhere)
        assert bench.registry.listing("mine") is None

    play(scene)


class SlowToRefuse:
    """A provider that lists its models for one key at once, and refuses another when it is told to."""

    def __init__(self) -> None:
        self.refuse = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, status, body = await reader.readuntil(b"\r\n\r\n"), b"200 OK", b'{"data":[{"id":"a"}]}'
        if b"sk-wrong" in head:
            await self.refuse.wait()
            status, body = b"401 Unauthorized", b'{"error":{"message":"wrong key"}}'
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body))
        await writer.drain()
        writer.close()


def test_a_provider_that_changes_while_it_is_asked_is_asked_anew(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        slow = SlowToRefuse()
        async with await asyncio.start_server(slow.answer, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            await bench.service.add(OWNER.caller, spec(fake, base_url=address, api_key="sk-wrong"))
            wrong = bench.registry.provider("mine")
            first = asyncio.ensure_future(bench.service.discovery.ask(wrong))
            await bench.service.set_credential(OWNER.caller, "mine", "sk-right")
            found = await bench.service.discovery.ask(bench.registry.provider("mine"))
            assert [model.id for model in found.models] == ["a"]
            slow.refuse.set()
            assert "credential" in ((await first).error or "")
            assert bench.registry.listing("mine") == found

    play(scene)


def test_what_was_listed_outlives_the_process(play: Play, tmp_path: Path) -> None:
    async def first(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, base_url="http://127.0.0.1:9/v1"))
        bench.registry.set_listing("mine", msgspec.structs.replace(await listed(bench, fake)))
        bench.service._keep_listing("mine", await listed(bench, fake))

    async def listed(bench: GatewayBench, fake: FakeProvider) -> object:
        await bench.service.discovery.refresh(["openai"])
        return bench.registry.listing("openai")

    async def second(bench: GatewayBench, fake: FakeProvider) -> None:
        assert fake.journal.counts["connections"] == 0
        assert "mine/fake-large" in [entry.id for entry in bench.registry.models()]

    play(first)
    play(second)


def test_servers_on_this_machine_are_found_when_asked(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        servers = [
            LocalServer(
                kind="ollama", label="O", base_url=fake.url, listing="ollama", models_path="/api/tags"
            ),
            LocalServer(kind="lmstudio", label="L", base_url=f"{fake.url}/v1"),
            LocalServer(kind="openai-compatible", label="none", base_url="http://127.0.0.1:1/v1"),
        ]
        found = await find_local_servers(bench.http, servers)
        assert [(one.kind, one.models) for one in found] == [
            ("ollama", ("fake", "fake-large")),
            ("lmstudio", ("fake", "fake-large")),
        ]

    play(scene)
