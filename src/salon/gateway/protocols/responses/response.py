"""Finished answers of the responses dialect, read and written."""

import time
from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Finish, RefusalPart, Response, ToolCallPart, Usage
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, InStreamError
from salon.gateway.protocols.classify import build_error, error_of, status_in, stream_error
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.responses.errors import failure
from salon.gateway.protocols.responses.output import read_item, read_logprobs, write_output
from salon.gateway.protocols.responses.usage import TOLD, read_finish, read_usage, write_finish, write_usage
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_list,
    is_object,
    loads,
    loads_lenient,
    objects_in,
    own_data,
    seconds,
)

_CARRIED = frozenset({"service_tier", "logprobs"})
"""What is shown of that which a provider of the chat dialect tells beside the answer."""
_KEPT = ("service_tier", "billing", "content_filters", "moderation", "tool_usage")


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="The provider", detail=f"it is not JSON: {error}") from error
    if is_object(value) and value.get("error"):
        raise build_error(status_in(value["error"]), error_of(value), provider="The provider")
    output = value.get("output") if is_object(value) else None
    if not is_list(output):
        raise UpstreamBroken(provider="The provider", detail="its answer has no output")
    return read_response(value)


def read_response(value: JsonObject) -> Response:
    """Read a whole response object."""
    parts = tuple(part for item in objects_in(value.get("output")) for part in read_item(item))
    has_calls = any(isinstance(part, ToolCallPart) for part in parts)
    usage = value.get("usage")
    own = kept_values(value)
    logprobs = read_logprobs(value.get("output"))
    if logprobs:
        own["openai"] = {"logprobs": {"content": logprobs}}
    return Response(
        id=value.get("id") if isinstance(value.get("id"), str) else None,
        model=value.get("model") if isinstance(value.get("model"), str) else None,
        parts=parts,
        finish=read_finish(value.get("status"), value.get("incomplete_details"), has_tool_calls=has_calls),
        usage=read_usage(usage, value) if is_object(usage) and usage else None,
        created_at_s=seconds(value.get("created_at")),
        provider_data=own or None,
    )


def kept_values(value: JsonObject) -> JsonObject:
    """Return what the provider tells beside the answer, as provider data."""
    kept = {name: value[name] for name in _KEPT if value.get(name) is not None}
    return {"responses": kept} if kept else {}


def answer_id(context: EncodeContext) -> str:
    """Return the id a caller sees: ours, in this dialect's form."""
    return "resp_" + context.request_id.removeprefix("req_")


class ResponseObject:
    """The response object of one answer: what was asked, told back, around what was said."""

    def __init__(self, context: EncodeContext) -> None:
        asked = context.fields or {}

        def told(name: str, default: Any) -> Any:
            raw = asked.get(name)
            return default if raw is None or bytes(raw) == b"null" else raw

        self.lost: Lost = {}
        self._began_ns = time.monotonic_ns() - (context.duration_ns or 0)
        self._head: JsonObject = {
            "id": answer_id(context),
            "object": "response",
            "created_at": context.created_at_s,
            "status": "in_progress",
            "background": False,
            "completed_at": None,
            "error": None,
            "frequency_penalty": told("frequency_penalty", 0.0),
            "incomplete_details": None,
            "instructions": told("instructions", None),
            "max_output_tokens": told("max_output_tokens", None),
            "max_tool_calls": told("max_tool_calls", None),
            "model": context.model,
            "output": [],
            "parallel_tool_calls": told("parallel_tool_calls", True),
            "presence_penalty": told("presence_penalty", 0.0),
            "previous_response_id": None,
            "prompt_cache_key": told("prompt_cache_key", None),
            "reasoning": told("reasoning", {"effort": None, "summary": None}),
            "safety_identifier": told("safety_identifier", None),
            "service_tier": told("service_tier", "default"),
            "store": False,
            "temperature": told("temperature", 1.0),
            "text": told("text", {"format": {"type": "text"}}),
            "tool_choice": told("tool_choice", "auto"),
            "tools": _tools(asked.get("tools")),
            "top_logprobs": told("top_logprobs", 0),
            "top_p": told("top_p", 1.0),
            "truncation": told("truncation", "disabled"),
            "usage": None,
            "user": told("user", None),
            "metadata": told("metadata", {}),
        }

    def keep(self, provider_data: JsonObject | None) -> None:
        """Show what the provider told beside the answer."""
        chat = own_data(provider_data, "openai")
        if chat.get("service_tier"):
            self._head["service_tier"] = chat["service_tier"]
        self._head.update(own_data(provider_data, "responses"))
        self.lost.update(dict.fromkeys(losses.beside(provider_data, "responses", _CARRIED)))

    def begun(self) -> JsonObject:
        """Return it as it is at the start."""
        return self._head

    def _now_s(self) -> int:
        return self._head["created_at"] + (time.monotonic_ns() - self._began_ns) // 1_000_000_000

    def ended(self, output: list[JsonObject], finish: Finish | None, usage: Usage | None) -> JsonObject:
        """Return it as it is at the end."""
        has_refusal = any(
            part.get("type") == "refusal" for item in output for part in objects_in(item.get("content"))
        )
        status, incomplete = write_finish(finish, has_refusal=has_refusal)
        self.lost.update(dict.fromkeys(losses.ending(finish, TOLD)))
        whole: JsonObject = {
            **self._head,
            "status": status,
            "completed_at": self._now_s() if status == "completed" else None,
            "incomplete_details": incomplete,
            "output": output,
            "usage": None if usage is None else write_usage(usage),
        }
        if status == "failed":
            word = finish.raw if finish is not None else None
            found = InStreamError(message=word or "error", code=word, type="server_error")
            whole["error"] = failure(stream_error(found, provider="The provider"))
        return whole


def _tools(raw: msgspec.Raw | None) -> Any:
    """Return the tools as they were asked for, with what their schema says is always told."""
    tools = None if raw is None else loads(raw)
    defaults = {"strict": False, "parameters": None, "description": None}
    return [{**defaults, **tool} if tool.get("type") == "function" else tool for tool in objects_in(tools)]


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    whole = ResponseObject(context)
    whole.keep(response.provider_data)
    lost = whole.lost
    if response.alternatives:
        lost["n"] = None
    output = write_output(response.parts, context, lost)
    logprobs = own_data(own_data(response.provider_data, "openai"), "logprobs").get("content")
    if is_list(logprobs):
        _place_logprobs(output, logprobs)
    finish = response.finish
    if finish is not None and any(isinstance(part, RefusalPart) for part in response.parts):
        finish = Finish(reason="stop") if finish.reason == "refusal" else finish
    body = dumps(whole.ended(output, finish, response.usage))
    return EncodedRequest(body=body, lost=tuple(lost))


def _place_logprobs(output: list[JsonObject], logprobs: list[Any]) -> None:
    for item in output:
        for content in objects_in(item.get("content")) if item.get("type") == "message" else ():
            if content.get("type") == "output_text":
                content["logprobs"] = logprobs
                return
