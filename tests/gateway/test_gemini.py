"""Gemini on either side of the gateway: every pair it is part of, its failures, its address and its key."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from salon.gateway.configuration.listing import read_listing
from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.collect import ResponseCollector
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench, MemoryReply

Play = Callable[..., None]
OTHERS: tuple[DialectName, ...] = ("openai", "anthropic", "ollama")
PAIRS: list[tuple[DialectName, DialectName]] = [
    ("gemini", "gemini"),
    *((other, "gemini") for other in OTHERS),
    *(("gemini", other) for other in OTHERS),
]
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS: dict[str, Any] = {
    "openai": [{"type": "function", "function": TOOL}],
    "anthropic": [{"name": "weather", "input_schema": TOOL["parameters"]}],
    "ollama": [{"type": "function", "function": TOOL}],
    "gemini": [{"functionDeclarations": [TOOL]}],
}


def wish(caller: DialectName) -> dict[str, Any]:
    """Return what a caller must say to get counts in a stream."""
    return {"stream_options": {"include_usage": True}} if caller == "openai" else {}


def read(dialect: DialectName, reply: MemoryReply, *, stream: bool) -> Any:
    """Return the answer a caller reads, by the dialect's own decoder."""
    codec = DIALECTS[dialect]
    if not stream:
        return codec.decode_response(reply.body)
    decoder, collector = codec.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(reply.body), *decoder.finish()])
    assert collector.error is None
    return collector.response()


@pytest.mark.parametrize(("caller", "provider"), PAIRS)
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_words_thoughts_and_counts_cross(
    play: Play, caller: DialectName, provider: DialectName, stream: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        words = "{{fake think=3}}"
        more = wish(caller) if stream else {}
        reply = await bench.call(f"{provider}/fake", words, dialect=caller, stream=stream, **more)
        assert reply.status == 200, reply.body
        answer = read(caller, reply, stream=stream)
        assert (answer.text, answer.reasoning) == ("tok " * 8, "tok " * 3)
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (4, 11)
        entry, _ = await bench.row()
        assert (entry.status, entry.output_tokens, entry.usage_source) == ("ok", 11, "provider")

    play(scene)


@pytest.mark.parametrize(("caller", "provider"), PAIRS)
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_tool_calls_cross_whole(play: Play, caller: DialectName, provider: DialectName, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call(
            f"{provider}/fake", "{{fake call}}", dialect=caller, stream=stream, tools=TOOLS[caller]
        )
        answer = read(caller, reply, stream=stream)
        assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
            ("weather", {"city": "Zürich"})
        ]
        assert answer.finish.reason == "tool-calls"

    play(scene)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_the_address_says_model_and_stream_and_the_key_stays_out_of_it(play: Play, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for caller in ("gemini", "openai"):
            assert (await bench.call("gemini/fake", dialect=caller, stream=stream)).status == 200
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        for exchange in fake.journal.exchanges:
            assert exchange.target == f"/v1beta/models/fake:{method}"
            assert exchange.header("x-goog-api-key") == "sk-upstream-canary"
            assert b"canary" not in exchange.body
            assert not {"model", "stream"} & set(json.loads(exchange.body))

    play(scene)


FAULTS = [
    ("400", 400, "upstream_refused"),
    ("401", 502, "upstream_auth"),
    ("404", 404, "upstream_model_missing"),
    ("429:0", 429, "upstream_rate_limited"),
    ("500", 502, "upstream_server_error"),
    ("503", 503, "upstream_overloaded"),
    ("html", 502, "upstream_broken"),
    ("garbage", 502, "upstream_broken"),
    ("close:after-headers", 502, "upstream_broken"),
]


@pytest.mark.parametrize(("fault", "status", "code"), FAULTS)
@pytest.mark.parametrize("caller", ["gemini", "openai"])
def test_a_failure_before_the_first_byte_is_told(
    play: Play, fault: str, status: int, code: str, caller: DialectName
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for stream in (False, True):
            words = f"{{{{fake fault={fault}}}}}"
            reply = await bench.call("gemini/fake", words, dialect=caller, stream=stream)
            assert reply.status == status
            told = json.loads(reply.body)["error"]
            assert told["message"]
            assert caller != "gemini" or told["code"] == status
        entries = [entry.error_code for entry, _ in await bench.rows()]
        assert entries == [code, code]

    play(scene)


MIDDLE = ["error-in-stream", "close", "reset", "truncated", "bad-json"]


@pytest.mark.parametrize(("caller", "fault"), list(itertools.product(("gemini", "openai"), MIDDLE)))
def test_a_failure_in_the_middle_is_never_silent(play: Play, caller: DialectName, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        words = f"{{{{fake tokens=40;fault={fault}}}}}"
        reply = await bench.call("gemini/fake", words, dialect=caller, stream=True)
        decoder = DIALECTS[caller].stream_decoder()
        events = [*decoder.feed(reply.body), *decoder.finish()]
        assert type(events[-1]).__name__ == "StreamError"
        assert getattr(events[-1], "type", "") != "stream_truncated"
        entry, _ = await bench.row()
        assert entry.error_code is not None

    play(scene)


@pytest.mark.parametrize("fault", ["split:1", "crlf", "no-final-blank", "pings", "usage-twice"])
@pytest.mark.parametrize("caller", ["gemini", "openai"])
def test_odd_framing_is_read(play: Play, fault: str, caller: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        words = f"{{{{fake fault={fault}}}}}"
        reply = await bench.call("gemini/fake", words, dialect=caller, stream=True, **wish(caller))
        answer = read(caller, reply, stream=True)
        assert (answer.text, answer.usage.output_tokens) == ("tok " * 8, 8)

    play(scene)


def test_the_list_of_models_holds_those_that_can_be_asked_and_what_for() -> None:
    listed = {
        "models": [
            {
                "name": "models/gemini-x",
                "displayName": "X",
                "inputTokenLimit": 1000,
                "supportedGenerationMethods": ["generateContent"],
            },
            {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]},
            {"name": "models/paint", "supportedGenerationMethods": ["predict"]},
        ],
        "nextPageToken": "next",
    }
    models, after = read_listing("gemini", json.dumps(listed).encode(), provider="p")
    assert [(model.id, model.display_name, model.context_tokens, model.operations) for model in models] == [
        ("gemini-x", "X", 1000, ("chat",)),
        ("embed", "", None, ("embeddings",)),
    ]
    assert after == "next"


def test_its_models_are_asked_for_with_the_key_in_a_header(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.discovery.refresh({"gemini"}, force=True)
        listing = bench.registry.listing("gemini")
        assert listing is not None
        assert [model.id for model in listing.models] == ["fake", "fake-large", "embed"]

    play(scene)
