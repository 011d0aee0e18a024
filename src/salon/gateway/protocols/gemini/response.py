"""Finished answers of the Gemini dialect, read and written."""

from collections.abc import Sequence

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    CitationPart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    Response,
    StreamEvent,
    TextPart,
    ToolCallPart,
    Usage,
)
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.gemini.chunks import ChunkReader
from salon.gateway.protocols.gemini.contents_writer import arguments_object
from salon.gateway.protocols.gemini.errors import classify
from salon.gateway.protocols.gemini.grounding import write_grounding
from salon.gateway.protocols.gemini.logprobs import from_chat
from salon.gateway.protocols.gemini.parts import SIGNATURE
from salon.gateway.protocols.gemini.proto import camel_keys, is_base64
from salon.gateway.protocols.gemini.usage import write_finish, write_usage
from salon.gateway.protocols.part_names import part_name
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


def decode_response(body: bytes) -> Response:
    """Read a finished answer, or a stream's whole array. Raises: UpstreamBroken, or the error it contains."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider="The provider", detail=f"it is not JSON: {error}") from error
    reader, events = ChunkReader(), list[StreamEvent]()
    for item in value if is_list(value) else (value,):
        chunk = camel_keys(item) if is_object(item) else {}
        if is_object(chunk.get("error")):
            raise classify(chunk["error"], None, provider="The provider")
        reader.read(chunk, events)
    if not reader.started:
        raise UpstreamBroken(provider="The provider", detail="its answer has no candidates")
    reader.end(events)
    collector = ResponseCollector()
    collector.add(events)
    return collector.response()


def answer_id(context: EncodeContext) -> str:
    """Return the id a caller sees."""
    return context.request_id.removeprefix("req_")


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: dict[str, None] = {}
    candidates = [_candidate(one, i, lost) for i, one in enumerate((response, *response.alternatives))]
    wire: JsonObject = {"candidates": candidates}
    feedback = candidates[0].pop("promptFeedback", None)
    if feedback is not None:
        wire["promptFeedback"] = feedback
        if not response.parts:
            del wire["candidates"]
    wire["usageMetadata"] = write_usage(response.usage or Usage())
    wire["modelVersion"] = context.model
    wire["responseId"] = answer_id(context)
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def _candidate(response: Response, number: int, lost: dict[str, None]) -> JsonObject:
    notes = [part for part in response.parts if isinstance(part, CitationPart)]
    reason, is_whole = write_finish(response.finish)
    if not is_whole and response.finish is not None:
        lost[f"finish_reason.{response.finish.reason}"] = None
    candidate: JsonObject = {
        "content": {"parts": write_parts(response.parts, lost), "role": "model"},
        "finishReason": reason,
        "index": number,
    }
    grounding, all_told = write_grounding(notes, response.text)
    if grounding is not None:
        candidate["groundingMetadata"] = grounding
    if not all_told:
        lost["citations"] = None
    for dialect, values in (response.provider_data or {}).items():
        if dialect == "openai" and is_object(values) and values.keys() == {"logprobs"}:
            content = values["logprobs"].get("content") if is_object(values["logprobs"]) else None
            candidate["logprobsResult"] = from_chat(content if is_list(content) else [])
        elif dialect != "gemini":
            lost["provider_data"] = None
    return {**candidate, **own_data(response.provider_data, "gemini")}


def write_parts(parts: Sequence[Part], lost: dict[str, None]) -> list[JsonObject]:
    """Write an answer's parts; sources are told beside them."""
    out: list[JsonObject] = []
    for part in parts:
        if is_proof_lost(part.provider_data, "gemini"):
            lost[LOST] = None
        if isinstance(part, TextPart | RefusalPart):
            out.append({"text": part.text, **own_data(part.provider_data, "gemini")})
        elif isinstance(part, ReasoningPart):
            if part.redacted is not None:
                lost["redacted_reasoning"] = None
            else:
                out.append(thought_part(part.text, part.signature, lost))
        elif isinstance(part, ToolCallPart):
            own = own_data(part.provider_data, "gemini")
            out.append(call_part(part.id, part.name, part.arguments, own=own, lost=lost))
        elif isinstance(part, OpaquePart) and part.dialect == "gemini":
            out.append(part.raw)
        elif not isinstance(part, CitationPart):
            lost[part_name(part)] = None
    return out


def thought_part(text: str, signature: str | None, lost: dict[str, None]) -> JsonObject:
    """Write a thought. A signature of another provider is carried if it is base64, as all here must be."""
    wire: JsonObject = {"text": text, "thought": True}
    if signature:
        if is_base64(signature):
            wire[SIGNATURE] = signature
        else:
            lost["reasoning_signature"] = None
    return wire


def call_part(
    call_id: str, name: str, arguments: str, *, own: JsonObject, lost: dict[str, None]
) -> JsonObject:
    """Write a call, whole."""
    value, whole = arguments_object(arguments)
    if not whole:
        lost["tool_calls.arguments"] = None
    return {"functionCall": {"id": call_id or new_id("call"), "name": name, "args": value}, **own}
