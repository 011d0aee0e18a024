"""Damaged requests in every dialect: refused in that dialect, never a 500, never a trace in the log."""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.testing.load import gather_bounded
from salon.testing.questions import PIXEL, WEATHER
from salon.testing.raw_http import RawAnswer, ask, chat_path, request_bytes
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of
from salon.testing.soak import scaled
from salon.testing.verdicts import judge

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "\u0000", "\ud7ff", "a" * 5000, [], {}, [[]], [None], {"": None},
    "null", {"type": "text"}, {"type": 7}, [{"type": "text", "text": None}], "data:image/png;base64,@@",
    {"text": 7}, {"functionCall": {}}, {"inlineData": {"data": "@@"}}, {"role": "king"},
)  # fmt: skip


PICTURE = f"data:image/png;base64,{PIXEL}"
HELLO = "hello {{fake tokens=2}}"
FUNCTION: Any = {"type": "function", "function": dict(WEATHER)}
OPTIONS = {"temperature": 0.5, "top_p": 0.9, "stop": ["x"], "seed": 1}
WHOLE: dict[str, dict[str, Any]] = {
    "openai": {
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": HELLO}, {"type": "image_url", "image_url": {"url": PICTURE}},
            ]},
        ],
        "tools": [FUNCTION], "tool_choice": "auto", "response_format": {"type": "text"}, "max_tokens": 9,
        "user": "u", "n": 1, "logprobs": True, "top_logprobs": 2, **OPTIONS,
    },
    "responses": {
        "input": [
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "sunny"},
            {"role": "user", "content": [
                {"type": "input_text", "text": HELLO},
                {"type": "input_image", "image_url": PICTURE, "detail": "auto"},
            ]},
        ],
        "instructions": "be brief", "tools": [{"type": "function", "strict": True, **WEATHER}],
        "tool_choice": "auto", "max_output_tokens": 9, "store": False, "text": {"format": {"type": "text"}},
        "reasoning": {"effort": "low"}, "include": [],
    },
    "anthropic": {
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": HELLO, "cache_control": {"type": "ephemeral"}},
            ]},
        ],
        "tools": [{"name": "weather", "input_schema": WEATHER["parameters"]}], "tool_choice": {"type": "auto"},
        "max_tokens": 9, "system": "be brief", "stop_sequences": ["x"], "metadata": {"user_id": "u"},
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    },
    "ollama": {
        "messages": [{"role": "user", "content": HELLO, "images": [PIXEL]}], "tools": [FUNCTION],
        "options": {"num_predict": 9, **OPTIONS}, "think": False, "format": {"type": "object"},
        "keep_alive": "5m",
    },
    "ollama-generate": {
        "prompt": HELLO, "system": "be brief", "images": [PIXEL], "options": {"num_predict": 9, **OPTIONS},
        "think": False, "format": {"type": "object"}, "keep_alive": "5m", "suffix": "", "context": [1],
    },
    "completions": {
        "prompt": [HELLO], "max_tokens": 9, "n": 1, "echo": False, "suffix": None, "logprobs": 2, "best_of": 1,
        "user": "u", "logit_bias": {}, **OPTIONS,
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "contents": [
            {"role": "user", "parts": [
                {"text": HELLO}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
            ]},
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Bern"}}}]},
            {"parts": [{"functionResponse": {"name": "weather", "response": {"output": "sunny"}}}]},
        ],
        "tools": [{"functionDeclarations": [dict(WEATHER)]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "generationConfig": {
            "temperature": 0.5, "topP": 0.9, "topK": 5, "maxOutputTokens": 9, "stopSequences": ["x"],
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
            "thinkingConfig": {"thinkingBudget": 0},
        },
    },
}  # fmt: skip
"""A request of each dialect that uses much of it."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        found += places(inner, (*path, name))
    return found


def damage(body: dict[str, Any], source: random.Random) -> None:
    """Change one place of a request."""
    path = source.choice(places(body))
    holder: Any = body
    for step in path[:-1]:
        holder = holder[step]
    match source.randrange(4):
        case 0:
            del holder[path[-1]]
        case 1 if isinstance(holder, list):
            holder.extend([holder[0]] * 50)
        case 2 if isinstance(holder, dict):
            holder[source.choice(("role", "type", "content", "extra\x00", "tool_calls"))] = copy.deepcopy(
                source.choice(ODD)
            )
        case _:
            holder[path[-1]] = copy.deepcopy(source.choice(ODD))


def damaged_request(dialect: str, source: random.Random) -> bytes:
    """A request that is wrong in one to three places, or no longer JSON at all."""
    model, stream = model_of(source.choice(DIALECTS)), source.random() < 0.3
    body = copy.deepcopy(WHOLE[dialect])
    if dialect != "gemini":
        body = {"model": model, "stream": stream, **body}
    for _ in range(source.randint(1, 3)):
        if places(body):
            damage(body, source)
    data = cut(orjson.dumps(body), source)
    return request_bytes("POST", chat_path(dialect, model=model, stream=stream), data)


def cut(data: bytes, source: random.Random) -> bytes:
    """Return ``data``, or now and then bytes that are no JSON."""
    roll = source.random()
    if roll < 0.05:
        return data[: source.randrange(len(data))]
    if roll < 0.10:
        spot = source.randrange(len(data))
        return data[:spot] + bytes([source.randrange(256)]) + data[spot:]
    return b"[" * 100_000 if roll < 0.12 else data


@pytest.mark.parametrize("dialect", CALLERS)
def test_damaged_requests_are_refused_in_their_dialect(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None], dialect: str
) -> None:
    requests = [damaged_request(dialect, chance) for _ in range(scaled(10_000))]

    async def send_all() -> list[RawAnswer]:
        return await gather_bounded(requests, lambda one: ask(scene.house.port, one), at_once=24)

    answers = asyncio.run(send_all())
    statuses = Counter(answer.status for answer in answers)
    figure("by status", dict(statuses.most_common()))
    assert statuses[200], "not everything that was damaged is wrong"
    assert statuses[400], "some of it is"
    problems: list[str] = []
    for request, answer in zip(requests, answers, strict=True):
        kind = answer.headers.get("content-type", "")
        verdict = judge(dialect, answer, stream=kind != "application/json")
        if answer.status in {0, 500} or verdict.ending == "silent":
            problems.append(f"{answer.status} {verdict.why} {request[:900]!r} -> {answer.body[:300]!r}")
    assert not problems, "\n".join([f"{len(problems)} problems", *problems[:10]])


def test_bytes_that_are_no_http_are_answered_or_cut_and_nothing_else_suffers(
    scene: Scene, chance: random.Random
) -> None:
    good = request_bytes("POST", "/v1/chat/completions", b'{"model":"fake","messages":[]}')

    def spoil() -> bytes:
        spot = chance.randrange(len(good))
        return good[:spot] + chance.randbytes(chance.randint(1, 20)) + good[spot + chance.randint(0, 9) :]

    spoiled = [spoil() for _ in range(scaled(5000))]

    async def send_all() -> list[RawAnswer]:
        return await gather_bounded(
            spoiled, lambda one: ask(scene.house.port, one, timeout_s=3, cut_after_s=0.5), at_once=24
        )

    answers = asyncio.run(send_all())
    assert not [answer for answer in answers if answer.status == 500]
    assert scene.house.get("/healthz")[0] == 200
