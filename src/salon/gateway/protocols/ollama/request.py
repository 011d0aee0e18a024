"""Requests of Ollama's chat dialect, read, and edited in place for another Ollama."""

from typing import Any

from salon.foundation.messages import Message, ModelRequest, ResponseFormat, Tool
from salon.gateway.protocols.base import Envelope, Quirks
from salon.gateway.protocols.fields import (
    Edits,
    Fields,
    field_value,
    invalid,
    join_fields,
    object_at,
    optional,
    optional_object,
    parse_all,
    read_fields,
    whole,
)
from salon.gateway.protocols.ollama.messages import MessageReader
from salon.gateway.protocols.wire_json import JsonObject, is_object

_OPTIONS = ("temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "seed")


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    options = optional_object(field_value(fields, "options"), "options") or {}
    limit = whole(options.get("num_predict"), "options.num_predict")
    stream = optional(field_value(fields, "stream"), bool, "stream")
    return Envelope(
        fields=fields,
        model=model,
        stream=stream is not False,
        max_output_tokens=limit if limit is not None and limit > 0 else None,
        wants_usage=True,
        size_bytes=len(body),
        body=body,
    )


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model and stream flag."""
    edits: Edits = {}
    if model != envelope.model:
        edits["model"] = model
    if stream != envelope.stream:
        edits["stream"] = stream
    return join_fields(envelope.fields, edits) if edits else envelope.body


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    messages = MessageReader().read(fields.take("messages") or [])
    return read_rest(envelope, fields, messages, tools=_read_tools(fields.array("tools") or []))


def read_rest(
    envelope: Envelope,
    fields: Fields,
    messages: tuple[Message, ...],
    *,
    tools: tuple[Tool, ...] = (),
    own: JsonObject | None = None,
) -> ModelRequest:
    """Read what chat and generate have in common; ``own`` is what only an Ollama understands.

    Raises: InvalidRequest naming the field.
    """
    options = Fields(fields.take("options") or {}, "options")
    options.take("num_predict")
    think = fields.take("think")
    if think is not None and not isinstance(think, bool | str):
        raise invalid("think", "It must be true, false or a level.")
    effort = think if isinstance(think, str) and think else None
    if isinstance(think, bool):
        effort = "medium" if think else "none"
    for name in ("model", "stream"):
        fields.take(name)
    values: JsonObject = {
        name: options.whole(name) if name in {"top_k", "seed"} else options.number(name) for name in _OPTIONS
    }
    request: JsonObject = {
        "messages": messages,
        "tools": tools,
        "stop": options.texts("stop"),
        "logprobs": fields.flag("logprobs"),
        "top_logprobs": fields.whole("top_logprobs"),
        "response_format": _read_format(fields.take("format")),
    }
    extra: JsonObject = {**fields.rest, **(own or {})}
    if think is not None:
        extra["think"] = think
    if options.rest:
        extra["options"] = options.rest
    return ModelRequest(
        model=envelope.model,
        max_output_tokens=envelope.max_output_tokens,
        reasoning_effort=effort,
        stream=envelope.stream,
        include_usage=True,
        extra={"ollama": extra} if extra else None,
        **values,
        **request,
    )


def _read_tools(items: list[Any]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for i, item in enumerate(items):
        raw = object_at(item, f"tools[{i}]")
        function = Fields(raw.get("function"), f"tools[{i}].function")
        tools.append(
            Tool(
                name=function.required_text("name"),
                description=function.text("description"),
                parameters=function.object("parameters"),
            )
        )
    return tuple(tools)


def _read_format(value: Any) -> ResponseFormat | None:
    if value is None or value == "":
        return None
    if value == "json":
        return ResponseFormat(kind="json")
    if is_object(value):
        return ResponseFormat(kind="json-schema", schema=value)
    raise invalid("format", "It must be json or a JSON Schema.")
