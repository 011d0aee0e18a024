"""Taps of the answers that OpenAI's operations other than chat send in pieces: bytes, or named events.

Nothing is changed on the way. An event's ``usage`` is read, and what says that the answer is whole.
"""

from typing import Any

import msgspec

from salon.foundation.messages import Finish, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import Envelope, InStreamError, StreamTap
from salon.gateway.protocols.event_streams import EventTap
from salon.gateway.protocols.fields import field_value
from salon.gateway.protocols.openai.media_usage import read_media_usage
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import JsonObject

_JSON = b"application/json"
_EVENTS = b"text/event-stream"
_SPOKEN = "speech.audio.done"
_MOST_DIGITS = 4
ENDS = (".done", ".completed")
"""What the types of events end with that have the whole of something."""


class BytesTap:
    """Forwards audio. Its end is the end of the body, and it counts nothing."""

    __slots__ = ("error", "events", "output_bytes", "saw_end")

    def __init__(self) -> None:
        self.error: InStreamError | None = None
        self.saw_end = False
        self.output_bytes = 0
        self.events = 0

    @property
    def usage(self) -> Usage | None:
        """Audio tells no count."""
        return None

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, once it did."""
        return whole.DONE if self.saw_end else None

    def feed(self, data: bytes) -> bytes:
        """Return ``data``."""
        self.output_bytes += len(data)
        self.events += 1
        return data

    def finish(self) -> bytes:
        """Take the end; an answer without a byte is none."""
        self.saw_end = self.output_bytes > 0
        return b""


class _Event(msgspec.Struct):
    type: str = ""
    usage: JsonObject | None = None
    size: Any = None
    quality: Any = None
    error: object = None
    message: str | None = None


_decode = msgspec.json.Decoder(_Event).decode


class NamedEventTap(EventTap):
    """Forwards events like ``transcript.text.delta``; the answer is whole after so many that end one."""

    __slots__ = ("_are_images", "_ended", "_ends", "_usage")

    def __init__(self, *, ends: int = 1, are_images: bool = False) -> None:
        super().__init__()
        self._ends = ends
        self._ended = 0
        self._are_images = are_images
        self._usage: Usage | None = None

    @property
    def usage(self) -> Usage | None:
        """What was counted so far."""
        return self._usage

    @property
    def finish_reason(self) -> Finish | None:
        """Why the answer ended, once it did."""
        return whole.DONE if self.saw_end else None

    def _block(self, block: bytes) -> bytes:
        data = block_data(block)
        if not data or data == b"[DONE]":
            return block
        try:
            event = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._break(block)
        if event.error is not None or event.type == "error":
            self._tell_error(event.error if event.error is not None else {"message": event.message})
            return block
        self.events += 1
        self.output_bytes += len(data)
        if event.type.endswith(ENDS):
            self._ended += 1
            self.saw_end = self._ended >= self._ends
            images = self._ended if self._are_images else 0
            is_speech = event.type == _SPOKEN
            read = read_media_usage(
                event.usage, images=images, size=event.size, quality=event.quality, audio_out=is_speech
            )
            self._usage = read or self._usage
        return block


def relay_audio(media_type: bytes, envelope: Envelope) -> StreamTap | None:
    """Make the tap of speech: of its bytes, or of events with them inside."""
    if media_type.startswith(_JSON):
        return None
    return NamedEventTap() if media_type.startswith(_EVENTS) else BytesTap()


def relay_events(media_type: bytes, envelope: Envelope) -> StreamTap | None:
    """Make the tap of a transcription's events."""
    return NamedEventTap() if media_type.startswith(_EVENTS) else None


def relay_images(media_type: bytes, envelope: Envelope) -> StreamTap | None:
    """Make the tap of pictures that are shown while they are made; there are as many ends as pictures."""
    if not media_type.startswith(_EVENTS):
        return None
    number = str(field_value(envelope.fields, "n"))
    is_number = number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS
    return NamedEventTap(ends=max(1, int(number)) if is_number else 1, are_images=True)
