"""What a file is, judged by its first bytes and never by its name or what the sender claims."""

import re
from typing import Final

SNIFF_BYTES: Final = 4096
UNKNOWN: Final = "application/octet-stream"

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"GGUF", "application/x-gguf"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"{\\rtf", "application/rtf"),
)
_LETTERS: Final = (b"RIFF", b"BM", b"MZ", b"ID3", b"OggS", b"fLaC", b"BZh", b"GGUF", b"wOFF", b"wOF2")
"""Marks that a text may begin with; what has one and is no text soon has a byte that no text has."""
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_ZIPPED: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation",
    ),
)
_KIND: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_MARKUP: Final = (
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"<script", "text/html"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "application/xml"),
)


def sniff(head: bytes, *, is_whole: bool = False) -> str:
    """Return the media type of a file that begins with ``head``.

    ``is_whole`` says that ``head`` is all of it, so a character cut at its end is an error.
    """
    if head.startswith(_LETTERS) and _reads_as_text(head, is_whole=is_whole):
        return _text(head, is_whole=is_whole)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head.startswith(b"PK\x03\x04"):
        return next((kind for mark, kind in _ZIPPED if mark in head), "application/zip")
    for place, mark, kind in _MAGIC:
        if head.startswith(mark, place):
            return kind
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return _text(head, is_whole=is_whole)


_TEXTS_BY_WORD: Final = frozenset(
    {
        "application/json",
        "application/jsonl",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/javascript",
        "application/x-javascript",
        "application/x-python",
        "application/sql",
    }
)


def refined(seen: str, *, said: str) -> str:
    """Return what a file is, by its look and by what its sender said.

    Bytes tell one kind of text from another badly, so the sender is believed about those, and about nothing
    else: what is said to be a picture and looks like a program is a program.
    """
    kind = said.split(";", maxsplit=1)[0].strip().lower()
    if seen not in {"text/plain", "application/json"}:
        return seen
    is_text = kind in _TEXTS_BY_WORD or (kind.startswith("text/") and kind != "text/html")
    return kind if is_text and _KIND.fullmatch(kind) else seen


def _text(head: bytes, *, is_whole: bool) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if not _reads_as_text(head, is_whole=is_whole):
        return UNKNOWN
    for mark, kind in _MARKUP:
        if start.startswith(mark):
            return "image/svg+xml" if kind == "application/xml" and b"<svg" in start else kind
    if start[:1] in {b"{", b"["} and is_whole and _is_json(head):
        return "application/json"
    return "text/plain"


def _reads_as_text(head: bytes, *, is_whole: bool) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The cut after the first bytes may fall inside one character, which has at most four bytes.
        return not is_whole and error.start >= len(head) - 3
    return True


def _is_json(text: bytes) -> bool:
    import msgspec  # noqa: PLC0415 - only for small files that look like it

    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True
