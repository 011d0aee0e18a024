"""Speech and transcriptions, as the fake provider makes them: bytes that say what was asked."""

from collections.abc import Callable
from typing import Any

import msgspec
import orjson

from salon.testing.fake_provider import openai
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.embeddings import packed_bytes
from salon.testing.fake_provider.forms import Uploaded
from salon.testing.fake_provider.frames import Frame, sse

SECONDS = 4.0
"""How long every recording is."""
SPOKEN = b"ID3"
"""What speech begins with; the text follows, each letter a hundred times."""
_PLAIN = b"text/plain; charset=utf-8"
_EVENTS = b"text/event-stream"


def spoken(text: str) -> bytes:
    """Return the audio of a text."""
    return SPOKEN + b"".join(bytes([byte]) * 100 for byte in text.encode())


class MediaDialect(msgspec.Struct, kw_only=True):
    """One way to ask for one operation with answers of its own types; the parts of a module of chat."""

    name: str
    PATH_END: str | tuple[str, ...]
    reads: Callable[[JsonObject], Asked]
    write: Callable[[Answer], bytes]
    parts: Callable[[Answer, Asked], list[Frame]]
    PATH_MARK: str = ""
    """Stands in its addresses, where they end with what differs."""
    reads_forms: bool = False
    reads_address: bool = False
    """What is asked stands in the address too, and the body may be no JSON."""
    of: Any = openai
    """The module of the same maker's chat: its errors."""
    STREAM_TYPE: bytes = _EVENTS
    PING: bytes | None = None

    def error_value(self, status: int, message: str) -> Any:
        """Return an error in the maker's words."""
        return self.of.error_value(status, message)

    def stream_error(self) -> Any:
        """Return the maker's error inside a stream."""
        return self.of.stream_error()

    def read(self, body: JsonObject) -> Asked:
        """Read a request."""
        return self.reads(body)

    def body(self, answer: Answer) -> bytes:
        """Write a finished answer."""
        return self.write(answer)

    def frames(self, answer: Answer, asked: Asked) -> list[Frame]:
        """Write a streamed answer."""
        return self.parts(answer, asked)


# -- speech ---------------------------------------------------------------------------------------
def _read_speech(body: JsonObject) -> Asked:
    text = str(body["input"])
    is_events = body.get("stream_format") == "sse"
    return Asked(
        model=str(body["model"]),
        text=text,
        last_user_text=text,
        stream=True,
        media_type=_EVENTS if is_events else b"audio/mpeg",
        wanted=text,
    )


def _pieces(text: str) -> list[bytes]:
    audio = spoken(text)
    return [audio[start : start + 1000] for start in range(0, len(audio), 1000)]


def _speak(answer: Answer, asked: Asked) -> list[Frame]:
    if asked.media_type != _EVENTS:
        return [Frame(data=piece, tokens=1) for piece in _pieces(answer.wanted)]
    told = [sse({"type": "speech.audio.delta", "audio": packed_bytes(one)}) for one in _pieces(answer.wanted)]
    usage = {
        "input_tokens": answer.input_tokens,
        "output_tokens": len(told),
        "total_tokens": answer.input_tokens + len(told),
    }
    return [*told, sse({"type": "speech.audio.done", "usage": usage}, role="end")]


# -- transcriptions -------------------------------------------------------------------------------
def _read_recording(body: JsonObject) -> Asked:
    file = body["file"] if "file" in body else body["input_audio"]["data"]
    if not isinstance(file, Uploaded | str):
        raise TypeError("file must be a file")
    form = body.get("response_format", "json")
    is_stream = body.get("stream") == "true" and "whisper" not in body["model"]
    prompt = str(body.get("prompt", ""))
    return Asked(
        model=str(body["model"]),
        text=prompt,
        last_user_text=prompt,
        stream=is_stream,
        media_type=_PLAIN if form in {"text", "srt", "vtt"} and not is_stream else None,
        wanted=(form, file),
    )


def _usage(answer: Answer) -> JsonObject:
    if "whisper" in answer.model:
        return {"type": "duration", "seconds": SECONDS}
    return {
        "type": "tokens",
        "input_tokens": answer.input_tokens + 10,
        "input_token_details": {"audio_tokens": 10, "text_tokens": answer.input_tokens},
        "output_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + 10 + answer.output_tokens,
    }


def _written(answer: Answer) -> bytes:
    form, _ = answer.wanted
    text = "".join(answer.text)
    match form:
        case "text":
            return f"{text}\n".encode()
        case "srt":
            return f"1\n00:00:00,000 --> 00:00:04,000\n{text}\n".encode()
        case "vtt":
            return f"WEBVTT\n\n00:00.000 --> 00:04.000\n{text}\n".encode()
        case "verbose_json":
            segment = {"id": 0, "start": 0.0, "end": SECONDS, "text": text}
            more = {"duration": SECONDS, "language": "english", "segments": [segment]}
            return orjson.dumps({"task": "transcribe", "text": text, **more, "usage": _usage(answer)})
        case _:
            return orjson.dumps({"text": text, "usage": _usage(answer)})


def _told(answer: Answer, asked: Asked) -> list[Frame]:
    deltas = [sse({"type": "transcript.text.delta", "delta": one}, tokens=1) for one in answer.text]
    done = {"type": "transcript.text.done", "text": "".join(answer.text), "usage": _usage(answer)}
    return [*deltas, sse(done, role="end")]


AUDIO = (
    MediaDialect(
        name="speech",
        PATH_END="/audio/speech",
        reads=_read_speech,
        write=lambda answer: spoken(answer.wanted),
        parts=_speak,
    ),
    MediaDialect(
        name="transcriptions",
        PATH_END=("/audio/transcriptions", "/audio/translations"),
        reads=_read_recording,
        write=_written,
        parts=_told,
        reads_forms=True,
    ),
)
"""Every way to ask. A model whose name has “whisper” in it counts seconds and does not stream."""
