"""How long a recording is, by its own head; a head that lies makes nothing free."""

import io
import struct
import wave

import pytest

from salon.foundation.messages import wav_length_ms


def recording(seconds: float = 2.0, *, rate: int = 16_000, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(channels)
        writing.setsampwidth(2)
        writing.setframerate(rate)
        writing.writeframes(bytes(int(seconds * rate) * 2 * channels))
    return file.getvalue()


def changed(at: int, value: bytes) -> bytes:
    """Return a recording of two seconds with other bytes in its head."""
    whole = recording()
    return whole[:at] + value + whole[at + len(value) :]


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16_000, 1), (44_100, 2)])
def test_the_length_is_that_of_the_samples(rate: int, channels: int) -> None:
    assert wav_length_ms(recording(2.5, rate=rate, channels=channels)) == 2500


def test_a_recording_that_was_written_as_it_came_is_as_long_as_what_is_there() -> None:
    for size in (0, 0xFFFFFFFF, 0x7FFFFFFF):
        assert wav_length_ms(changed(40, struct.pack("<I", size))) == 2000


def test_a_rate_of_bytes_that_the_samples_do_not_have_shortens_nothing() -> None:
    assert wav_length_ms(changed(28, struct.pack("<I", 0xFFFFFFFF))) == 2000


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"ID3" + bytes(99),
        recording()[:40],
        changed(20, struct.pack("<H", 0x11)),
        changed(24, bytes(4)),
        changed(32, bytes(2)),
        changed(12, b"junk"),
        recording(0.0),
    ],
    ids=["nothing", "mp3", "cut", "adpcm", "no rate", "no block", "no format", "no samples"],
)
def test_what_does_not_say_plainly_is_not_counted(file: bytes) -> None:
    assert wav_length_ms(file) is None
