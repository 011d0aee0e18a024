"""Finished answers of the messages dialect, read and written."""

from collections.abc import Sequence
from typing import Any

from salon.foundation.kit.errors import InvalidRequest, UpstreamBroken
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
from salon.gateway.protocols.anthropic.blocks import read_block, read_citation, write_citation
from salon.gateway.protocols.anthropic.messages import MessageWriter
from salon.gateway.protocols.anthropic.usage import TOLD, read_finish, read_usage, write_finish, write_usage
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.classify import build_error, error_of
from salon.gateway.protocols.losses import Lost
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

_KNOWN = {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"}


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="The provider", detail=f"it is not JSON: {error}") from error
    if is_object(value) and value.get("type") == "error":
        raise build_error(None, error_of(value), provider="The provider")
    content = value.get("content") if is_object(value) else None
    if not is_list(content):
        raise UpstreamBroken(provider="The provider", detail="its answer has no content")
    parts: list[Part] = []
    for i, block in enumerate(content):
        try:
            parts += read_output_block(block, f"content[{i}]")
        except InvalidRequest as error:
            raise UpstreamBroken(provider="The provider", detail=error.message) from error
    usage = value.get("usage")
    kept = {name: item for name, item in value.items() if name not in _KNOWN and item is not None}
    return Response(
        id=value.get("id") if isinstance(value.get("id"), str) else None,
        model=value.get("model") if isinstance(value.get("model"), str) else None,
        parts=tuple(parts),
        finish=read_finish(value.get("stop_reason"), value.get("stop_sequence")),
        usage=read_usage(usage) if is_object(usage) else None,
        provider_data={"anthropic": kept} if kept else None,
    )


def read_output_block(block: Any, path: str) -> list[Part]:
    """Read one block of an answer; citations follow the text they belong to."""
    if is_object(block) and block.get("type") == "text":
        notes = block.get("citations")
        text = block.get("text")
        parts: list[Part] = [TextPart(text=text if isinstance(text, str) else "")]
        parts += [read_citation(n) for n in (notes if is_list(notes) else ()) if is_object(n)]
        return parts
    return [read_block(block, path)]


def answer_id(context: EncodeContext) -> str:
    """Return the id a caller sees: ours, in this dialect's form."""
    return "msg_" + context.request_id.removeprefix("req_")


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: Lost = {}
    if response.alternatives:
        lost["n"] = None
    content = write_blocks(response.parts, lost)
    reason, sequence = write_finish(response.finish)
    lost.update(dict.fromkeys(losses.ending(response.finish, TOLD)))
    if reason == "end_turn" and any(isinstance(part, RefusalPart) for part in response.parts):
        reason = "refusal"
    own: JsonObject = dict(own_data(response.provider_data, "anthropic"))
    lost.update(dict.fromkeys(losses.beside(response.provider_data, "anthropic", frozenset())))
    wire: JsonObject = {
        "id": answer_id(context),
        "type": "message",
        "role": "assistant",
        "model": context.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": sequence,
        "usage": write_usage(response.usage or Usage()),
        **own,
    }
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def write_blocks(parts: Sequence[Part], lost: Lost) -> list[JsonObject]:
    """Write an answer's parts as content blocks."""
    writer = MessageWriter(lost)
    blocks: list[JsonObject] = []
    for part in parts:
        if is_proof_lost(part.provider_data, "anthropic"):
            lost[LOST] = None
        if isinstance(part, TextPart | RefusalPart):
            blocks.append({"type": "text", "text": part.text})
        elif isinstance(part, ReasoningPart):
            if part.redacted is not None:
                blocks.append({"type": "redacted_thinking", "data": part.redacted})
            else:
                signature = part.signature or ""
                blocks.append({"type": "thinking", "thinking": part.text, "signature": signature})
        elif isinstance(part, ToolCallPart):
            own: JsonObject = own_data(part.provider_data, "anthropic")
            call_id = part.id or new_id("toolu")
            arguments = writer.arguments(part.arguments)
            blocks.append({"type": "tool_use", "id": call_id, "name": part.name, "input": arguments, **own})
        elif isinstance(part, CitationPart):
            note = write_citation(part)
            if note is not None and blocks and blocks[-1]["type"] == "text":
                blocks[-1]["citations"] = [*blocks[-1].get("citations", ()), note]
            else:
                lost["citations"] = None
        elif isinstance(part, OpaquePart) and part.dialect == "anthropic":
            blocks.append(part.raw)
        else:
            lost[losses.in_answer(part)] = None
    return blocks
