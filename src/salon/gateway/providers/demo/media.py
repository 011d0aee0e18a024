"""What the demo makes instead of pictures and speech: patterns and tones made of words, always the same.

It sees and hears nothing, and says so: a transcription tells which file it was given, not what is said in it.
"""

import base64
import hashlib
import math
import struct
import zlib
from typing import Final

from salon.foundation.messages import (
    Attachment,
    ImageResponse,
    MadeImage,
    SpeechResponse,
    TranscriptionResponse,
    TranscriptSegment,
    Usage,
    UsageDetails,
    wav_length_ms,
)
from salon.gateway.providers.demo.script import count_tokens

SIDE: Final = 64
"""Points along each side of a picture."""
_CELLS: Final = 8
_RATE: Final = 24_000
_TONE_MS: Final = 120
_MOST_TONES: Final = 16


def pictures(prompt: str, number: int) -> ImageResponse:
    """Return so many pictures of a prompt."""
    made = [base64.b64encode(png(f"{place} {prompt}")).decode("ascii") for place in range(number)]
    details = UsageDetails(images=number, image_output_tokens=number)
    return ImageResponse(
        images=tuple(MadeImage(data=one, media_type="image/png") for one in made),
        size=f"{SIDE}x{SIDE}",
        format="png",
        usage=Usage(input_tokens=count_tokens(prompt), output_tokens=number, details=details),
    )


def png(text: str) -> bytes:
    """Return a pattern in two colours, the same on both sides, as a PNG."""
    digest = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(6 + _CELLS)
    dark, light = digest[:3], bytes(128 + byte // 2 for byte in digest[3:6])
    wide = SIDE // _CELLS
    rows: list[bytes] = []
    for bits in digest[6:]:
        half = [dark if bits >> place & 1 else light for place in range(_CELLS // 2)]
        rows += [b"\0" + b"".join(colour * wide for colour in (*half, *half[::-1]))] * wide
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def speech(text: str) -> SpeechResponse:
    """Return a tone for each of the first words, as a WAV file."""
    samples = b"".join(_tone(word) for word in text.split()[:_MOST_TONES]) or _tone(text)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, _RATE, _RATE * 2, 2, 16)
    body = b"WAVE" + head + b"data" + struct.pack("<I", len(samples)) + samples
    audio = Attachment(data=b"RIFF" + struct.pack("<I", len(body)) + body, media_type="audio/wav")
    tokens = count_tokens(text)
    details = UsageDetails(audio_output_tokens=tokens)
    return SpeechResponse(
        audio=audio, usage=Usage(input_tokens=tokens, output_tokens=tokens, details=details)
    )


def _tone(word: str) -> bytes:
    """Return samples of a tone whose height the word decides; whole waves, so that nothing clicks."""
    height = 220 + hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=1).digest()[0] * 2
    length = _RATE // height
    wave = [int(8000 * math.sin(2 * math.pi * place / length)) for place in range(length)]
    return struct.pack(f"<{length}h", *wave) * (_RATE * _TONE_MS // 1000 // length)


def transcript(file: Attachment, *, english: bool = False) -> TranscriptionResponse:
    """Return what there is to say about a recording without hearing it."""
    length_ms = wav_length_ms(file.data)
    named = f"“{file.name}”" if file.name else "a file"
    length = f" and {length_ms / 1000:g} seconds" if length_ms is not None else ""
    what = "translates" if english else "hears"
    text = f"This is the demo, which {what} nothing. It was given {named} of {len(file.data)} bytes{length}."
    seconds = (length_ms or 0) / 1000
    return TranscriptionResponse(
        text=text,
        language="english",
        duration_s=seconds,
        segments=(TranscriptSegment(text=text, start_s=0.0, end_s=seconds),),
        usage=Usage(output_tokens=count_tokens(text)),
    )
