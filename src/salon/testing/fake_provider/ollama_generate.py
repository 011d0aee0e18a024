"""Ollama's native generate, as the fake provider speaks it: chat's answers without the message around."""

import msgspec
import orjson

from salon.testing.fake_provider import ollama
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame

PATH_END = "/api/generate"
STREAM_TYPE = ollama.STREAM_TYPE
PING = None
CONTEXT = [1, 2, 3]
"""The tokens of every conversation, as far as the fake provider cares."""
_LOAD = "load"

error_value = ollama.error_value
stream_error = ollama.stream_error


def read(body: JsonObject) -> Asked:
    """Read a request; one without a prompt loads the model, which is answered without a stream."""
    prompt = str(body.get("prompt") or "")
    system = [{"role": "system", "content": body["system"]}] if body.get("system") else []
    asked = ollama.read({**body, "messages": [*system, {"role": "user", "content": prompt}]})
    if not prompt:
        asked.stream, asked.forced_tool = False, _LOAD
        asked.tools = [{"name": _LOAD, "parameters": {"type": "object"}}]
    return asked


def _flat(wire: bytes) -> bytes:
    value: JsonObject = orjson.loads(wire)
    message: JsonObject = value.pop("message")
    done = {"context": CONTEXT} if value["done"] else {}
    said = {name: message[name] for name in ("thinking",) if name in message}
    return orjson.dumps({**value, "response": message["content"], **said, **done})


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    if answer.calls and answer.calls[0].name == _LOAD:
        head = {"model": answer.model, "created_at": ollama.CREATED, "response": ""}
        return orjson.dumps({**head, "done": True, "done_reason": _LOAD})
    return _flat(ollama.body(answer))


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the lines of a streamed answer."""
    lines = ollama.frames(answer, asked)
    return [msgspec.structs.replace(frame, data=_flat(frame.data) + b"\n") for frame in lines]
