"""Ollama's generate, where it differs from its chat: one prompt in, one text out.

Lines and finished answers of ``/api/generate`` are read by the same code as those of ``/api/chat``.
"""

from typing import ClassVar, Final, cast

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import Finish, Message, ModelRequest, Response, TextPart
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.fields import Fields, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.ollama import request as chat
from salon.gateway.protocols.ollama.messages import read_image
from salon.gateway.protocols.ollama.request_writer import write_request
from salon.gateway.protocols.ollama.response import write_response
from salon.gateway.protocols.ollama.stream_encoder import OllamaStreamEncoder
from salon.gateway.protocols.wire_json import JsonObject, dumps

_NO_PROMPT: Final = frozenset({b"", b'""', b"null"})


def own_answer(envelope: Envelope) -> Response | None:
    """Answer a request to load or unload a model: without a prompt, nothing else is asked."""
    prompt = envelope.fields.get("prompt", b"")
    if len(prompt) > 4 or bytes(prompt) not in _NO_PROMPT:
        return None
    keeps = field_value(envelope.fields, "keep_alive")
    word = "unload" if keeps in (0, "0", "0s") else "load"
    return Response(
        id=None,
        model=None,
        parts=(),
        finish=Finish(reason="stop", raw=word),
        usage=None,
        provider_data={"ollama": {"done_reason": word}},
    )


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    prompt, system = fields.text("prompt"), fields.text("system")
    if not prompt:
        raise Unsupported(field="prompt", problem="Without a prompt there is nothing to ask this provider.")
    if fields.text("suffix"):
        raise Unsupported(field="suffix", problem="This provider's dialect does not insert text.")
    own: JsonObject = {
        "template": fields.text("template"),
        "context": fields.array("context"),
        "raw": fields.flag("raw"),
    }
    if own["raw"] and (system or own["template"] or own["context"]):
        raise invalid("raw", "Raw mode does not support template, system, or context.")
    images = enumerate(fields.array("images") or ())
    pictures = tuple(read_image(image, f"images[{i}]") for i, image in images)
    said = Message(role="user", parts=(TextPart(text=prompt), *pictures))
    first = (Message(role="system", parts=(TextPart(text=system),)),) if system else ()
    own = {name: value for name, value in own.items() if value}
    return chat.read_rest(envelope, fields, (*first, said), own=own)


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for an Ollama's generate. Quirks: none. Raises: Unsupported."""
    if any(message.role not in {"system", "developer"} for message in request.messages[:-1]):
        raise Unsupported(field="messages", problem="Ollama's generate takes one prompt.")
    lost: Lost = {}
    wire = write_request(request, lost)
    if wire.pop("tools", None):
        raise Unsupported(field="tools", problem="Ollama's generate has no tools.")
    *before, said = cast("list[JsonObject]", wire.pop("messages")) or [{}]
    if said.get("role") != "user":
        raise Unsupported(field="messages", problem="Ollama's generate takes one prompt.")
    wire["prompt"] = said["content"]
    if before:
        wire["system"] = "\n\n".join(message["content"] for message in before)
    if said.get("images"):
        wire["images"] = said["images"]
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: Lost = {}
    wire = write_response(response, context, lost)
    message: JsonObject = wire.pop("message")
    del message["role"]
    wire["response"] = message.pop("content")
    return EncodedRequest(body=dumps({**wire, **message}), lost=tuple(lost))


class OllamaGenerateEncoder(OllamaStreamEncoder):
    """Writes one stream of generate: what chat says in a message stands in the line itself."""

    OPENING: ClassVar = b',"response":'
    CLOSING: ClassVar = b""
