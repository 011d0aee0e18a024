"""Finished answers of Cohere's dialect, and what they share with its streams."""

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
)
from salon.gateway.protocols.classify import build_error, error_instead, error_of
from salon.gateway.protocols.finishes import finish_of
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    count_of,
    dumps_text,
    is_list,
    is_object,
    key_of,
    loads_lenient,
    objects_in,
)

FAILED = ("ERROR", "TIMEOUT")
"""Finish reasons of an answer that failed."""
FINISHES: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool-calls",
    "ERROR_TOXIC": "content-filter",
    "ERROR": "error",
    "TIMEOUT": "error",
}


def read_usage(raw: Any) -> Usage | None:
    """Read token counts: those billed, and only where they are not told those that were processed.

    A prompt grows by Cohere's own words around it, many times over where there are tools, and those are in
    ``tokens`` and from the cache; ``billed_units`` is what is paid. Pictures are beside ``input_tokens`` in
    the one and within them in the other.
    https://docs.cohere.com/v2/docs/how-does-cohere-pricing-work (2026-11-21)
    """
    if not is_object(raw):
        return None
    processed, billed = (_counts(raw.get(name)) for name in ("tokens", "billed_units"))
    counts = billed or processed
    if not counts:
        return None
    given, made = count_of(counts.get("input_tokens")), count_of(counts.get("output_tokens"))
    pictures = UsageDetails(image_input_tokens=min(count_of(processed.get("image_tokens")), given))
    return Usage(
        input_tokens=given,
        output_tokens=made,
        cached_tokens=0 if billed else min(count_of(raw.get("cached_tokens")), given),
        reasoning_tokens=min(count_of(processed.get("reasoning_tokens")), made),
        details=pictures.or_none(),
        raw=raw,
    )


def _counts(value: Any) -> JsonObject:
    return value if is_object(value) else {}


def read_citation(raw: JsonObject) -> CitationPart:
    """Read one citation; its first source stands for all, the rest stay in what is kept."""
    sources = objects_in(raw.get("sources"))
    source: JsonObject = sources[0] if sources else {}
    document = source.get("document") if source.get("type") == "document" else source.get("tool_output")
    told: JsonObject = document if is_object(document) else {}
    start, end = raw.get("start"), raw.get("end")
    return CitationPart(
        url=_text(told.get("url")),
        title=_text(told.get("title")) or _text(source.get("id")),
        text=_text(raw.get("text")),
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
        provider_data={"cohere": raw},
    )


def read_call(raw: JsonObject) -> ToolCallPart:
    """Read a tool call; an id is made where there is none."""
    function = raw.get("function")
    told: JsonObject = function if is_object(function) else {}
    arguments = told.get("arguments")
    return ToolCallPart(
        id=_text(raw.get("id")) or new_id("call"),
        name=_text(told.get("name")) or "",
        arguments=arguments if isinstance(arguments, str) else dumps_text(arguments) if arguments else "",
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="Cohere", detail=f"it is not JSON: {error}") from error
    message = value.get("message") if is_object(value) else None
    if is_object(value) and isinstance(value.get("text"), str):  # its first version
        message = {"content": value["text"], "tool_calls": value.get("tool_calls")}
    if not is_object(value) or not is_object(message):
        raise error_instead(value, provider="Cohere")
    word = value.get("finish_reason")
    finish = finish_of(word, FINISHES)
    parts = _parts(message)
    if word in FAILED and not parts:
        raise build_error(500, error_of({"message": f"the answer ended with {word}"}), provider="Cohere")
    kept = {"logprobs": value["logprobs"]} if value.get("logprobs") else None
    return Response(
        id=_text(value.get("id") or value.get("response_id")),
        model=None,
        parts=tuple(parts),
        finish=finish,
        usage=read_usage(value.get("usage") or value.get("meta")),
        provider_data={"cohere": kept} if kept else None,
    )


def _parts(message: JsonObject) -> list[Part]:
    content = message.get("content")
    blocks = objects_in(content) if is_list(content) else []
    if isinstance(content, str) and content:
        blocks = [{"type": "text", "text": content}]
    cited = objects_in(message.get("citations"))
    alone = next((i for i, block in enumerate(blocks) if block.get("type") == "text"), 0)
    parts: list[Part] = []
    if plan := _text(message.get("tool_plan")):
        parts.append(ReasoningPart(text=plan, provider_data={"cohere": {"tool_plan": True}}))
    for i, block in enumerate(blocks):
        kind = key_of(block.get("type"))
        if kind == "text" and _text(block.get("text")):
            parts.append(TextPart(text=block["text"]))
        elif kind == "thinking" and _text(block.get("thinking")):
            parts.append(ReasoningPart(text=block["thinking"]))
        elif kind not in {"text", "thinking"}:
            parts.append(OpaquePart(dialect="cohere", type=str(kind), raw=block))
        parts += [read_citation(one) for one in cited if one.get("content_index", alone) == i]
    if not blocks:
        parts += [read_citation(one) for one in cited]
    return [*parts, *(read_call(call) for call in objects_in(message.get("tool_calls")))]
