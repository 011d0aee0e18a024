"""Terminals and files that cannot hold every letter: the nearest one is written, and nothing fails."""

import codecs
import io
import sys
import unicodedata

_HANDLER = "salon.nearest"
_NEAREST = {  # quotation marks, ellipsis, arrow, dashes, spaces
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2026": "...",
    "\u2192": "->",
    "\u2013": "-",
    "\u2500": "-",
    "\u202f": " ",
    "\u00a0": " ",
}


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_plain(letter) for letter in letters), error.end


def _plain(letter: str) -> str:
    known = _NEAREST.get(letter)
    if known is not None:
        return known
    base = unicodedata.normalize("NFKD", letter)
    return "".join(one for one in base if one.isascii()) or "?"


def write_what_fits() -> None:
    """Let standard output and standard error replace letters that their encoding lacks."""
    codecs.register_error(_HANDLER, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors=_HANDLER)
