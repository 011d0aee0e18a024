"""Audio: a text spoken, and what is spoken written down."""

import struct
from typing import ClassVar, Final

import msgspec

from salon.foundation.messages.operations import (
    Attachment,
    OperationName,
    OperationRequest,
    OperationResponse,
)
from salon.foundation.messages.usage import Usage, UsageDetails

_MOST_CHUNKS: Final = 50
_FORMAT: Final = struct.Struct("<HHIIHH")
"""Format, channels, samples a second, bytes a second, bytes of a sample of all channels, bits."""
_EVEN: Final = frozenset({1, 3, 6, 7, 0xFFFE})
"""Formats whose samples are all of one size; others tell their length less plainly."""


def wav_length_ms(file: bytes) -> int | None:
    """Return how long a WAV file plays; None for every other file, and for one that does not say plainly.

    What is paid for by its length must not be made shorter by its head: the bytes that are there count, and
    the samples a second, by which every player goes.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        return None
    at, bytes_a_second = 12, 0
    for _ in range(_MOST_CHUNKS):
        head = file[at : at + 8]
        if len(head) < 8:
            return None
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"fmt ":
            bytes_a_second = _bytes_a_second(file[at + 8 : at + 8 + _FORMAT.size])
        elif name == b"data":
            left = len(file) - at - 8
            # A stream that was recorded as it came claims nothing, or more than there is.
            there = min(size, left) if size else left
            return (there * 1000 // bytes_a_second or None) if bytes_a_second else None
        at += 8 + size + size % 2
    return None


def _bytes_a_second(told: bytes) -> int:
    """Return what a second of samples takes; 0 where that is not plain."""
    if len(told) < _FORMAT.size:
        return 0
    form, _, rate, _, block_size, _ = _FORMAT.unpack(told)
    return rate * block_size if form in _EVEN else 0


class SpeechRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """A text to speak."""

    operation: ClassVar[OperationName] = "speech"

    text: str
    voice: str | None = None
    """The provider's name for it."""
    instructions: str | None = None
    """How it is to be spoken."""
    format: str | None = None
    """``mp3``, ``wav``, ``pcm`` ... None is the provider's usual one."""
    speed: float | None = None
    """1 is the usual one."""

    def weight(self) -> Usage:
        """Return how many characters are to be spoken: what most voices are charged by."""
        return Usage(details=UsageDetails(characters=len(self.text)))


class SpeechResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """The spoken text."""

    audio: Attachment


class TranscriptSegment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of what was said, and when."""

    text: str
    start_s: float
    end_s: float
    speaker: str | None = None
    id: str | None = None


class TranscriptWord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One word, and when it was said."""

    word: str
    start_s: float
    end_s: float


class TranscriptionRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """A recording to write down."""

    operation: ClassVar[OperationName] = "transcriptions"

    file: Attachment
    language: str | None = None
    """Of the recording, as an ISO 639 code; None lets the model find out."""
    prompt: str | None = None
    """What guides the model's spelling and style."""
    temperature: float | None = None
    format: str | None = None
    """``json``, ``text``, ``srt``, ``vtt``, ``verbose_json``, ``diarized_json``; None is ``json``."""
    granularities: tuple[str, ...] = ()
    """``word`` and ``segment``: what is told with its times."""

    def weight(self) -> Usage:
        """Return how long the recording is, where its bytes say that plainly."""
        length_ms = wav_length_ms(self.file.data)
        if length_ms is None:
            return Usage(details=UsageDetails(uncounted=1))
        return Usage(details=UsageDetails(audio_input_ms=length_ms))


class TranslationRequest(TranscriptionRequest, frozen=True, kw_only=True, omit_defaults=True):
    """A recording to write down in English."""

    operation: ClassVar[OperationName] = "translations"


class TranscriptionResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """What was said."""

    text: str
    language: str | None = None
    duration_s: float | None = None
    segments: tuple[TranscriptSegment, ...] = ()
    words: tuple[TranscriptWord, ...] = ()
