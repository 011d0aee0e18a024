"""Requests of the responses dialect, read, and edited in place for another provider that speaks it.

Nothing is stored here: what needs a stored response is refused, and a provider is told to store nothing.
"""

from typing import Any, Final

import msgspec

from salon.foundation.messages import ModelRequest, ResponseFormat, ToolChoice
from salon.gateway.protocols.base import Envelope, Quirks
from salon.gateway.protocols.fields import (
    Edits,
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
from salon.gateway.protocols.responses.compaction import MARK, opened
from salon.gateway.protocols.responses.items import is_reference, read_input
from salon.gateway.protocols.responses.reasoning import ENCRYPTED, is_needed_back, is_refused
from salon.gateway.protocols.responses.tools import ADDED, full_name, read_added_tools, read_tools
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

_NEEDS_STORE = {
    "previous_response_id": "Nothing is stored here: send the whole conversation as input.",
    "conversation": "Nothing is stored here: send the whole conversation as input.",
    "background": "An answer is not kept for later: ask without it, or as a stream.",
}
SHARED = ("prompt_cache_key", "prompt_cache_retention", "safety_identifier")
"""Fields that OpenAI's two dialects have in common."""
_NOT_SENT_ON = ("stream_options", "store", "previous_response_id", "conversation", "background")
_COMPACTION = MARK.encode()
_LOGPROBS = "message.output_text.logprobs"


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    for name, problem in _NEEDS_STORE.items():
        if name in fields and field_value(fields, name) not in (None, False):
            raise invalid(name, problem)
    if "input" not in fields and "prompt" not in fields:
        raise invalid("input", "It is missing.")
    if b'"item_reference"' in body:
        _refuse_references(field_value(fields, "input"))
    stream = optional(field_value(fields, "stream"), bool, "stream") if "stream" in fields else None
    store = optional(field_value(fields, "store"), bool, "store") if "store" in fields else None
    limit = None
    if "max_output_tokens" in fields:
        limit = whole(field_value(fields, "max_output_tokens"), "max_output_tokens")
        if limit is not None and limit < 1:
            raise invalid("max_output_tokens", "It must be at least 1.")
    return Envelope(
        fields=fields,
        model=model,
        stream=bool(stream),
        max_output_tokens=limit,
        wants_usage=True,
        size_bytes=len(body),
        body=body,
        lost=("store",) if store else (),
    )


_NOT_STORED: Final = (
    "Nothing is stored for this key. Send the item itself (in Vercel's AI SDK: store: false), or give the key"
    " the right conversations.use."
)


def _refuse_references(items: Any) -> None:
    for i, item in enumerate(items if is_list(items) else ()):
        if is_reference(item):
            raise invalid(f"input[{i}]", _NOT_STORED)


def rewrite_request(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model and stream flag, and nothing stored.

    A provider that stores nothing refuses reasoning it cannot read back: such items are left out, and a
    caller who counted on the store gets its reasoning in a form that can go back.
    """
    fields = envelope.fields
    edits: Edits = {}
    if model != envelope.model:
        edits["model"] = model
    if stream != envelope.stream:
        edits["stream"] = stream
    if not stream and "stream_options" in fields:
        edits["stream_options"] = None
    if quirks.get("store", True) and bytes(fields.get("store", b"")) != b"false":
        edits["store"] = False
        _ask_for_reasoning(fields, model, quirks, edits)
    if b'"reasoning"' in envelope.body:
        items = field_value(fields, "input")
        kept = [item for item in items if not is_refused(item)] if is_list(items) else items
        if is_list(items) and len(kept) != len(items):
            edits["input"] = kept
            envelope.lost = (*envelope.lost, "input.reasoning")
    if _COMPACTION in envelope.body:
        kept = edits.get("input")
        edits["input"] = opened(field_value(fields, "input") if kept is None else kept)
    if not edits:
        return envelope.body
    return join_fields(fields, edits)


def _ask_for_reasoning(fields: dict[str, msgspec.Raw], model: str, quirks: Quirks, edits: Edits) -> None:
    reasoning, include = field_value(fields, "reasoning"), field_value(fields, "include")
    effort = (reasoning.get("effort") or "medium") if is_object(reasoning) else None
    wanted: list[Any] = include if is_list(include) else []
    if ENCRYPTED not in wanted and is_needed_back(model, effort, quirks):
        edits["include"] = [*wanted, ENCRYPTED]


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    for name in ("model", "stream", "max_output_tokens", *_NOT_SENT_ON):
        fields.take(name)
    if fields.take("prompt") is not None:
        raise invalid("prompt", "A prompt stored with OpenAI cannot be read here: send it as instructions.")
    own: JsonObject = {}
    shared: JsonObject = {name: value for name in SHARED if (value := fields.take(name)) is not None}
    choice = fields.take("tool_choice")
    reasoning = fields.object("reasoning") or {}
    for name, value in reasoning.items():
        if value is not None and name != "effort" and (name, value) != ("summary", "auto"):
            own[f"reasoning.{name}"] = value
    text = fields.object("text") or {}
    if text.get("verbosity") is not None:
        shared["verbosity"] = text["verbosity"]
    include = fields.array("include") or []
    if others := [name for name in include if name not in (_LOGPROBS, ENCRYPTED)]:
        own["include"] = others
    if fields.take("truncation") == "auto":
        own["truncation"] = "auto"
    top_logprobs = fields.whole("top_logprobs")
    items = fields.take("input")
    added, own[ADDED] = read_added_tools(items)
    request = ModelRequest(
        model=envelope.model,
        messages=read_input(items, fields.take("instructions")),
        tools=read_tools(fields.array("tools") or []) + added,
        tool_choice=None if choice is None else _read_choice(choice),
        parallel_tool_calls=fields.flag("parallel_tool_calls"),
        max_output_tokens=envelope.max_output_tokens,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        logprobs=True if top_logprobs or _LOGPROBS in include else None,
        top_logprobs=top_logprobs or None,
        response_format=_read_format(text.get("format")),
        reasoning_effort=optional(reasoning.get("effort"), str, "reasoning.effort"),
        stream=envelope.stream,
        include_usage=True,
        user=fields.text("user"),
        metadata=fields.object("metadata") or None,
        service_tier=fields.text("service_tier"),
    )
    own.update(fields.rest)
    if not own[ADDED]:
        del own[ADDED]
    if is_object(choice) and choice.get("type") != "function":
        own["tool_choice"] = choice
    extra: JsonObject = {name: kept for name, kept in (("responses", own), ("openai", shared)) if kept}
    return msgspec.structs.replace(request, extra=extra) if extra else request


def _read_choice(value: Any) -> ToolChoice:
    if value in ("auto", "none", "required"):
        return ToolChoice(mode=value)
    if is_object(value):
        kind, name = value.get("type"), value.get("name")
        if kind == "allowed_tools":
            array_at(value.get("tools"), "tool_choice.tools")
            return ToolChoice(mode="required" if value.get("mode") == "required" else "auto")
        if isinstance(name, str) and name:
            space = value.get("namespace")
            return ToolChoice(mode="tool", name=full_name(name, space if isinstance(space, str) else None))
        if isinstance(kind, str) and kind != "function":
            return ToolChoice(mode="required")
    raise invalid("tool_choice", "It must be auto, none, required or name a tool.")


def _read_format(value: Any) -> ResponseFormat | None:
    if value is None:
        return None
    fields = Fields(value, "text.format")
    kind = fields.text("type")
    if kind == "text":
        return ResponseFormat(kind="text")
    if kind == "json_object":
        return ResponseFormat(kind="json")
    if kind != "json_schema":
        raise invalid("text.format.type", "It must be text, json_object or json_schema.")
    return ResponseFormat(
        kind="json-schema",
        name=fields.text("name"),
        schema=fields.object("schema"),
        strict=fields.flag("strict"),
        description=fields.text("description"),
    )
