"""OpenAI's older completions, as the fake provider speaks them: one prompt, one text, no thinking."""

from typing import Any

import msgspec
import orjson

from salon.testing.fake_provider import openai
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame

PATH_END = "/completions"
STREAM_TYPE = openai.STREAM_TYPE
PING = openai.PING

error_value = openai.error_value
stream_error = openai.stream_error


def read(body: JsonObject) -> Asked:
    """Read a request."""
    prompt = body.get("prompt")
    text = "\n".join(map(str, prompt)) if isinstance(prompt, list) else str(prompt)  # type: ignore[reportUnknownArgumentType] - any JSON
    return openai.read({**body, "messages": [{"role": "user", "content": text}], "reasoning_effort": None})


def _flat(value: JsonObject) -> JsonObject:
    """Turn an answer or a chunk of chat into one of completions."""
    choices: list[Any] = []
    for choice in value["choices"]:
        said: JsonObject = choice.pop("delta", None) or choice.pop("message", {})
        choice.pop("delta", None)
        choices.append({**choice, "text": said.get("content") or said.get("reasoning_content") or ""})
    return {**value, "object": "text_completion", "choices": choices}


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    return orjson.dumps(_flat(orjson.loads(openai.body(answer))))


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    return [
        frame if frame.role == "end" else msgspec.structs.replace(frame, data=_event(frame.data))
        for frame in openai.frames(answer, asked)
    ]


def _event(data: bytes) -> bytes:
    return b"data: " + orjson.dumps(_flat(orjson.loads(data.removeprefix(b"data: ")))) + b"\n\n"
