"""Speech of Gemini's models, spoken to providers: generateContent that answers with sound."""

import base64
import binascii
import re
import struct
from typing import Final

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import Attachment, SpeechRequest, SpeechResponse
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.gemini.pictures import inline, without
from salon.gateway.protocols.gemini.response import decode_response as decode_chat
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.recordings import OPENAI_VOICES
from salon.gateway.protocols.wire_json import JsonObject, dumps

_RATE: Final = re.compile(r"rate=(\d{4,6})")
_USUAL_RATE: Final = 24_000


def encode_request(request: SpeechRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for formats that sound would have to be turned into."""
    if request.format not in {None, "wav", "pcm"}:
        raise Unsupported(field="response_format", problem="This provider speaks “wav” and “pcm” only.")
    lost: Lost = {}
    split_extra(request, "gemini", lost)
    config: JsonObject = {"responseModalities": ["AUDIO"]}
    if request.voice in OPENAI_VOICES:
        lost["voice"] = None
    elif request.voice is not None:
        config["speechConfig"] = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": request.voice}}}
    if request.speed not in {None, 1}:
        lost["speed"] = None
    if request.instructions is not None:  # there is one text, and all of it is spoken
        lost["instructions"] = None
    wire = {
        "contents": [{"role": "user", "parts": [{"text": request.text}]}],
        "generationConfig": config,
    }
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_response(body: bytes) -> SpeechResponse:
    """Read sound; bare samples get a head. Raises: UpstreamContentFiltered, UpstreamBroken, or its error."""
    answer = decode_chat(body)
    sounds = list(inline(answer, "audio/"))
    if not sounds:
        raise without(answer, "sound")
    try:
        data = b"".join(base64.b64decode(data, validate=True) for _, data in sounds)
    except (binascii.Error, ValueError) as error:
        raise UpstreamBroken(provider="The provider", detail="its sound is no base64") from error
    kind = sounds[0][0]
    if not kind.lower().startswith(("audio/l16", "audio/pcm")):
        return SpeechResponse(
            model=answer.model, audio=Attachment(data=data, media_type=kind), usage=answer.usage
        )
    found = _RATE.search(kind)
    rate = int(found[1]) if found is not None else _USUAL_RATE
    audio = Attachment(data=wav(data, rate=rate), media_type="audio/wav")
    return SpeechResponse(model=answer.model, audio=audio, usage=answer.usage)


def wav(samples: bytes, *, rate: int) -> bytes:
    """Return 16-bit samples of one channel, ``rate`` a second, as a WAV file."""
    head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", len(samples))
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(samples)) + b"WAVE" + head + samples
