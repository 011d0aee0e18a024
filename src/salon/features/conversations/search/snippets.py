"""A piece of a message around what was found in it, with the places of the words as positions."""

from collections.abc import Iterable, Sequence
from typing import Final

from salon.features.conversations.indexing.words import Word, words
from salon.features.conversations.search.models import Term

LENGTH: Final = 240
"""Characters of a snippet."""
_BEFORE: Final = 60
"""Characters before the first word that was found."""
_LOOKED_AT: Final = 100_000
"""Characters of a message that are looked through; a hit further behind shows the beginning."""


def snippet(text: str, terms: Sequence[Term]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a piece of ``text`` in one line, and where in it the terms are, in order, not overlapping."""
    spots = _joined(_spots(list(words(text[:_LOOKED_AT])), terms))
    first = spots[0][0] if spots else 0
    start = _start(text, first)
    end = min(len(text), start + LENGTH)
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    piece = "".join(" " if one.isspace() or not one.isprintable() else one for one in text[start:end])
    shift = len(lead) - start
    marks = tuple((a + shift, min(b, end) + shift) for a, b in spots if a < end)
    return f"{lead}{piece}{tail}", marks


def _start(text: str, first: int) -> int:
    """Begin a little before the first hit, at the start of a word if one is near."""
    if first <= _BEFORE:
        return 0
    start = first - _BEFORE
    space = text.find(" ", start, first)
    return start if space < 0 else space + 1


def _spots(found: Sequence[Word], terms: Iterable[Term]) -> list[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for index, word in enumerate(found):
        places.setdefault(word.token, []).append(index)
    spots: list[tuple[int, int]] = []
    for term in terms:
        first = term.tokens[0]
        if term.open and len(term.tokens) == 1:
            starts = [index for token, at in places.items() if token.startswith(first) for index in at]
        else:
            starts = places.get(first, [])
        spots += [
            (found[index].start, _end(found, index, term)) for index in starts if _fits(found, index, term)
        ]
    return spots


def _end(found: Sequence[Word], index: int, term: Term) -> int:
    if term.open and len(term.tokens) == 1 and len(term.tokens[0]) == 1:
        return found[index].start + 1  # one character of a run: not the pair that it begins
    return found[index + len(term.tokens) - 1].end


def _fits(found: Sequence[Word], index: int, term: Term) -> bool:
    here = [word.token for word in found[index : index + len(term.tokens)]]
    if len(here) < len(term.tokens) or here[:-1] != list(term.tokens[:-1]):
        return False
    return here[-1].startswith(term.tokens[-1]) if term.open else here[-1] == term.tokens[-1]


def _joined(spots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
