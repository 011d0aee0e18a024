"""Finished answers of Ollama's dialect, read and written; one line of a stream has the same shape."""

import datetime
from typing import Any

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import (
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    Response,
    TextPart,
    ToolCallPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.classify import build_error, error_of, status_in
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.ollama.messages import arguments_object, read_output_call
from salon.gateway.protocols.ollama.usage import TOLD, read_finish, read_usage, write_finish, write_usage
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_list,
    is_object,
    loads_lenient,
    own_data,
)

_KNOWN_MESSAGE = {"role", "content", "thinking", "tool_calls", "images"}


def created_at_s(value: Any) -> int | None:
    """Read ``created_at``, with Go's nanoseconds."""
    if not isinstance(value, str):
        return None
    try:
        head = value[:19]
        moment = datetime.datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.UTC)
    except ValueError:
        return None
    return int(moment.timestamp())


def write_time(seconds: int) -> str:
    """Write ``created_at``."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


CARRIED = frozenset({"logprobs"})
"""What is shown of that which a provider of another dialect tells beside the answer."""
_BESIDE = ("thinking", "tool_calls")
"""What stands in a message of chat and beside the text of generate."""


def decode_response(body: bytes) -> Response:
    """Read a finished answer, of ``/api/chat`` or ``/api/generate``. Raises: UpstreamError."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="Ollama", detail=f"it is not JSON: {error}") from error
    if is_object(value) and value.get("error"):
        raise build_error(status_in(value), error_of(value), provider="Ollama")
    message = value.get("message") if is_object(value) else None
    if is_object(value) and isinstance(value.get("response"), str):
        message = {"content": value["response"], **{name: value.get(name) for name in _BESIDE}}
    if not is_object(message):
        raise UpstreamBroken(provider="Ollama", detail="its answer has no message")
    parts: list[Part] = []
    if isinstance(message.get("thinking"), str) and message["thinking"]:
        parts.append(ReasoningPart(text=message["thinking"]))
    if isinstance(message.get("content"), str) and message["content"]:
        parts.append(TextPart(text=message["content"]))
    if message.get("images"):
        parts.append(OpaquePart(dialect="ollama", type="images", raw=message["images"]))
    listed = message.get("tool_calls")
    calls = [read_output_call(call) for call in (listed if is_list(listed) else ())]
    parts += [call for call in calls if call is not None]
    kept: JsonObject = {name: value[name] for name in ("context",) if value.get(name)}
    if rest := {k: v for k, v in message.items() if k not in _KNOWN_MESSAGE and v is not None}:
        kept["message"] = rest
    return Response(
        id=None,
        model=value.get("model") if isinstance(value.get("model"), str) else None,
        parts=tuple(parts),
        finish=read_finish(value.get("done_reason"), has_tool_calls=any(calls)),
        usage=read_usage(value),
        created_at_s=created_at_s(value.get("created_at")),
        provider_data={**({"ollama": kept} if kept else {}), **likelihood(value.get("logprobs"))} or None,
    )


def likelihood(logprobs: Any) -> JsonObject:
    """Return log probabilities as all dialects keep them: in the words of chat, which are these, too."""
    return {"openai": {"logprobs": {"content": logprobs}}} if is_list(logprobs) and logprobs else {}


def write_likelihood(provider_data: Any) -> list[Any] | None:
    """Return the log probabilities that came with an answer, or a part of it."""
    content = own_data(own_data(provider_data, "openai"), "logprobs").get("content")
    return content if is_list(content) and content else None


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: Lost = {}
    body = dumps(write_response(response, context, lost))
    return EncodedRequest(body=body, lost=tuple(lost))


def write_response(response: Response, context: EncodeContext, lost: Lost) -> JsonObject:
    """Return a finished answer as a value; name in ``lost`` what could not be carried."""
    if response.alternatives:
        lost["n"] = None
    own: JsonObject = dict(own_data(response.provider_data, "ollama"))
    message = _write_message(response.parts, lost)
    message.update(own.pop("message", None) or {})
    logprobs = write_likelihood(response.provider_data)
    if logprobs is not None:
        own["logprobs"] = logprobs
    lost.update(dict.fromkeys(losses.beside(response.provider_data, "ollama", CARRIED)))
    usage = response.usage
    if usage is not None and (usage.cached_tokens or usage.cache_write_tokens or usage.reasoning_tokens):
        lost["usage.details"] = None
    lost.update(dict.fromkeys(losses.ending(response.finish, TOLD)))
    return {
        "model": context.model,
        "created_at": write_time(response.created_at_s or context.created_at_s),
        "message": message,
        "done": True,
        "done_reason": write_finish(response.finish),
        **write_usage(response.usage, duration_ns=context.duration_ns),
        **own,
    }


def _write_message(parts: tuple[Part, ...], lost: Lost) -> JsonObject:  # noqa: PLR0912 - one branch a kind
    message: JsonObject = {"role": "assistant", "content": ""}
    text: list[str] = []
    thinking: list[str] = []
    calls: list[JsonObject] = []
    for part in parts:
        if is_proof_lost(part.provider_data, "ollama"):
            lost[LOST] = None
        if isinstance(part, TextPart | RefusalPart):
            text.append(part.text)
            if isinstance(part, RefusalPart):
                lost["refusals"] = None
        elif isinstance(part, ReasoningPart):
            thinking.append(part.text)
            if part.redacted is not None:
                lost["redacted_reasoning"] = None
            if part.signature:
                lost[LOST] = None
        elif isinstance(part, ToolCallPart):
            call, whole = write_tool_call(part.id, part.name, part.arguments)
            calls.append(call)
            if not whole:
                lost["tool_calls.arguments"] = None
        elif isinstance(part, OpaquePart) and part.dialect == "ollama":
            message[part.type] = part.raw
        else:
            lost[losses.in_answer(part)] = None
    message["content"] = "".join(text)
    if any(thinking):
        message["thinking"] = "".join(thinking)
    if calls:
        message["tool_calls"] = calls
    return message


def write_tool_call(call_id: str, name: str, arguments: str) -> tuple[JsonObject, bool]:
    """Write one tool call, and tell whether its arguments could be carried as they are."""
    value, whole = arguments_object(arguments)
    return {"id": call_id, "function": {"name": name, "arguments": value}}, whole
