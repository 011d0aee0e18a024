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
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, EncodedRequest
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.gemini.chunks import ChunkReader
from salon.gateway.protocols.gemini.contents_writer import arguments_object
from salon.gateway.protocols.gemini.errors import classify
from salon.gateway.protocols.gemini.grounding import write_grounding
from salon.gateway.protocols.gemini.logprobs import from_chat
from salon.gateway.protocols.gemini.parts import SIGNATURE
from salon.gateway.protocols.gemini.proto import camel_keys, is_base64
from salon.gateway.protocols.gemini.usage import TOLD, write_finish, write_usage
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

CARRIED = frozenset({"logprobs"})
"""What is shown of that which a provider of another dialect tells beside the answer."""


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
    lost: Lost = {}
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


def _candidate(response: Response, number: int, lost: Lost) -> JsonObject:
    notes = [part for part in response.parts if isinstance(part, CitationPart)]
    lost.update(dict.fromkeys(losses.ending(response.finish, TOLD)))
    refused = any(isinstance(part, RefusalPart) for part in response.parts)
    candidate: JsonObject = {
        "content": {"parts": write_parts(response.parts, lost), "role": "model"},
        "finishReason": write_finish(response.finish, refused=refused),
        "index": number,
    }
    grounding, all_told = write_grounding(notes, response.text)
    if grounding is not None:
        candidate["groundingMetadata"] = grounding
    if not all_told:
        lost["citations"] = None
    lost.update(dict.fromkeys(losses.beside(response.provider_data, "gemini", CARRIED)))
    likely = own_data(own_data(response.provider_data, "openai"), "logprobs").get("content")
    if is_list(likely):
        candidate["logprobsResult"] = from_chat(likely)
    return {**candidate, **own_data(response.provider_data, "gemini")}


def write_parts(parts: Sequence[Part], lost: Lost) -> list[JsonObject]:
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
            lost[losses.in_answer(part)] = None
    return out


def thought_part(text: str, signature: str | None, lost: Lost) -> JsonObject:
    """Write a thought. A signature of another provider is carried if it is base64, as all here must be."""
    wire: JsonObject = {"text": text, "thought": True}
    if signature:
        if is_base64(signature):
            wire[SIGNATURE] = signature
        else:
            lost["reasoning_signature"] = None
    return wire


def call_part(call_id: str, name: str, arguments: str, *, own: JsonObject, lost: Lost) -> JsonObject:
    """Write a call, whole."""
    value, whole = arguments_object(arguments)
    if not whole:
        lost["tool_calls.arguments"] = None
    return {"functionCall": {"id": call_id or new_id("call"), "name": name, "args": value}, **own}
