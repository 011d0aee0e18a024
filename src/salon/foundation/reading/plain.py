"""Text as it is: Markdown, code, CSV, JSON and logs, in whichever encoding."""

import codecs
from typing import Final

from salon.foundation.reading.pieces import Pieces
from salon.foundation.workers.models import Refusal

_CHUNK: Final = 256 * 1024
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLD: Final = "cp1252"
"""What text is in that is neither marked nor UTF-8, more often than in anything else."""


def read(path: str, pieces: Pieces) -> str:
    """Read the file as text. Raises: Refusal for what is none."""
    encoding = encoding_of(path)
    with open(path, encoding=encoding, errors="replace", newline=None) as file:  # noqa: PTH123 - in a worker
        while chunk := file.read(_CHUNK):
            pieces.add(chunk)
    return ""


def encoding_of(path: str) -> str:
    """Return the encoding that a file is in. Raises: Refusal for what is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open(path, "rb") as file:  # noqa: PTH123 - in a worker
        head = file.read(4)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if marked is not None:
            return marked
        file.seek(0)
        is_utf8 = True
        while chunk := file.read(_CHUNK):
            if b"\x00" in chunk:
                raise Refusal("It is no text: it holds bytes that no text has.")
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    return "utf-8" if is_utf8 else _OLD


def decoded(content: bytes) -> str:
    """Return the text of bytes whose encoding nobody told."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(_OLD, "replace")
