"""The contract of every kind that is only declared: it answers, streams, calls, lists, fails and lets go."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from salon.gateway.configuration.environment import environment_providers
from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.providers import declared
from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.declared import KINDS
from salon.gateway.providers.declared.local import LOCAL
from salon.gateway.providers.declared.services import SERVICES
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, MemoryReply, poll
from salon.testing.recorded import Recorded, recordings

Play = Callable[..., None]
WAYS: tuple[tuple[DialectName, bool], ...] = (
    ("openai", False),
    ("openai", True),
    ("anthropic", False),
    ("anthropic", True),
)
FAULTS = (
    ("400", 400, "upstream_refused"),
    ("401", 502, "upstream_auth"),
    ("404", 404, "upstream_model_missing"),
)
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS: dict[str, Any] = {
    "openai": [{"type": "function", "function": TOOL}],
    "anthropic": [{"name": "weather", "input_schema": TOOL["parameters"]}],
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CHECKLIST = tomllib.loads(Path(declared.__file__).with_name("checklist.toml").read_text("utf-8"))
LIMITS = {"responses": "max_output_tokens", "anthropic": "max_tokens"}

every_kind = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.chat_paths], ids=lambda kind: kind.name
)
"""Every kind that chats; what the others do, ``test_retrieval.py`` tries."""


async def add(
    bench: GatewayBench, kind: ProviderKind, fake: FakeProvider, *, models: tuple[str, ...] = ("fake",)
) -> None:
    """Add a provider of ``kind`` whose usual address is the fake's, path and all."""
    spec = ProviderSpec(
        name="own",
        kind=kind.name,
        base_url=fake.url + urlsplit(kind.base_url).path,
        api_key="sk-canary",
        allow_private=True,
        models=models,
    )
    await bench.service.add(OWNER.caller, spec)


def read(caller: DialectName, reply: MemoryReply, *, stream: bool) -> Any:
    """Return what the caller reads."""
    codec = DIALECTS[caller]
    if not stream:
        return codec.decode_response(reply.body)
    decoder, collector = codec.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(reply.body), *decoder.finish()])
    assert collector.error is None
    return collector.response()


@every_kind
def test_it_answers_and_streams_and_is_counted(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        for caller, stream in WAYS:
            reply = await bench.call("own/fake", "{{fake think=3}}", dialect=caller, stream=stream)
            assert reply.status == 200, reply.body
            answer = read(caller, reply, stream=stream)
            assert (answer.text, answer.reasoning) == ("tok " * 8, "tok " * 3)
        rows = [entry for entry, _ in await bench.rows()]
        unasked = kind.quirks.get("stream_usage") == "unasked"  # the fake counts only when it is asked to
        assert [row.usage_source for row in rows] == ["provider", "estimated" if unasked else "provider"] * 2
        assert rows[0].cost_e10 is None  # nobody said that a model of one's own costs nothing

    play(scene)


@every_kind
def test_a_request_is_written_in_its_words(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        fields: dict[str, Any] = {"generationConfig": {"maxOutputTokens": 50, "seed": 3}}
        await bench.call("own/fake", dialect="gemini", stream=True, **fields)
        exchange = fake.journal.exchanges[-1]
        sent = json.loads(exchange.body)
        key = {"x-api-key": "sk-canary", "x-goog-api-key": "sk-canary"}.get(kind.auth, "Bearer sk-canary")
        assert exchange.header(kind.auth if kind.auth != "bearer" else "authorization") == key
        if kind.dialect == "openai":
            limit = kind.quirks.get("max_tokens_field", "max_completion_tokens")
            assert ("stream_options" in sent) == (kind.quirks.get("stream_usage") != "unasked")
            seed = kind.quirks.get("renamed", {}).get("seed", "seed")
            assert sent.get(seed) == (None if "seed" in kind.quirks.get("refused", ()) else 3)
            assert sent[limit] == 50
        elif kind.dialect in LIMITS:
            assert sent[LIMITS[kind.dialect]] == 50

    play(scene)


@every_kind
def test_it_calls_tools(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        for caller, stream in WAYS:
            reply = await bench.call(
                "own/fake", "{{fake call}}", dialect=caller, stream=stream, tools=TOOLS[caller]
            )
            calls = read(caller, reply, stream=stream).tool_calls
            assert [(call.name, json.loads(call.arguments)) for call in calls] == [
                ("weather", {"city": "Zürich"})
            ]

    play(scene)


@every_kind
def test_an_image_reaches_it(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        said = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
        assert (await bench.call("own/fake", messages=said)).status == 200
        assert PIXEL.encode() in fake.journal.exchanges[-1].body

    play(scene)


@every_kind
def test_a_recording_reaches_it_or_is_refused_by_name(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        sound = {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}}
        said = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, sound]}]
        reply = await bench.call("own/fake", messages=said)
        if "openai" in kind.chat_paths and "audio" in CHECKLIST[kind.name]:
            # What passes through the provider refuses itself; what is written for it is refused here.
            heard = [{"role": "user", "parts": [{"inlineData": {"mimeType": "audio/wav", "data": PIXEL}}]}]
            reply = await bench.call("own/fake", dialect="gemini", contents=heard)
            assert (reply.status, b"takes no audio" in reply.body) == (400, True)
        elif "audio" in CHECKLIST[kind.name]:
            assert (reply.status, reply.json()["error"]["param"]) == (400, "messages[0].content[1]")
        else:
            assert reply.status == 200
            assert PIXEL.encode() in fake.journal.exchanges[-1].body

    play(scene)


@every_kind
def test_its_models_are_listed(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake, models=())
        await bench.service.discovery.refresh({"own"}, force=True)
        listed = {entry.id for entry in bench.registry.models() if entry.provider == "own"}
        found = () if kind.listing == "fixed" else ("fake", "fake-large")
        beside_chat = ("embed",) if kind.listing == "gemini" else ()
        assert listed == {f"own/{model}" for model in (*kind.models, *found, *beside_chat)}
        assert (await bench.call("own/not-listed")).status == 200

    play(scene)


@every_kind
def test_its_errors_are_told(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        for fault, status, _ in FAULTS:
            reply = await bench.call("own/fake", f"{{{{fake fault={fault}}}}}")
            assert reply.status == status
            assert json.loads(reply.body)["error"]["message"]
        told = [(entry.error_code, entry.provider_kind) for entry, _ in await bench.rows()]
        assert told == [(code, kind.name) for _, _, code in FAULTS]

    play(scene)


@every_kind
def test_leaving_lets_it_go(play: Play, kind: ProviderKind) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = MemoryReply()
        words = "{{fake tokens=5000;rate=50}}"
        task = asyncio.create_task(bench.call("own/fake", words, stream=True, reply=reply))
        await poll(lambda: reply.writes > 3)
        reply.leave()
        await asyncio.wait_for(task, 30)
        await poll(lambda: fake.journal.open_sockets == 0)
        entry, _ = await bench.row()
        assert entry.status == "cancelled"

    play(scene)


def test_a_field_that_fails_there_is_left_out_and_told(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, next(kind for kind in KINDS if kind.name == "mistral"), fake)
        settings = {"seed": 7, "responseLogprobs": True, "logprobs": 2}
        reply = await bench.call("own/fake", dialect="gemini", stream=True, generationConfig=settings)
        sent = json.loads(fake.journal.exchanges[-1].body)
        assert sent["random_seed"] == 7
        assert not {"seed", "logprobs", "top_logprobs", "stream_options"} & set(sent)
        assert "top_logprobs" in reply.headers["x-salon-lost"]

    play(scene)


def test_bytes_that_pass_get_the_names_that_mistral_takes(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, next(kind for kind in KINDS if kind.name == "mistral"), fake)
        fields: dict[str, Any] = {"stream_options": {"include_usage": True}, "max_completion_tokens": 9}
        await bench.call("own/fake", stream=True, seed=3, **fields)
        sent = json.loads(fake.journal.exchanges[-1].body)
        assert set(sent) == {"model", "messages", "stream", "max_tokens", "random_seed"}
        assert (sent["max_tokens"], sent["random_seed"]) == (9, 3)
        await bench.call("own/fake", max_tokens=5, **fields)
        assert json.loads(fake.journal.exchanges[-1].body)["max_tokens"] == 5

    play(scene)


def test_writers_completions_are_read_for_callers_of_completions(play: Play, shared_dir: Path) -> None:
    streamed = "letions-writer-async-streaming-completions-with-events-with-no-content-b6a599"
    finished = "writer-completions-writer-completions-legacy-666d04"

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.recordings = shared_dir / "recorded-streams"
        await add(bench, next(kind for kind in KINDS if kind.name == "writer"), fake)
        for name, stream, length in ((streamed, True, 264), (finished, False, 166)):
            words = f"{{{{fake recording=writer/completions/{name}}}}}"
            body = {"model": "own/fake", "prompt": words, "stream": stream, "seed": 3, "max_tokens": 9}
            reply = await bench.send("completions", json.dumps(body).encode())
            assert reply.status == 200, reply.body
            answer = read("completions", reply, stream=stream)
            assert (len(answer.text), answer.finish.reason) == (length, "stop")
            sent = json.loads(fake.journal.exchanges[-1].body)
            assert (sent["random_seed"], sent["max_tokens"], "stream_options" in sent) == (3, 9, False)
        assert {entry.usage_source for entry, _ in await bench.rows()} == {"estimated"}

    play(scene)


RECORDED = {**{kind.name: kind for kind in SERVICES}, "local": LOCAL[0]}
"""Folder of recordings -> the kind they pass through."""


async def say(bench: GatewayBench, words: str, caller: Any, *, stream: bool) -> MemoryReply:
    """Ask ``own/fake`` in the caller's dialect."""
    if caller != "responses":
        return await bench.call("own/fake", words, dialect=caller, stream=stream)
    body = json.dumps({"model": "own/fake", "input": words, "stream": stream}).encode()
    return await bench.send("responses", body)


def reading(answer: Any) -> tuple[Any, ...]:
    """Return what must not get lost between two callers' dialects."""
    calls = [(call.name, json.loads(call.arguments or "{}")) for call in answer.tool_calls]
    return answer.text, answer.reasoning, calls, answer.finish and answer.finish.reason


def direct(recording: Recorded, folder: Path) -> Any:
    """Read a recording without a gateway."""
    reply = MemoryReply()
    suffix = "sse" if recording.stream else "json"
    reply.write((folder / recording.name / f"response.{suffix}").read_bytes())
    return read(recording.dialect, reply, stream=recording.stream)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_its_recordings_pass_without_loss(play: Play, shared_dir: Path, name: str) -> None:
    folder, kind = shared_dir / "recorded-streams", RECORDED[name]
    found = [one for one in recordings(folder) if one.name.startswith(f"{name}/") and not one.is_failure]
    chosen = [one for one in found if one.dialect in kind.chat_paths]

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.recordings = folder
        await add(bench, kind, fake)
        for recording in chosen:
            words = f"{{{{fake recording={recording.name}}}}}"
            wanted = direct(recording, folder)
            for caller in (
                {recording.dialect, "anthropic"} if recording.dialect == kind.dialect else ("responses",)
            ):
                reply = await say(bench, words, caller, stream=recording.stream)
                assert reply.status == 200, recording.name
                got = read(caller, reply, stream=recording.stream)  # type: ignore[arg-type]
                assert reading(got) == reading(wanted), (recording.name, caller)
        told = [entry.output_tokens for entry, _ in await bench.rows() if entry.usage_source == "provider"]
        assert bool(told) == bool(chosen)

    play(scene)


def test_keys_and_addresses_in_the_environment_bring_each() -> None:
    environ = {name: "k" for kind in SERVICES for name in kind.env_keys}
    environ |= {kind.env_url: "http://127.0.0.1:9/v1" for kind in LOCAL if kind.env_url}
    found = {declared.spec.kind for declared in environment_providers(KINDS, environ)}
    assert found == {kind.name for kind in (*SERVICES, *LOCAL)}
    assert environment_providers(KINDS, {"VLLM_API_KEY": "k"}) == []
