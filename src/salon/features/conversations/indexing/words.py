"""The words of a text: the same for both databases, for what is said and for what is looked for.

A word of letters and digits is one token, without accents and in lower case. Scripts that put no space
between words (Chinese, Japanese, Thai and the like; Korean too) give overlapping pairs of characters, and
the last character of a run alone, so that every substring of two or more is a phrase and one character is a
prefix.
``C++`` and ``F#`` are tokens of their own; so is an emoji.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

VERSION: Final = "1"
"""Changes with what the same text gives; an index of another version is made anew."""
MOST_CHARACTERS: Final = 64
"""Of one token; a longer word is found by its beginning."""

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u309f\u30a0-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uac00-\ud7a3\U00020000-\U0003ffff"  # Korean has spaces, and particles behind its words
)
_PICTURES: Final = "\u2600-\u27bf\U0001f000-\U0001faff"
_TOKEN: Final = re.compile(
    rf"(?P<run>[{_UNSPACED}]+)"
    rf"|(?P<sign>(?<![^\W_])[^\W\d_](?:\+\+|\#))(?![^\W_])"
    rf"|(?P<word>[^\W_{_UNSPACED}]+)"
    rf"|(?P<picture>[{_PICTURES}])"
)
_ACCENTED: Final = re.compile(
    _TOKEN.pattern.replace(rf"[^\W_{_UNSPACED}]+", rf"(?:(?![_{_UNSPACED}])[\w\u0300-\u036f])+")
)
"""The same where an accent may be a character of its own."""
_ACCENTS: Final = re.compile("[\u0300-\u036f\ufe00-\ufe0f\u200d]")


class Word(msgspec.Struct, frozen=True):
    """A token and where in the text it stands: characters from ``start`` up to ``end``."""

    token: str
    start: int
    end: int


def tokens(text: str) -> list[str]:
    """Return the tokens of a text, in order."""
    found: list[str] = []
    for match in _TOKEN.finditer(_plain(text)):
        kind, part = match.lastgroup, match.group()
        if kind == "run":
            found += _pairs(part)
        else:
            found.append(part[:MOST_CHARACTERS])
    return found


def sought(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the tokens that text with these words has side by side, and whether the last is a beginning.

    A run that ends the text may go on where it is found, so its last character is no token of its own.
    """
    matches = list(_TOKEN.finditer(_plain(text)))
    if not matches or matches[-1].lastgroup != "run":
        return tuple(tokens(text)), False
    found = tokens(text)
    last = matches[-1].group()
    return (tuple(found), True) if len(last) == 1 else (tuple(found[:-1]), False)


def words(text: str) -> Iterator[Word]:
    """Yield the tokens of a text with their places in it, for marking what was found."""
    for match in (_TOKEN if text.isascii() else _ACCENTED).finditer(text):
        start, part = match.start(), match.group()
        if match.lastgroup == "run" and len(_plain(part)) == len(part):
            plain = _plain(part)
            for index in range(len(plain)):
                yield Word(plain[index : index + 2], start + index, start + min(index + 2, len(plain)))
        else:
            for token in tokens(part):
                yield Word(token, start, match.end())


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run))]


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _folded(text) if len(text) < MOST_CHARACTERS else _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    # Composed again: Japanese and Korean marks belong to their letter, accents do not.
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed))


_folded = lru_cache(maxsize=20_000)(_fold)
