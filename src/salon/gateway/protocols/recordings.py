"""What protocols of speech and recordings share: what audio is, names of files, words put into sentences."""

from collections.abc import Iterable
from typing import Final

import msgspec

from salon.foundation.messages import Attachment, TranscriptSegment, TranscriptWord, Usage, UsageDetails

OPENAI_VOICES: Final = frozenset(
    (
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse",
        "marin", "cedar",
    )
)  # fmt: skip
"""Names that OpenAI's client makes callers choose from; hardly a voice elsewhere has one of them."""
SEGMENTED: Final = frozenset({"srt", "vtt", "verbose_json", "diarized_json"})
"""Forms of answers that tell when what was said."""
_SPOKEN: Final = (
    (b"RIFF", "audio/wav"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)
_RECORDED: Final = (
    (0, b"RIFF", "wav"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1aE\xdf\xa3", "webm"),
    (4, b"ftyp", "m4a"),
)
"""By what bytes at what place a recording begins."""
_ENDS: Final = (".", "!", "?", "…", "\u3002", "\uff01", "\uff1f")
_PAUSE_S: Final = 1.5


def audio_type(data: bytes) -> str | None:
    """Return the media type of audio by its first bytes; None for bare samples and what is not known."""
    if data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE0 == 0xE0:
        # Both begin every frame so; the layer is 0 in AAC.
        return "audio/mpeg" if data[1] & 0x06 else "audio/aac"
    return next((kind for magic, kind in _SPOKEN if data.startswith(magic)), None)


def named(file: Attachment) -> Attachment:
    """Return a recording with a name: services tell formats by its end."""
    if file.name is not None:
        return file
    end = next((end for at, magic, end in _RECORDED if file.data.startswith(magic, at)), "mp3")
    return msgspec.structs.replace(file, name=f"recording.{end}")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a transcript, with the space after it, as a service tells it."""

    text: str
    start_s: float
    end_s: float
    speaker: str | None = None


def segments_of(pieces: Iterable[Said]) -> tuple[TranscriptSegment, ...]:
    """Put pieces into sentences, each of one speaker and without a long pause."""
    found: list[list[Said]] = []
    for piece in pieces:
        before = found[-1][-1] if found else None
        if (
            before is None
            or before.speaker != piece.speaker
            or before.text.rstrip().endswith(_ENDS)
            or piece.start_s - before.end_s > _PAUSE_S
        ):
            found.append([])
        found[-1].append(piece)
    return tuple(
        TranscriptSegment(
            text="".join(one.text for one in some).strip(),
            start_s=some[0].start_s,
            end_s=some[-1].end_s,
            speaker=some[0].speaker,
        )
        for some in found
    )


def words_of(pieces: Iterable[Said]) -> tuple[TranscriptWord, ...]:
    """Return pieces as words."""
    return tuple(
        TranscriptWord(word=one.text.strip(), start_s=one.start_s, end_s=one.end_s) for one in pieces
    )


def heard(seconds: float | None) -> Usage | None:
    """Return the count of a recording of which a service says how long it is."""
    if not seconds or not 0 < seconds < 1e9:
        return None
    return Usage(details=UsageDetails(audio_input_ms=round(seconds * 1000)), raw={"seconds": seconds})
