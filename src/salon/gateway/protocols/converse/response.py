"""Finished answers of Converse, and what they share with its streams."""

from typing import Any

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationPart,
    FinishReason,
    OpaquePart,
    Part,
    ReasoningPart,
    Response,
    TextPart,
    ToolCallPart,
    Usage,
    UsageDetails,
    service_tier,
)
from salon.gateway.protocols.classify import error_instead
from salon.gateway.protocols.finishes import finish_of
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    count_of,
    dumps_text,
    is_object,
    loads_lenient,
    objects_in,
)

KEPT = ("trace", "performanceConfig", "serviceTier", "additionalModelResponseFields")
"""What an answer tells besides, kept as it came."""
FINISHES: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool-calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content-filter",
    "content_filtered": "content-filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
}


def read_usage(raw: Any, *, service: Any = None) -> Usage | None:
    """Read token counts; what was read from a cache or written to it is no part of ``inputTokens`` there.

    ``service`` is the ``serviceTier`` that stands beside them.
    """
    if not is_object(raw):
        return None
    # Over InvokeModel the two have another ending.
    cached = count_of(raw.get("cacheReadInputTokens", raw.get("cacheReadInputTokenCount")))
    written = count_of(raw.get("cacheWriteInputTokens", raw.get("cacheWriteInputTokenCount")))
    return Usage(
        input_tokens=count_of(raw.get("inputTokens")) + cached + written,
        output_tokens=count_of(raw.get("outputTokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        details=_details(raw, service, written=written),
        raw=raw,
    )


def _details(raw: JsonObject, service: Any, *, written: int) -> UsageDetails | None:
    kept = [one for one in objects_in(raw.get("cacheDetails")) if one.get("ttl") == "1h"]
    hour = sum(count_of(one.get("inputTokens")) for one in kept)
    tier = service_tier(service.get("type")) if is_object(service) else None
    return UsageDetails(cache_write_1h_tokens=min(hour, written), service=tier).or_none()


def own_data_of(value: JsonObject) -> JsonObject | None:
    """Return what only this dialect understands of a whole answer."""
    kept = {name: value[name] for name in KEPT if value.get(name)}
    return {"converse": kept} if kept else None


def read_citation(raw: JsonObject) -> CitationPart:
    """Read one citation; where in its source it stands is kept as it came."""
    location = raw.get("location")
    place: JsonObject = location if is_object(location) else {}
    web = place.get("web")
    source = raw.get("source")
    url = web.get("url") if is_object(web) else source if isinstance(source, str) else None
    quoted = "".join(str(part["text"]) for part in objects_in(raw.get("sourceContent")) if "text" in part)
    return CitationPart(
        url=url if isinstance(url, str) else None,
        title=raw["title"] if isinstance(raw.get("title"), str) else None,
        text=quoted or None,
        provider_data={"converse": raw},
    )


def is_own_tool(value: JsonObject) -> bool:
    """Tell whether a tool is called that the provider runs itself."""
    return value.get("type") == "server_tool_use"


def call_id(value: JsonObject) -> str:
    """Return the id of a tool call; one is made where there is none."""
    found = value.get("toolUseId")
    return found if isinstance(found, str) and found else new_id("call")


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="Bedrock", detail=f"it is not JSON: {error}") from error
    output = value.get("output") if is_object(value) else None
    message = output.get("message") if is_object(output) else None
    if not is_object(value) or not is_object(message):
        raise error_instead(value, provider="Bedrock")
    parts: list[Part] = []
    for block in objects_in(message.get("content")):
        parts += _read_block(block)
    return Response(
        id=None,
        model=None,
        parts=tuple(parts),
        finish=finish_of(value.get("stopReason"), FINISHES),
        usage=read_usage(value.get("usage"), service=value.get("serviceTier")),
        provider_data=own_data_of(value),
    )


def _read_block(block: JsonObject) -> list[Part]:
    kind = next(iter(block), "")
    value = block.get(kind)
    if kind == "text" and isinstance(value, str):
        return [TextPart(text=value)] if value else []
    if not is_object(value):
        return [OpaquePart(dialect="converse", type=kind, raw=block)]
    if kind == "toolUse" and not is_own_tool(value):
        name, given = value.get("name"), value.get("input")
        arguments = "" if given is None else dumps_text(given)
        named = name if isinstance(name, str) else ""
        return [ToolCallPart(id=call_id(value), name=named, arguments=arguments)]
    if kind == "reasoningContent":
        return [_read_reasoning(value)]
    if kind == "citationsContent":
        said = "".join(str(one["text"]) for one in objects_in(value.get("content")) if "text" in one)
        cited = [read_citation(one) for one in objects_in(value.get("citations"))]
        return [*([TextPart(text=said)] if said else []), *cited]
    return [OpaquePart(dialect="converse", type=kind, raw=block)]


def _read_reasoning(value: JsonObject) -> ReasoningPart:
    redacted = value.get("redactedContent")
    if isinstance(redacted, str):
        return ReasoningPart(redacted=redacted)
    told = value.get("reasoningText")
    thought: JsonObject = told if is_object(told) else {}
    text, signature = thought.get("text"), thought.get("signature")
    return ReasoningPart(
        text=text if isinstance(text, str) else "",
        signature=signature if isinstance(signature, str) and signature else None,
    )
