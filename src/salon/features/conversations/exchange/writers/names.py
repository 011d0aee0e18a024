"""Names of files inside an export: safe on every system, each once, and still readable."""

import re
import unicodedata
from typing import Final

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.paths import check_name

_MOST_BYTES: Final = 120
"""Well below the 255 of file systems: folders and numbers come on top."""
_UNWANTED: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|%]+')
_INVISIBLE: Final = frozenset({"Cf", "Cs", "Zl", "Zp", "Cn", "Co"})
_SPACES: Final = re.compile(r"\s+")


class Names:
    """The names given so far in one folder; two that differ in case or form alone are one to some systems."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, wish: str, *, extension: str = "", fallback: str) -> str:
        """Return a name like ``wish`` that is safe and was not given before.

        ``fallback`` is used where nothing of the wish is left; ``extension`` has no dot.
        """
        ending = f".{extension}" if extension else ""
        stem = _safe(wish, ending) or _safe(fallback, ending) or "file"
        number, name = 1, f"{stem}{ending}"
        while _folded(name) in self._taken:
            number += 1
            name = f"{stem} ({number}){ending}"
        self._taken.add(_folded(name))
        return name


def _safe(wish: str, ending: str) -> str:
    text = unicodedata.normalize("NFC", _UNWANTED.sub(" ", wish))
    text = "".join(letter for letter in text if unicodedata.category(letter) not in _INVISIBLE)
    text = _cut(_SPACES.sub(" ", text)).strip(". ")
    for attempt in (text, f"_{text}"):
        try:
            check_name(f"{attempt}{ending}")
        except InvalidRequest:
            continue
        return attempt if text else ""
    return ""


def _cut(text: str) -> str:
    return text.encode()[:_MOST_BYTES].decode("utf-8", "ignore")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
