"""Makes text from elsewhere safe to print: no escape sequences, no invisible direction changes.

What a model, a provider or a file says may hold bytes that move the cursor, retitle the window or write
the clipboard (OSC 52); none of them reaches a terminal or a log line.
"""

import re

_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC … BEL or ST
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC … ST
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"  # the short ones
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL_AND_BREAKS = re.compile(_CONTROL.pattern[:-1] + "\t\n\u2028\u2029]")


def printable(text: str) -> str:
    """Return ``text`` without escape sequences and control characters; tabs and line ends stay."""
    return _CONTROL.sub("", _SEQUENCE.sub("", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Return ``text`` with every control character shown as an escape, so that a line stays one line."""
    return _CONTROL_AND_BREAKS.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


class StreamCleaner:
    """``printable`` for text that arrives in pieces: a sequence cut in two does not get through."""

    _LONGEST = 4096
    """Characters of an unfinished sequence kept back; a longer one is dropped."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what of ``text`` can be printed now."""
        text = self._held + text.replace("\x9b", "\x1b[")
        self._held = ""
        start = text.rfind("\x1b")
        if text.endswith("\x1b") and len(text) > 1:
            opener = text.rfind("\x1b", 0, len(text) - 1)
            start = opener if opener >= 0 and _unfinished(text[opener:]) else start
        if start >= 0 and _unfinished(text[start:]):
            self._held = text[start : start + self._LONGEST]
            text = text[:start]
        return printable(text)

    def finish(self) -> str:
        """Return what was held back, cleaned."""
        held, self._held = self._held, ""
        return printable(held)


def _unfinished(text: str) -> bool:
    """Tell whether ``text``, which starts with ESC, is a sequence that may still go on."""
    if len(text) == 1:
        return True
    if text[1] == "]":
        return "\x07" not in text and "\x1b\\" not in text
    if text[1] in "PX^_":
        return "\x1b\\" not in text
    if text[1] == "[":
        return re.fullmatch(r"\x1b\[[0-?]*[ -/]*", text) is not None
    return re.fullmatch(r"\x1b[ -/]+", text) is not None
