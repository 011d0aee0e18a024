"""Damaged requests in Gemini's dialect: refused in that dialect by their field, never a 500, never a hang."""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

from salon.testing.load import gather_bounded
from salon.testing.raw_http import RawAnswer, ask, request_bytes
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.sdk_clients import PIXEL, WEATHER
from salon.testing.soak import scaled

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "\u0000", "a" * 5000, [], {}, [[]], [None], {"": None}, "null",
    {"text": 7}, [{"text": None}], {"functionCall": {}}, {"inlineData": {"data": "@@"}}, {"role": "king"},
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "be brief"}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "hello {{fake tokens=2}}"},
                {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
            ],
        },
        {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Bern"}}}]},
        {"parts": [{"functionResponse": {"name": "weather", "response": {"output": "sunny"}}}]},
    ],
    "tools": [{"functionDeclarations": [dict(WEATHER)]}],
    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 5,
        "maxOutputTokens": 9,
        "stopSequences": ["x"],
        "responseMimeType": "application/json",
        "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
        "thinkingConfig": {"thinkingBudget": 0},
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        found += places(inner, (*path, name))
    return found


def damaged(chance: random.Random) -> bytes:
    """A request that is wrong in one to three places, or no longer JSON at all."""
    body = copy.deepcopy(WHOLE)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(places(body))
        holder: Any = body
        for step in path[:-1]:
            holder = holder[step]
        if chance.random() < 0.3:
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(chance.choice(ODD))
        if not places(body):
            break
    data = orjson.dumps(body)
    roll = chance.random()
    if roll < 0.05:
        return data[: chance.randrange(len(data))]
    return b"[" * 100_000 if roll < 0.07 else data


def told(answer: RawAnswer, *, stream: bool) -> bool:
    """Tell whether an answer ended as its dialect has it: with a finish reason or an error."""
    if answer.status != 200:
        value = orjson.loads(answer.body)
        return bool(value["error"]["message"]) and value["error"]["code"] == answer.status
    lines = answer.body.splitlines() if stream else [b"data: " + answer.body]
    chunks = [orjson.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
    last = chunks[-1]
    return "error" in last or bool(last["candidates"][0]["finishReason"])


def test_damaged_requests_are_refused_in_geminis_words(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    drawn = [(model_of(chance.choice(DIALECTS)), chance.random() < 0.3) for _ in range(scaled(10_000))]
    cases = [(model, stream, damaged(chance)) for model, stream in drawn]

    async def send(case: tuple[str, bool, bytes]) -> tuple[bool, bytes, RawAnswer]:
        model, stream, body = case
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        request = request_bytes("POST", f"/v1beta/models/{model}:{method}", body)
        return stream, body, await ask(scene.house.port, request)

    async def send_all() -> list[tuple[bool, bytes, RawAnswer]]:
        return await gather_bounded(cases, send, at_once=24)

    answered = asyncio.run(send_all())
    statuses = Counter(answer.status for _, _, answer in answered)
    figure("by status", dict(statuses.most_common()))
    assert statuses[200]
    assert statuses[400]
    problems = [
        f"{answer.status} {body[:600]!r} -> {answer.body[:300]!r}"
        for stream, body, answer in answered
        if answer.status in {0, 500} or not told(answer, stream=stream)
    ]
    assert not problems, "\n".join([f"{len(problems)} problems", *problems[:10]])
