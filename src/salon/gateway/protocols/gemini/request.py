"""Requests of the Gemini dialect, read, and edited in place for another such provider.

The address names the model and says whether to stream. A door puts both into the body, as ``model`` and
``stream`` (``with_address``); they are taken out again before the body goes anywhere.
"""

from typing import Any

import msgspec

from salon.foundation.messages import Message, ModelRequest, ResponseFormat, Tool, ToolChoice
from salon.gateway.protocols.base import Envelope, Quirks
from salon.gateway.protocols.fields import (
    Fields,
    array_at,
    field_value,
    invalid,
    join_fields,
    optional,
    parse_all,
    read_fields,
    whole,
)
from salon.gateway.protocols.gemini.contents import ContentReader
from salon.gateway.protocols.gemini.proto import camel_keys, proto_fields
from salon.gateway.protocols.gemini.schema import json_schema
from salon.gateway.protocols.wire_json import JsonObject, dumps

_ADDED = ("model", "stream", "n")
"""Fields of an envelope that never travel: what the address says, and ``n``, for which money is held."""
_CHOICES = {"AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED"}


def with_address(body: bytes, *, model: str, stream: bool) -> bytes:
    """Return ``body`` with what the address said; a body that is no object stays as it is."""
    bare = body.rstrip()
    if not bare.endswith(b"}"):
        return body
    inner = bare[:-1]
    comma = b"" if inner.rstrip().endswith(b"{") and inner.strip() == b"{" else b","
    # At the end: of two fields with one name the last counts.
    return b'%b%b"model":%b,"stream":%b}' % (inner, comma, dumps(model), b"true" if stream else b"false")


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model.removeprefix("models/"):
        raise invalid("model", "It must be a string that names a model.")
    stream = optional(field_value(fields, "stream"), bool, "stream")
    if "contents" not in fields:
        raise invalid("contents", "It is missing.")
    limit = None
    fields.pop("n", None)
    for name in ("generationConfig", "generation_config"):
        settings = field_value(fields, name)
        if settings is not None:
            given = proto_fields(settings, "generationConfig")
            limit = given.whole("maxOutputTokens")
            count = given.whole("candidateCount")
            if count is not None and count < 1:
                raise invalid(given.path("candidateCount"), "It must be at least 1.")
            if count is not None:
                fields["n"] = msgspec.Raw(b"%d" % count)
    return Envelope(
        fields=fields,
        model=model.removeprefix("models/"),
        stream=bool(stream),
        max_output_tokens=limit if limit is not None and limit > 0 else None,
        wants_usage=True,
        size_bytes=len(body),
        body=body,
    )


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body; model and stream stand in the address it goes to."""
    return join_fields(envelope.fields, dict.fromkeys(_ADDED))


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = proto_fields(parse_all(envelope.fields), "")
    reader = ContentReader()
    system = reader.system(fields.take("systemInstruction"))
    messages = reader.read(fields.take("contents"))
    if system:
        messages = (Message(role="system", parts=system), *messages)
    for name in _ADDED:
        fields.take(name)
    extra: JsonObject = {}
    tools = _read_tools(fields.array("tools") or [])
    choice = _read_choice(fields.take("toolConfig"), extra)
    settings = proto_fields(fields.take("generationConfig") or {}, "generationConfig")
    settings.take("maxOutputTokens")
    thinking = settings.object("thinkingConfig")
    effort, budget = _read_thinking(thinking)
    if thinking is not None:
        extra["thinkingConfig"] = thinking
    logprobs, top = settings.flag("responseLogprobs"), settings.whole("logprobs")
    request = ModelRequest(
        model=envelope.model,
        messages=messages,
        tools=tools,
        tool_choice=choice,
        max_output_tokens=envelope.max_output_tokens,
        temperature=settings.number("temperature"),
        top_p=settings.number("topP"),
        top_k=_read_top_k(settings),
        presence_penalty=settings.number("presencePenalty"),
        frequency_penalty=settings.number("frequencyPenalty"),
        seed=settings.whole("seed"),
        stop=settings.texts("stopSequences"),
        n=settings.whole("candidateCount"),
        logprobs=logprobs,
        top_logprobs=top,
        response_format=_read_format(settings),
        reasoning_effort=effort,
        reasoning_budget_tokens=budget,
        stream=envelope.stream,
        include_usage=True,
    )
    if settings.rest:
        extra["generationConfig"] = settings.rest
    extra |= fields.rest
    return msgspec.structs.replace(request, extra={"gemini": extra}) if extra else request


def _read_top_k(settings: Fields) -> int | None:
    value = settings.number("topK")  # a float in some of Google's own clients
    return None if value is None else whole(float(value), settings.path("topK"))


def _read_thinking(value: JsonObject | None) -> tuple[str | None, int | None]:
    """Return effort and budget; a budget of -1 leaves it to the model."""
    if value is None:
        return None, None
    fields = proto_fields(value, "generationConfig.thinkingConfig")
    level, budget = fields.text("thinkingLevel"), fields.whole("thinkingBudget")
    shown = fields.flag("includeThoughts")
    if level is not None and not level.endswith("UNSPECIFIED"):
        return level.lower(), None
    if budget is not None and budget >= 0:
        return None, budget
    return ("medium" if budget is not None or shown else None), None


def _read_format(settings: Fields) -> ResponseFormat | None:
    kind = settings.text("responseMimeType")
    plain, own = settings.object("responseJsonSchema"), settings.object("responseSchema")
    path = settings.path("responseSchema")
    schema = plain if plain is not None else json_schema(own, path) if own is not None else None
    if schema is not None:
        return ResponseFormat(kind="json-schema", schema=schema)
    if kind == "application/json":
        return ResponseFormat(kind="json")
    if kind in {None, "", "text/plain"}:
        return ResponseFormat(kind="text") if kind else None
    raise invalid(settings.path("responseMimeType"), "It must be text/plain or application/json.")


def _read_tools(items: list[Any]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for i, item in enumerate(items):
        fields = proto_fields(item, f"tools[{i}]")
        path = fields.path("functionDeclarations")
        for j, value in enumerate(fields.array("functionDeclarations") or ()):
            tools.append(_read_function(value, f"{path}[{j}]"))
        for name, value in fields.rest.items():
            # What it does is built into the provider; carried word for word, and to no other dialect.
            tools.append(Tool(name=name, provider_data={"gemini": {"type": name, "tool": {name: value}}}))
    return tuple(tools)


def _read_function(value: Any, path: str) -> Tool:
    function = proto_fields(value, path)
    name, description = function.required_text("name"), function.text("description")
    plain, own = function.object("parametersJsonSchema"), function.object("parameters")
    schema = plain if plain is not None else json_schema(own, path) if own is not None else None
    rest = function.rest
    return Tool(
        name=name,
        description=description,
        parameters=schema,
        provider_data={"gemini": rest} if rest else None,
    )


def _read_choice(value: Any, extra: JsonObject) -> ToolChoice | None:
    """Read ``toolConfig``; what no other dialect has is kept in ``extra``. Raises: InvalidRequest."""
    if value is None:
        return None
    fields = proto_fields(value, "toolConfig")
    given = fields.take("functionCallingConfig")
    if fields.rest:
        extra["toolConfig"] = fields.rest
    if given is None:
        return None
    config = proto_fields(given, "toolConfig.functionCallingConfig")
    mode = (config.text("mode") or "AUTO").upper()
    if mode not in _CHOICES:
        raise invalid(config.path("mode"), "It must be AUTO, ANY, NONE or VALIDATED.")
    path = config.path("allowedFunctionNames")
    names = [item for item in array_at(config.take("allowedFunctionNames") or [], path) if item is not None]
    if not all(isinstance(name, str) for name in names):
        raise invalid(path, "It must be an array of strings.")
    if mode == "VALIDATED" or (names and not (mode == "ANY" and len(names) == 1)):
        kept = extra.get("toolConfig", {})
        extra["toolConfig"] = {**kept, "functionCallingConfig": camel_keys(given)}
    if mode == "NONE":
        return ToolChoice(mode="none")
    if mode == "ANY":
        return ToolChoice(mode="tool", name=names[0]) if len(names) == 1 else ToolChoice(mode="required")
    return ToolChoice(mode="auto")
