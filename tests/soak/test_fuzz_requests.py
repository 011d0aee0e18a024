"""Damaged requests in every dialect: refused in that dialect, never a 500, never a trace in the log."""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

from salon.testing.load import gather_bounded
from salon.testing.raw_http import DIALECT_PATHS, RawAnswer, ask, request_bytes
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.sdk_clients import PIXEL, WEATHER
from salon.testing.soak import scaled
from salon.testing.verdicts import judge

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "\u0000", "\ud7ff", "a" * 5000, [], {}, [[]], [None], {"": None},
    "null", {"type": "text"}, {"type": 7}, [{"type": "text", "text": None}], "data:image/png;base64,@@",
)  # fmt: skip


def whole_request(dialect: str) -> dict[str, Any]:
    """A request that uses much of its dialect."""
    tool: Any = {"type": "function", "function": dict(WEATHER)}
    user: Any = "hello {{fake tokens=2}}"
    extra: dict[str, Any] = {"temperature": 0.5, "top_p": 0.9, "stop": ["x"], "seed": 1, "n": 1}
    if dialect == "openai":
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        user = [{"type": "text", "text": user}, picture]
        extra |= {"tool_choice": "auto", "response_format": {"type": "text"}, "max_tokens": 9, "user": "u"}
    elif dialect == "responses":
        tool = {"type": "function", "strict": True, **WEATHER}
        picture = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}
        user = [{"type": "input_text", "text": user}, picture]
        extra = {"instructions": "be brief", "tool_choice": "auto", "max_output_tokens": 9, "store": False}
        extra |= {"text": {"format": {"type": "text"}}, "reasoning": {"effort": "low"}, "include": []}
    elif dialect == "anthropic":
        tool = {"name": "weather", "input_schema": WEATHER["parameters"]}
        user = [{"type": "text", "text": user, "cache_control": {"type": "ephemeral"}}]
        extra = {
            "max_tokens": 9,
            "system": "be brief",
            "tool_choice": {"type": "auto"},
            "stop_sequences": ["x"],
        }
        extra |= {"thinking": {"type": "enabled", "budget_tokens": 1024}, "metadata": {"user_id": "u"}}
    else:
        extra = {"options": {"temperature": 0.5, "num_predict": 9, "stop": ["x"]}, "think": False}
        extra |= {"format": {"type": "object"}, "keep_alive": "5m"}
    messages: list[Any] = [{"role": "user", "content": user}]
    if dialect == "responses":
        call = {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"}
        output = {"type": "function_call_output", "call_id": "c", "output": "sunny"}
        thought = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "hm"}]}
        return copy.deepcopy({"input": [thought, call, output, *messages], "tools": [tool], **extra})
    return copy.deepcopy({"messages": messages, "tools": [tool], **extra})


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


def damaged_bytes(dialect: str, source: random.Random) -> bytes:
    """A request that is wrong in one to three places, or no longer JSON at all."""
    body = {
        "model": model_of(source.choice(DIALECTS)),
        "stream": source.random() < 0.3,
        **whole_request(dialect),
    }
    for _ in range(source.randint(1, 3)):
        if places(body):
            damage(body, source)
    data = orjson.dumps(body)
    roll = source.random()
    if roll < 0.05:
        return data[: source.randrange(len(data))]
    if roll < 0.10:
        spot = source.randrange(len(data))
        return data[:spot] + bytes([source.randrange(256)]) + data[spot:]
    if roll < 0.12:
        return b"[" * 100_000
    return data


def test_damaged_requests_are_refused_in_their_dialect(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    drawn = [chance.choice(DIALECTS) for _ in range(scaled(20_000))]
    bodies = [(dialect, damaged_bytes(dialect, chance)) for dialect in drawn]

    async def send(item: tuple[str, bytes]) -> tuple[str, bytes, RawAnswer]:
        dialect, body = item
        return dialect, body, await ask(scene.house.port, request_bytes("POST", DIALECT_PATHS[dialect], body))

    async def send_all() -> list[tuple[str, bytes, RawAnswer]]:
        return await gather_bounded(bodies, send, at_once=24)

    answered = asyncio.run(send_all())
    statuses = Counter(answer.status for _, _, answer in answered)
    figure("by status", dict(statuses.most_common()))
    assert statuses[200], "not everything that was damaged is wrong"
    assert statuses[400], "some of it is"
    problems: list[str] = []
    for dialect, body, answer in answered:
        streamed = "json" not in answer.headers.get("content-type", "") or "ndjson" in answer.headers.get(
            "content-type", ""
        )
        verdict = judge(dialect, answer, stream=streamed)
        if answer.status in {0, 500} or verdict.ending == "silent":
            problems.append(
                f"{dialect} {answer.status} {verdict.why} {body[:600]!r} -> {answer.body[:300]!r}"
            )
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
