"""Every kind that holds realtime sessions is asked at its own address, in its own headers."""

from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.kinds import BUILT_IN
from salon.gateway.registry.models import ProviderSpec
from salon.testing.gateway_bench import OWNER

KEY = "realtime-secret-canary"
BEARER = ("authorization", f"Bearer {KEY}")
DATED = {"api_version": "2024-10-01-preview"}
ENTRA = {"tenant_id": "t1", "client_id": "app"}
WAYS: list[tuple[str, str, dict[str, str], str, tuple[str, str]]] = [
    ("openai", "/v1", {}, "/v1/realtime?model=my%20voice", BEARER),
    ("openai-compatible", "/v1", {}, "/v1/realtime?model=my%20voice", BEARER),
    # Of Alibaba's service, whose own kind has its chat at another address.
    ("openai-compatible", "/api-ws/v1", {}, "/api-ws/v1/realtime?model=my%20voice", BEARER),
    ("azure", "", {}, "/openai/v1/realtime?model=my%20voice", ("api-key", KEY)),
    ("azure", "/openai/v1", {}, "/openai/v1/realtime?model=my%20voice", ("api-key", KEY)),
    (
        "azure",
        "",
        DATED,
        "/openai/realtime?api-version=2024-10-01-preview&deployment=my%20voice",
        ("api-key", KEY),
    ),
    ("azure", "", ENTRA, "/openai/v1/realtime?model=my%20voice", ("authorization", "Bearer fake-token-1")),
    ("xai", "/v1", {}, "/v1/realtime?model=my%20voice", BEARER),
    ("localai", "/v1", {}, "/v1/realtime?model=my%20voice", BEARER),
    ("salon", "", {}, "/v1/realtime?model=my%20voice", BEARER),
]


def spec(fake: Any, kind: str, path: str, options: dict[str, str]) -> ProviderSpec:
    if "tenant_id" in options:
        options = {**options, "authority": f"{fake.url}/login"}
    return ProviderSpec(
        name="there", kind=kind, base_url=fake.url + path, api_key=KEY, allow_private=True, options=options
    )


def test_every_kind_that_holds_sessions_is_tried() -> None:
    holding = {kind.name for kind in BUILT_IN if "openai-realtime" in kind.operation_paths}
    assert holding - {"demo"} == {way[0] for way in WAYS}


@pytest.mark.parametrize(("kind", "path", "options", "target", "proof"), WAYS)
def test_a_session_is_opened_where_the_kind_says(play, talking, kind, path, options, target, proof):
    async def scene(bench, fake):
        await bench.service.add(OWNER.caller, spec(fake, kind, path, options))
        async with talking(bench, model="there/my voice") as talk:
            talk.socket.say("session.update", session={"type": "realtime", "model": "there/my voice"})
            talk.socket.ask("{{fake text=a b}}")
            await talk.socket.wait_for("response.done")
        entry, _ = await bench.row()
        exchange = next(one for one in fake.journal.exchanges if one.method == "GET")
        assert (exchange.target, exchange.header(proof[0])) == (target, proof[1])
        assert (entry.route, entry.output_tokens) == ("there/my voice", 2)
        assert b'"model":"my voice"' in exchange.messages[0]

    play(scene)


@pytest.mark.parametrize("kind", ["azure", "salon", "xai"])
def test_what_a_provider_refuses_names_it_and_not_the_key(play, talking, kind):
    async def scene(bench, fake):
        await bench.service.add(OWNER.caller, spec(fake, kind, "", {}))
        fake.script(["fault=echo-key"])
        with pytest.raises(UpstreamError) as refused:
            async with talking(bench, model="there/voice"):
                pass
        assert (refused.value.code, refused.value.fields["provider"]) == ("upstream_auth", "there")
        assert KEY not in f"{refused.value.message}{refused.value.upstream_message}"

    play(scene)
