"""The contract of kinds with code of their own: they answer, stream, count, call, fail and let go."""

import asyncio
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, MemoryReply, poll

Play = Callable[..., None]
WAYS: tuple[tuple[DialectName, bool], ...] = (
    ("openai", False),
    ("openai", True),
    ("anthropic", False),
    ("anthropic", True),
)
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS: dict[str, Any] = {
    "openai": [{"type": "function", "function": TOOL}],
    "anthropic": [{"name": "weather", "input_schema": TOOL["parameters"]}],
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FAULTS = (
    ("400", 400, "upstream_refused"),
    ("401", 502, "upstream_auth"),
    ("404", 404, "upstream_model_missing"),
    ("503", 503, "upstream_overloaded"),
)


def entra(url: str) -> dict[str, str]:
    """Return the options of an application whose tokens the fake gives."""
    return {"tenant_id": "tenant", "client_id": "app", "authority": url}


@functools.cache
def private_key() -> str:
    """Return an RSA key in PEM, made once."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(url: str) -> dict[str, Any]:
    """Return what declares a service account whose tokens the fake gives."""
    account = {
        "type": "service_account",
        "client_email": "salon@project.iam.gserviceaccount.com",
        "private_key_id": "kid-1",
        "private_key": private_key(),
        "token_uri": f"{url}/token",
    }
    options = {"project": "my-project", "location": "europe-west4"}
    return {"api_key": json.dumps(account, indent=1), "options": options}


SIGNED = {"region": "eu-central-1", "access_key_id": "AKIAIOSFODNN7EXAMPLE"}
INVOKED = {**SIGNED, "api": "invoke"}
Case = tuple[str, str, Callable[[str], dict[str, Any]]]
"""A kind, a model, and what its declaration says besides; the fake's address is given."""
CASES: dict[str, Case] = {
    "azure": ("azure", "fake", lambda _: {}),
    "azure-dated": ("azure", "fake", lambda _: {"options": {"api_version": "2024-10-21"}}),
    "cohere": ("cohere", "fake", lambda _: {}),
    "vertex-gemini": ("vertex", "fake", service_account),
    "vertex-claude": ("vertex", "claude-fake@1", service_account),
    "bedrock-key": ("bedrock", "eu.amazon.fake-v1:0", lambda _: {"options": {"region": "eu-central-1"}}),
    "bedrock-signed": ("bedrock", "amazon.fake-v1:0", lambda _: {"options": SIGNED}),
    "bedrock-claude": ("bedrock", "us.anthropic.fake-v1:0", lambda _: {"options": SIGNED}),
    "bedrock-nova": ("bedrock", "eu.amazon.nova-2-lite-fake-v1:0", lambda _: {"options": INVOKED}),
    "gemini-interactions": ("gemini", "fake", lambda _: {"options": {"api": "interactions"}}),
    "azure-entra": ("azure", "fake", lambda url: {"options": entra(url)}),
}
every_case = pytest.mark.parametrize("case", CASES)


async def add(bench: GatewayBench, case: str, fake: FakeProvider, **changed: Any) -> str:
    """Add the provider of a case; return the name of its model."""
    kind, model, declare = CASES[case]
    fields: dict[str, Any] = {
        "base_url": fake.url,
        "api_key": "sk-canary",
        "allow_private": True,
        "models": (model,),
        **declare(fake.url),
        **changed,
    }
    await bench.service.add(OWNER.caller, ProviderSpec(name="own", kind=kind, **fields))
    return f"own/{model}"


def read(caller: DialectName, reply: MemoryReply, *, stream: bool) -> Any:
    """Return what the caller reads."""
    codec = DIALECTS[caller]
    if not stream:
        return codec.decode_response(reply.body)
    decoder, collector = codec.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(reply.body), *decoder.finish()])
    assert collector.error is None
    return collector.response()


@every_case
def test_it_answers_and_streams_and_is_counted(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        for caller, stream in WAYS:
            reply = await bench.call(model, "{{fake think=3}}", dialect=caller, stream=stream)
            assert reply.status == 200, reply.body
            answer = read(caller, reply, stream=stream)
            assert (answer.text, answer.reasoning) == ("tok " * 8, "tok " * 3)
        rows = [entry for entry, _ in await bench.rows()]
        assert [row.usage_source for row in rows] == ["provider"] * 4
        assert {row.output_tokens for row in rows} == {11}

    play(scene)


@every_case
def test_it_calls_tools_and_hears_their_results(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        for caller, stream in WAYS:
            tools = TOOLS[caller]
            reply = await bench.call(model, "{{fake call}}", dialect=caller, stream=stream, tools=tools)
            (call,) = read(caller, reply, stream=stream).tool_calls
            assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Zürich"})
        made = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
        said = [
            {"role": "user", "content": "{{fake call}}"},
            {"role": "assistant", "content": None, "tool_calls": [made]},
            {"role": "tool", "tool_call_id": "c1", "content": "22 degrees"},
        ]
        reply = await bench.call(model, messages=said, tools=TOOLS["openai"])
        assert read("openai", reply, stream=False).text == "The tool said: 22 degrees"

    play(scene)


@every_case
def test_an_image_reaches_it(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        said = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
        assert (await bench.call(model, messages=said)).status == 200
        assert PIXEL.encode() in fake.journal.exchanges[-1].body

    play(scene)


@every_case
def test_a_recording_reaches_it_or_is_refused_by_name(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        sound = {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}}
        said = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, sound]}]
        reply = await bench.call(model, messages=said)
        if case == "cohere" or "claude" in case:
            assert (reply.status, reply.json()["error"]["param"]) == (400, "messages[0].content[1]")
        else:
            assert reply.status == 200
            assert PIXEL.encode() in fake.journal.exchanges[-1].body

    play(scene)


@every_case
def test_its_errors_are_told(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        for fault, status, _ in FAULTS:
            reply = await bench.call(model, f"{{{{fake fault={fault}}}}}")
            assert reply.status == status
            assert json.loads(reply.body)["error"]["message"]
        told = [(entry.error_code, entry.provider_kind) for entry, _ in await bench.rows()]
        assert told == [(code, CASES[case][0]) for _, _, code in FAULTS]

    play(scene)


@every_case
def test_an_error_inside_the_stream_is_told(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        for caller in ("openai", "anthropic"):
            reply = await bench.call(model, "{{fake fault=error-in-stream}}", dialect=caller, stream=True)
            assert b"fake failure in the stream" in reply.body
        assert {entry.status for entry, _ in await bench.rows()} == {"interrupted"}

    play(scene)


@every_case
def test_a_stream_cut_short_never_ends_in_silence(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        reply = await bench.call(model, "{{fake fault=close:mid-stream}}", stream=True)
        assert b'"error"' in reply.body
        entry, _ = await bench.row()
        assert entry.error_code == "upstream_broken"

    play(scene)


@every_case
def test_leaving_lets_it_go(play: Play, case: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        model = await add(bench, case, fake)
        reply = MemoryReply()
        words = "{{fake tokens=5000;rate=50}}"
        task = asyncio.create_task(bench.call(model, words, stream=True, reply=reply))
        await poll(lambda: reply.writes > 3)
        reply.leave()
        await asyncio.wait_for(task, 30)
        await poll(lambda: all(one.outcome != "open" for one in fake.journal.exchanges))
        assert fake.journal.exchanges[-1].outcome == "caller-left"
        assert (await bench.row())[0].status == "cancelled"

    play(scene)


@every_case
def test_its_credential_is_shown_to_nobody(play: Play, case: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        caplog.set_level("DEBUG")
        model = await add(bench, case, fake)
        replies = [
            await bench.call(model, "{{fake fault=echo-key}}", stream=stream) for stream in (False, True)
        ]
        rows = str(await bench.rows())
        hidden = ["sk-canary", *(f"fake-token-{number}" for number in (1, 2))]
        everything = "".join(
            [rows, caplog.text, *(str(reply.body) + str(reply.headers) for reply in replies)]
        )
        assert [word for word in hidden if word in everything] == []
        assert b"sk-canary" not in (bench.folder / "salon.db").read_bytes()

    play(scene)


def test_models_of_cohere_are_listed_with_what_they_can(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "cohere", fake, models=())
        await bench.service.discovery.refresh({"own"}, force=True)
        listed = [entry for entry in bench.registry.models() if entry.provider == "own"]
        assert [entry.id for entry in listed] == ["own/fake", "own/fake-large", "own/embed"]
        info = listed[0].info
        assert (info.context_tokens, info.capabilities and info.capabilities.tools) == (128000, True)
        assert fake.journal.exchanges[-1].target == "/v1/models?page_size=1000"

    play(scene)


def test_models_of_vertex_are_those_that_can_be_asked_and_those_declared(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "vertex-gemini", fake, models=())
        await bench.service.discovery.refresh({"own"}, force=True)
        listed = {entry.id for entry in bench.registry.models() if entry.provider == "own"}
        assert {"own/gemini-fake", "own/gemini-fake-large", "own/gemini-2.5-pro"} <= listed
        assert "own/imagen-4.0-generate-001" in listed
        assert "own/gemini-embedding-001" in listed
        assert not [name for name in listed if "veo" in name or "live" in name]
        last = fake.journal.exchanges[-1]
        assert last.target == "/v1beta1/publishers/google/models?pageSize=100&pageToken=two"
        assert (last.header("authorization") or "").startswith("Bearer fake-token-")

    play(scene)
