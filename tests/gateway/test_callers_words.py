"""What a target cannot do is told with the field as the caller wrote it, wherever ours has it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from salon.foundation.kit.errors import Unsupported
from salon.gateway.callers_words import in_callers_words
from salon.gateway.dialects import DIALECTS
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

Play = Callable[..., None]
SAID = [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]
PARTS = [
    {"role": "user", "parts": [{"text": "a"}]},
    {"role": "model", "parts": [{"text": "b"}, {"text": "c"}]},
]
CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
HEARD = {"type": "function_call_output", "call_id": "c", "output": "x"}
ITEMS = [
    {"role": "user", "content": "a"},
    CALL,
    HEARD,
    {"role": "user", "content": [{"type": "input_text", "text": "b"}]},
]

TABLE: list[tuple[str, dict[str, Any], str, str]] = [
    ("openai", {"messages": SAID}, "messages[0].content[1]", "messages[0].content[1]"),
    ("anthropic", {"messages": SAID, "system": "s"}, "messages[1].content[1]", "messages[0].content[1]"),
    ("anthropic", {"messages": SAID, "system": "s"}, "messages[0].content[0]", "system"),
    ("anthropic", {"messages": SAID}, "messages[0].content[1]", "messages[0].content[1]"),
    ("gemini", {"contents": PARTS}, "messages[1].content[1]", "contents[1].parts[1]"),
    (
        "gemini",
        {"contents": PARTS, "systemInstruction": {"parts": [{"text": "s"}]}},
        "messages[1].content[0]",
        "contents[0].parts[0]",
    ),
    ("gemini", {"contents": PARTS}, "messages", "contents"),
    ("responses", {"input": ITEMS, "instructions": "s"}, "messages[4].content[0]", "input[3].content[0]"),
    ("responses", {"input": ITEMS, "instructions": "s"}, "messages[2].content[0]", "input[1]"),
    ("responses-compact", {"input": ITEMS, "instructions": "s"}, "messages[4].content[0]", "input[3].content[0]"),
    ("responses", {"input": "hello"}, "messages[0].content[0]", "input"),
    ("ollama", {"messages": [{"role": "user", "content": "a", "images": ["eA=="]}]}, "messages[0].content[1]", "messages[0]"),
    ("ollama-generate", {"prompt": "a", "system": "s"}, "messages[0].content", "system"),
    ("completions", {"prompt": "a"}, "messages[0].content[0]", "prompt"),
    ("gemini-embed-batch", {"requests": [{"content": {"parts": [{"text": "a"}]}}]}, "input", "requests"),
    ("gemini-embed", {"content": {"parts": [{"text": "a"}]}}, "dimensions", "outputDimensionality"),
    ("gemini-count", {"contents": PARTS}, "messages[1].content[1]", "contents[1].parts[1]"),
    ("gemini-count", {"generateContentRequest": {"contents": PARTS}}, "messages[1]", "generateContentRequest"),
    (
        "gemini-count",
        {"generateContentRequest": {"contents": PARTS}},
        "tools[0]",
        "generateContentRequest.tools[0]",
    ),
    ("openai-embeddings", {"input": "a"}, "input", "input"),
    ("openai", {"messages": SAID}, "tools[0].type", "tools[0].type"),
    ("openai", {"messages": SAID}, "messages[7].content[1]", "messages"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "body", "ours", "theirs"), TABLE)
def test_a_field_has_the_callers_name(dialect: str, body: dict[str, Any], ours: str, theirs: str) -> None:
    served = DIALECTS[dialect]  # type: ignore[index] - a name of the table
    envelope = served.read_envelope(json.dumps({"model": "m", "max_tokens": 9, **body}).encode())
    told = in_callers_words(Unsupported(field=ours, problem="No."), served, envelope)
    assert (type(told), told.param, told.message) == (Unsupported, theirs, f"{theirs}: No.")


def test_a_long_conversation_is_read_again_a_few_times_only() -> None:
    served = DIALECTS["gemini"]
    many = [
        {"role": "user" if place % 2 else "model", "parts": [{"text": str(place)}]} for place in range(999)
    ]
    envelope = served.read_envelope(json.dumps({"model": "m", "contents": many}).encode())
    told = in_callers_words(Unsupported(field="messages[777].content[0]", problem="No."), served, envelope)
    assert told.param == "contents[777].parts[0]"


def test_what_a_target_refuses_is_named_for_the_caller(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        video = {"fileData": {"mimeType": "image/png", "fileUri": "files/1"}}
        contents = [{"role": "user", "parts": [{"text": "Look"}, video]}]
        body = {"model": "openai/fake", "contents": contents, "systemInstruction": {"parts": [{"text": "s"}]}}
        reply = await asyncio.wait_for(bench.send("gemini", json.dumps(body).encode()), 30)
        assert reply.status == 400
        assert reply.json()["error"]["message"].startswith("contents[0].parts[1]: ")

    play(scene)
