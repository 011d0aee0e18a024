"""What a file is, by its own bytes."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.foundation.files import sniff


def _office() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("word/document.xml", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\x00\x00\x00\x20ftypavif", "image/avif"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (_office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"MZ\x90", "application/x-msdownload"),
        (b"\x7fELF", "application/x-executable"),
        (b"  <!DOCTYPE html><p>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
        (b'{"a": [1, 2]}', "application/json"),
        (b"{not json", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        (b"", "text/plain"),
        (b"\xff\xfe\x00a", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str) -> None:
    assert sniff(head, is_whole=True) == kind


@pytest.mark.parametrize(
    "text",
    [
        "BMW, annual report",
        "MZ80 manual",
        "ID3 tags, explained",
        "BZhang wrote this",
        "GGUF is a format",
        "OggStream",
        "fLaC",
        "RIFFRAFF of the town",
        "wOFF",
    ],
)
def test_a_text_that_begins_with_the_letters_of_a_format_is_a_text(text: str) -> None:
    assert sniff(text.encode(), is_whole=True) == "text/plain"
    assert sniff((text + " and more" * 600).encode()[:4096]) == "text/plain"


@given(st.text(min_size=50))
def test_text_cut_inside_a_character_is_still_text(text: str) -> None:
    whole = text.replace("\x00", "").encode() + "€".encode()
    assert sniff(b"start " + whole[:-1]) != "application/octet-stream"


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_break_it(head: bytes, is_whole: bool) -> None:
    assert "/" in sniff(head, is_whole=is_whole)
