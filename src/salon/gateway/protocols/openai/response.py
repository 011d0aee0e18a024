"""Finished answers of the chat dialect, read and written."""

from typing import Any

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationPart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    Response,
    TextPart,
    ToolCallPart,
    Usage,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.classify import build_error, error_of, status_in
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.messages import arguments_text, write_detail, write_tool_call
from salon.gateway.protocols.openai.parts import thinking_text
from salon.gateway.protocols.openai.usage import TOLD, read_finish, read_usage, write_finish, write_usage
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_list,
    is_object,
    loads_lenient,
    objects_in,
    own_data,
    seconds,
)

CARRIED = frozenset({"service_tier"})
"""What is shown of that which a provider of another dialect tells beside the answer."""
_KNOWN_TOP = {"id", "object", "created", "model", "choices", "usage"}
_KNOWN_MESSAGE = {
    "role",
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "annotations",
    "audio",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
}


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="The provider", detail=f"it is not JSON: {error}") from error
    if is_object(value) and value.get("error") and not value.get("choices"):
        raise build_error(status_in(value["error"]), error_of(value), provider="The provider")
    choices = value.get("choices") if is_object(value) else None
    if not is_list(choices):
        raise UpstreamBroken(provider="The provider", detail="its answer has no choices")
    usage = value.get("usage")
    if not is_object(usage):
        usage = None
    kept = {name: item for name, item in value.items() if name not in _KNOWN_TOP and item is not None}
    read = [_read_choice(choice) for choice in objects_in(choices)]
    first = read[0] if read else Response(id=None, model=None, parts=(), finish=None, usage=None)
    own = {**own_data(first.provider_data, "openai"), **kept}
    parts = first.parts + _search_results(value)
    return Response(
        id=_text(value.get("id")),
        model=_text(value.get("model")),
        parts=parts,
        finish=first.finish,
        usage=read_usage(usage, tier=value.get("service_tier")) if usage else None,
        created_at_s=seconds(value.get("created")),
        provider_data={"openai": own} if own else None,
        alternatives=tuple(read[1:]),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _search_results(value: JsonObject) -> tuple[Part, ...]:
    """Read Perplexity's sources, which stand beside the choices."""
    return tuple(
        CitationPart(
            url=_text(item.get("url")),
            title=_text(item.get("title")),
            text=_text(item.get("snippet")),
            provider_data={"openai": {"search_result": item}},
        )
        for item in objects_in(value.get("search_results"))
    )


def _read_choice(choice: JsonObject) -> Response:
    given = choice.get("message")
    # Completions have a text where chat has a message.
    message: JsonObject = given if is_object(given) else {"content": choice.get("text")}
    parts: list[Part] = _read_reasoning(message)
    parts += read_output_content(message.get("content"))
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append(RefusalPart(text=refusal))
    parts += [read_annotation(note) for note in objects_in(message.get("annotations"))]
    if is_object(message.get("audio")) and message["audio"].get("id"):
        parts.append(OpaquePart(dialect="openai", type="audio", raw=message["audio"]))
    calls = [read_output_call(call) for call in objects_in(message.get("tool_calls"))]
    legacy = message.get("function_call")
    if is_object(legacy) and legacy.get("name"):
        function_call = {"function": legacy, "id": f"call_{legacy.get('name')}"}
        calls.append(read_output_call(function_call, legacy_function=True))
    parts += calls
    own: JsonObject = {}
    if rest := {k: v for k, v in message.items() if k not in _KNOWN_MESSAGE and v is not None}:
        own["message"] = rest
    if choice.get("logprobs") is not None:
        own["logprobs"] = choice["logprobs"]
    return Response(
        id=None,
        model=None,
        parts=tuple(parts),
        finish=read_finish(choice.get("finish_reason"), has_tool_calls=bool(calls)),
        usage=None,
        provider_data={"openai": own} if own else None,
    )


def _read_reasoning(message: JsonObject) -> list[Part]:
    details = message.get("reasoning_details")
    if is_list(details) and details:
        found = [read_detail(item) for item in details if is_object(item)]
        if any(part.text for part in found) or not _reasoning_text(message):
            return list(found)
    text = _reasoning_text(message)
    if not text:
        return []
    return [ReasoningPart(text=text)]


def _reasoning_text(message: JsonObject) -> str:
    for name in ("reasoning_content", "reasoning"):
        value = message.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def read_detail(item: JsonObject) -> ReasoningPart:
    """Read one entry of ``reasoning_details`` (OpenRouter)."""
    signature, data = item.get("signature"), item.get("data")
    return ReasoningPart(
        text=_text(item.get("text")) or _text(item.get("summary")) or "",
        signature=signature if isinstance(signature, str) and signature else None,
        redacted=data if isinstance(data, str) and data else None,
        provider_data={"openai": {"detail": item}},
    )


def read_output_content(content: Any) -> list[Part]:
    """Read an answer's content: a string, or Mistral's list of parts."""
    if isinstance(content, str):
        return [TextPart(text=content)] if content else []
    parts: list[Part] = []
    for item in content if is_list(content) else ():
        if not is_object(item):
            continue
        kind = item.get("type")
        if kind == "text" and isinstance(item.get("text"), str):
            parts.append(TextPart(text=item["text"]))
        elif kind == "thinking":
            text = thinking_text(item.get("thinking"))
            parts.append(ReasoningPart(text=text, provider_data={"openai": {"part": item}}))
        else:
            parts.append(OpaquePart(dialect="openai", type=str(kind), raw=item))
    return parts


def read_annotation(note: JsonObject) -> CitationPart:
    """Read one annotation; its raw form is kept."""
    inner = note.get("url_citation")
    cite: JsonObject = inner if is_object(inner) else note
    start, end = cite.get("start_index"), cite.get("end_index")
    return CitationPart(
        url=_text(cite.get("url")),
        title=_text(cite.get("title")),
        text=_text(cite.get("content")),
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
        provider_data={"openai": {"annotation": note}},
    )


def read_output_call(call: JsonObject, *, legacy_function: bool = False) -> ToolCallPart:
    """Read one tool call of an answer; a missing id is made."""
    kept: JsonObject = {k: v for k, v in call.items() if k not in {"id", "type", "function", "index"}}
    if call.get("type") == "custom" and is_object(call.get("custom")):
        function: JsonObject = call["custom"]
        arguments = arguments_text(function.get("input"))
        kept = {"custom": True}
    else:
        inner = call.get("function")
        function = inner if is_object(inner) else {}
        arguments = arguments_text(function.get("arguments"))
    if legacy_function:
        kept["legacy_function"] = True
    call_id = call.get("id")
    return ToolCallPart(
        id=call_id if isinstance(call_id, str) and call_id else new_id("call"),
        name=_text(function.get("name")) or "",
        arguments=arguments,
        provider_data={"openai": kept} if kept else None,
    )


def write_citation(part: CitationPart) -> JsonObject | None:
    """Write a citation as an annotation; None where it has no address."""
    kept = own_data(part.provider_data, "openai").get("annotation")
    if is_object(kept):
        return kept
    if not part.url:
        return None
    return {
        "type": "url_citation",
        "url_citation": {
            "url": part.url,
            "title": part.title or "",
            "start_index": part.start or 0,
            "end_index": part.end or 0,
        },
    }


def answer_id(context: EncodeContext) -> str:
    """Return the id a caller sees: ours, in this dialect's form."""
    return "chatcmpl-" + context.request_id.removeprefix("req_")


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: Lost = {}
    choices = [_write_choice(response, 0, lost)]
    choices += [_write_choice(other, i + 1, lost) for i, other in enumerate(response.alternatives)]
    own: JsonObject = dict(own_data(response.provider_data, "openai"))
    for name in ("message", "logprobs"):
        own.pop(name, None)
    lost.update(dict.fromkeys(losses.beside(response.provider_data, "openai", CARRIED)))
    tier = own_data(response.provider_data, "responses").get("service_tier")
    if tier is not None:
        own.setdefault("service_tier", tier)
    wire: JsonObject = {
        "id": answer_id(context),
        "object": "chat.completion",
        "created": response.created_at_s or context.created_at_s,
        "model": context.model,
        "choices": choices,
        "usage": write_usage(response.usage or Usage()),
        **own,
    }
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def _write_choice(response: Response, index: int, lost: Lost) -> JsonObject:
    own: JsonObject = own_data(response.provider_data, "openai")
    message = _write_message(response.parts, lost)
    kept = own.get("message")
    if is_object(kept):
        message.update(kept)
    lost.update(dict.fromkeys(losses.ending(response.finish, TOLD)))
    return {
        "index": index,
        "message": message,
        "logprobs": own.get("logprobs"),
        "finish_reason": write_finish(response.finish),
    }


def _write_message(parts: tuple[Part, ...], lost: Lost) -> JsonObject:  # noqa: PLR0912 - one branch a kind
    message: JsonObject = {"role": "assistant", "content": None, "refusal": None}
    text: list[str] = []
    refusal: list[str] = []
    reasoning: list[ReasoningPart] = []
    calls: list[JsonObject] = []
    notes: list[JsonObject] = []
    for part in parts:
        if is_proof_lost(part.provider_data, "openai"):
            lost[LOST] = None
        if isinstance(part, TextPart):
            text.append(part.text)
        elif isinstance(part, ReasoningPart):
            reasoning.append(part)
        elif isinstance(part, ToolCallPart):
            if own_data(part.provider_data, "openai").get("legacy_function"):
                message["function_call"] = {"name": part.name, "arguments": part.arguments}
            else:
                calls.append(write_tool_call(part))
        elif isinstance(part, RefusalPart):
            refusal.append(part.text)
        elif isinstance(part, CitationPart):
            note = write_citation(part)
            if note is None:
                lost["citations"] = None
            elif "search_result" not in own_data(part.provider_data, "openai"):
                notes.append(note)
        elif isinstance(part, OpaquePart) and part.dialect == "openai" and part.type == "audio":
            message["audio"] = part.raw
        else:
            lost[losses.in_answer(part)] = None
    if text or not (calls or refusal or message.get("function_call") or message.get("audio")):
        message["content"] = "".join(text)
    if refusal:
        message["refusal"] = "".join(refusal)
    if calls:
        message["tool_calls"] = calls
    if notes:
        message["annotations"] = notes
    if reasoning:
        message["reasoning_content"] = "".join(part.text for part in reasoning)
        if any(part.signature or part.redacted for part in reasoning):
            message["reasoning_details"] = [write_detail(part, i) for i, part in enumerate(reasoning)]
    return message
