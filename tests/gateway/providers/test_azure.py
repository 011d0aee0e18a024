"""Azure OpenAI: where requests go, what proves them, and what is said when something is missing."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.providers.azure import KIND
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, LeapingClock

Play = Callable[..., None]


def spec(
    fake: FakeProvider, *, path: str = "", key: str | None = "azure-secret-canary", **options: str
) -> Any:
    """Declare the fake as an Azure resource."""
    return ProviderSpec(
        name="az", kind="azure", base_url=fake.url + path, api_key=key, allow_private=True, options=options
    )


def entra(fake: FakeProvider) -> dict[str, str]:
    """Return the options of an application whose tokens the fake gives."""
    return {"tenant_id": "t1", "client_id": "app", "authority": f"{fake.url}/login"}


@pytest.mark.parametrize(
    ("path", "options", "target"),
    [
        ("", {}, "/openai/v1/chat/completions"),
        ("/openai/v1/", {}, "/openai/v1/chat/completions"),
        (
            "",
            {"api_version": "2024-10-21"},
            "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_a_deployment_is_asked_where_it_is(
    play: Play, path: str, options: dict[str, str], target: str
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, path=path, **options))
        assert (await bench.call("az/my gpt")).status == 200
        exchange = fake.journal.exchanges[-1]
        assert (exchange.target, exchange.header("api-key")) == (target, "azure-secret-canary")
        assert exchange.header("authorization") is None

    play(scene)


def test_responses_pass_through(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        await bench.send("responses", b'{"model":"az/gpt","input":"hello"}')
        assert fake.journal.exchanges[-1].target == "/openai/v1/responses"

    play(scene)


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ({}, "/openai/v1/embeddings"),
        ({"api_version": "2024-10-21"}, "/openai/deployments/embed/embeddings?api-version=2024-10-21"),
    ],
)
def test_embeddings_are_made_there_too(play: Play, options: dict[str, str], target: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **options, **entra(fake)))
        reply = await bench.send("openai-embeddings", b'{"model":"az/embed","input":"hello"}')
        assert (reply.status, json.loads(reply.body)["object"]) == (200, "list")
        exchange = fake.journal.exchanges[-1]
        assert (exchange.target, exchange.header("authorization")) == (target, "Bearer fake-token-1")

    play(scene)


def test_many_requests_wait_for_one_token_and_it_is_used_again(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **entra(fake)))
        replies = await asyncio.gather(*(bench.call("az/gpt") for _ in range(5)))
        await bench.service.set_enabled(OWNER.caller, "az", enabled=True)
        replies.append(await bench.call("az/gpt"))
        assert [reply.status for reply in replies] == [200] * 6
        asked = {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "azure-secret-canary",
            "scope": "https://cognitiveservices.azure.com/.default",
        }
        assert fake.tokens.asked == [asked]
        chats = [one for one in fake.journal.exchanges if not one.target.endswith("/token")]
        assert {one.header("authorization") for one in chats} == {"Bearer fake-token-1"}
        assert fake.journal.exchanges[0].target == "/login/t1/oauth2/v2.0/token"

    play(scene)


def test_a_token_is_renewed_behind_the_requests_before_it_ends(play: Play) -> None:
    clock = LeapingClock()

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **entra(fake)))
        sent: list[str | None] = []
        for leap_s in (0, 3000, 400, 5000):
            clock.leap(leap_s)
            await bench.call("az/gpt")
            chats = [one for one in fake.journal.exchanges if not one.target.endswith("/token")]
            sent.append(chats[-1].header("authorization"))
            while bench.registry.fetching:
                await asyncio.sleep(0)
        tokens = [f"Bearer fake-token-{number}" for number in (1, 1, 1, 3)]
        assert sent == tokens  # the third came with the old one, while the second token was fetched
        assert len(fake.tokens.asked) == 3

    play(scene, clock=clock)


def test_a_refused_application_is_told_and_asked_again(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **entra(fake)))
        words = "AADSTS7000215: Invalid client secret azure-secret-canary provided.\r\nTrace ID: 1"
        fake.tokens.refusal = (401, {"error": "invalid_client", "error_description": words})
        reply = await bench.call("az/gpt")
        assert reply.status == 502
        assert b"azure-secret-canary" not in reply.body
        assert (await bench.row())[0].error_code == "upstream_auth"
        fake.tokens.refusal = None
        assert (await bench.call("az/gpt")).status == 200

    play(scene)


def test_a_token_refused_before_its_time_is_fetched_anew(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **entra(fake)))
        for words, status in (("hi", 200), ("{{fake fault=401}}", 502), ("hi", 200), ("hi", 200)):
            assert (await bench.call("az/gpt", words)).status == status
        chats = [one for one in fake.journal.exchanges if not one.target.endswith("/token")]
        assert [one.header("authorization") for one in chats] == [
            f"Bearer fake-token-{number}" for number in (1, 1, 2, 2)
        ]

    play(scene)


def test_a_renewal_that_fails_leaves_the_old_token_in_use(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    clock = LeapingClock()

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, **entra(fake)))
        assert (await bench.call("az/gpt")).status == 200
        fake.tokens.refusal = (503, {})
        clock.leap(3400)
        for _ in range(2):
            assert (await bench.call("az/gpt")).status == 200
            while bench.registry.fetching:
                await asyncio.sleep(0)
        assert len(fake.tokens.asked) == 2  # it is not tried again at once
        assert "no token for the provider az" in caplog.text
        assert "Traceback" not in caplog.text

    play(scene, clock=clock)


def test_half_an_application_and_unknown_options_are_refused(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for options, words in (
            ({"tenant_id": "t1"}, "belong together"),
            ({"api_versoin": "2024-10-21"}, "Did you mean “api_version”?"),
            ({"api_version": "latest"}, "is not the version of the dated addresses"),
        ):
            with pytest.raises(ConfigError) as caught:
                await bench.service.add(OWNER.caller, spec(fake, **options))
            assert words in caught.value.message
        with pytest.raises(ConfigError, match=r"https://NAME\.openai\.azure\.com"):
            await bench.service.add(OWNER.caller, ProviderSpec(name="az", kind="azure", api_key="k"))

    play(scene)


@pytest.mark.parametrize(
    "authority",
    [
        "http://login.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost:8@evil.example",
        "ftp://x",
    ],
)
def test_a_secret_is_sent_in_the_clear_to_nobody_else(play: Play, authority: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(ConfigError, match="is not an https address") as caught:
            await bench.service.add(OWNER.caller, spec(fake, **{**entra(fake), "authority": authority}))
        assert "azure-secret-canary" not in caught.value.message

    play(scene)


def test_the_environment_brings_it_when_it_says_enough() -> None:
    key = {"AZURE_OPENAI_API_KEY": "k"}
    assert environment_providers([KIND], key) == []
    (found,) = environment_providers([KIND], {**key, "AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com"})
    assert (found.spec.base_url, found.secret) == ("https://x.openai.azure.com", "k")
