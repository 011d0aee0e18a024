"""OpenAI's speech, both sides: a text as JSON, audio as it is or in events."""

import base64

from salon.foundation.messages import SpeechRequest, SpeechResponse, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai.named_events import named_events
from salon.gateway.protocols.spoken_audio import is_audio, read_audio
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs: speech always comes in pieces. Raises: InvalidRequest naming the field."""
    envelope = whole.envelope_of(body, required="input")
    envelope.stream = True
    return envelope


def decode_request(envelope: Envelope) -> SpeechRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    fields.take("model")
    text = fields.required_text("input")
    if not text:
        raise invalid("input", "It must not be empty.")
    voice = fields.take("voice")
    if is_object(voice):
        voice = voice.get("id")
    if not isinstance(voice, str | None):
        raise invalid("voice", "It must be a name, or an object with an id.")
    fields.text("stream_format")
    return SpeechRequest(
        model=envelope.model,
        text=text,
        voice=voice,
        instructions=fields.text("instructions"),
        format=fields.text("response_format"),
        speed=fields.number("speed"),
        stream=True,
        extra={"openai": fields.rest} if fields.rest else None,
    )


def encode_response(response: SpeechResponse, context: EncodeContext) -> EncodedRequest:
    """Write audio as it is, or as the events that the request asked for."""
    audio = response.audio
    asked = dict(context.fields or {})
    if field_value(asked, "stream_format") != "sse":
        if field_value(asked, "response_format") == "pcm" and audio.media_type == "audio/wav":
            return EncodedRequest(body=_samples(audio.data), media_type=b"audio/pcm")
        media_type = (audio.media_type or "application/octet-stream").encode("ascii")
        return EncodedRequest(body=audio.data, media_type=media_type)
    packed = base64.b64encode(audio.data).decode("ascii")
    done: JsonObject = {"type": "speech.audio.done"}
    if response.usage is not None:
        done["usage"] = _written(response.usage)
    return named_events({"type": "speech.audio.delta", "audio": packed}, done)


def _samples(file: bytes) -> bytes:
    """Return the samples of a WAV file without its head."""
    mark = file.find(b"data", 12, 1024)
    return file[mark + 8 :] if mark > 0 else file


def _written(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider. The audio is asked for as it is: events would only wrap it."""
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    wire: JsonObject = {"model": request.model, "input": request.text}
    for name, value in (
        ("voice", request.voice),
        ("instructions", request.instructions),
        ("response_format", request.format),
        ("speed", request.speed),
    ):
        if value is not None:
            wire[name] = value
    return EncodedRequest(body=dumps({**wire, **extra}), lost=tuple(lost))


def decode_response(body: bytes) -> SpeechResponse:
    """Read audio that came whole. Raises: UpstreamBroken, or the error that came instead."""
    return read_audio(body, provider="The provider")


def read_answer(body: bytes) -> whole.Answer:
    """Tell whether an answer that came whole is audio; it counts nothing."""
    return (None, whole.DONE, len(body)) if is_audio(body) else (None, None, 0)
