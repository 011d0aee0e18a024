"""Ollama's native chat, as the fake provider speaks it."""

from collections.abc import Sequence

import orjson

from salon.testing.fake_provider.answer import (
    Answer,
    Asked,
    JsonObject,
    as_object,
    as_objects,
    join_texts,
    last_results,
)
from salon.testing.fake_provider.frames import Frame, line
from salon.testing.fake_provider.likely import likely_tokens

PATH_END = "/api/chat"
STREAM_TYPE = b"application/x-ndjson"
PING = None
VERSION = "0.13.5"
CREATED = "2026-01-01T00:00:00.000000000Z"


def read(body: JsonObject) -> Asked:
    """Read a request."""
    messages = as_objects(body.get("messages"))
    users = [message.get("content") for message in messages if message.get("role") == "user"]
    shape = body.get("format")
    options: JsonObject = body.get("options") or {}
    return Asked(
        model=str(body.get("model", "")),
        stream=body.get("stream") is not False,
        text=join_texts(message.get("content") for message in messages),
        last_user_text=join_texts(users[-1:]),
        tools=[tool["function"] for tool in as_objects(body.get("tools"))],
        tool_result=last_results(messages, lambda message: message.get("role") == "tool"),
        schema=as_object(shape) if isinstance(shape, dict) else ({} if shape == "json" else None),
        thinks=bool(body.get("think")),
        max_tokens=options.get("num_predict"),
        likely=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
    )


def _counts(answer: Answer) -> JsonObject:
    return {
        "done_reason": "length" if answer.finish == "length" else "stop",
        "total_duration": 1_000_000,
        "load_duration": 1_000,
        "prompt_eval_count": answer.input_tokens,
        "prompt_eval_duration": 1_000,
        "eval_count": answer.output_tokens,
        "eval_duration": 1_000,
    }


def _tool_calls(answer: Answer) -> JsonObject:
    calls = [
        {
            "id": call.id,
            "function": {"index": at, "name": call.name, "arguments": orjson.loads(call.arguments)},
        }
        for at, call in enumerate(answer.calls)
    ]
    return {"tool_calls": calls} if calls else {}


def _line(answer: Answer, message: JsonObject, *, done: bool = False) -> JsonObject:
    said = {"role": "assistant", "content": "", **message}
    return {"model": answer.model, "created_at": CREATED, "message": said, "done": done}


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    message: JsonObject = {"content": "".join(answer.text), **_tool_calls(answer)}
    if answer.thinking:
        message["thinking"] = "".join(answer.thinking)
    told = {**_likely(answer, answer.text), **_counts(answer)}
    return orjson.dumps({**_line(answer, message, done=True), **told})


def _likely(answer: Answer, pieces: Sequence[str]) -> JsonObject:
    return {} if answer.likely is None else {"logprobs": likely_tokens(answer, pieces)}


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the lines of a streamed answer; the last line is usage and end mark at once."""
    del asked  # every stream of this dialect carries usage
    out = [line(_line(answer, {"thinking": piece}), tokens=1) for piece in answer.thinking]
    out += [
        line({**_line(answer, {"content": piece}), **_likely(answer, [piece])}, tokens=1)
        for piece in answer.text
    ]
    if answer.calls:
        tokens = sum(len(call.pieces) for call in answer.calls)
        out.append(line(_line(answer, _tool_calls(answer)), tokens=tokens))
    return [*out, line({**_line(answer, {}, done=True), **_counts(answer)}, role="end")]


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    del status
    return {"error": message}


def stream_error() -> Frame:
    """Return an error inside a stream that began well."""
    return line({"error": "fake failure in the stream"})


def models(names: list[str]) -> JsonObject:
    """List the models."""
    return {"models": [_model(name) for name in names]}


def _model(name: str) -> JsonObject:
    details = {"format": "gguf", "family": "fake", "parameter_size": "1B", "quantization_level": "Q4_0"}
    return {
        "name": name,
        "model": name,
        "modified_at": CREATED,
        "size": 1_000,
        "digest": "0" * 64,
        "details": details,
    }


def show(name: str) -> JsonObject:
    """Describe one model."""
    return {
        "modelfile": "",
        "template": "",
        "details": _model(name)["details"],
        "model_info": {"general.architecture": "fake", "fake.context_length": 8192},
        "capabilities": ["completion", "tools", "vision", "thinking"],
    }
