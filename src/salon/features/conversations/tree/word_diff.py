"""What changed from one text to another, word by word, in bounded time.

``difflib`` compares everything with everything: of texts that could take long, lines are compared first and
words only within lines that differ; what is still too much is shown as replaced whole.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, Literal

import msgspec

MOST_PAIRS: Final = 60_000
"""So many pairs of the same word, or the same line, may one piece have: what ``difflib`` walks through."""
MOST_WORDS: Final = 20_000
"""And so many words or lines."""
ROOM: Final = 1_000_000
"""Pairs in all of one comparison."""
_WORDS: Final = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
ChangeKind = Literal["same", "removed", "added"]


class Change(msgspec.Struct, frozen=True):
    """A stretch of text that both have, or one of them."""

    kind: ChangeKind
    text: str


class Room:
    """How much may still be compared."""

    def __init__(self, pairs: int = ROOM) -> None:
        self.pairs = pairs
        self.is_cut = False
        """Something was shown as replaced whole, because comparing it would have taken long."""

    def take(self, one: Sequence[str], two: Sequence[str]) -> bool:
        """Tell whether two lists may be compared, and count what that takes."""
        if len(one) + len(two) > MOST_WORDS:
            return False
        counts = Counter(two)
        pairs = len(one) + len(two) + sum(counts[word] for word in one)
        if pairs > min(MOST_PAIRS, self.pairs):
            return False
        self.pairs -= pairs
        return True


def changes(left: str, right: str, room: Room) -> tuple[Change, ...]:
    """Return how ``left`` becomes ``right``: all of both is in it, in order."""
    if left == right:
        return (Change("same", left),) if left else ()
    return tuple(_joined(_by_words(left, right, room)))


def _by_words(left: str, right: str, room: Room) -> Iterator[Change]:
    one, two = _WORDS.findall(left), _WORDS.findall(right)
    start, end = _same_ends(one, two)
    yield Change("same", "".join(one[:start]))
    inner_one, inner_two = one[start : len(one) - end], two[start : len(two) - end]
    if room.take(inner_one, inner_two):
        yield from _matched(inner_one, inner_two)
    else:
        yield from _by_lines("".join(inner_one), "".join(inner_two), room)
    yield Change("same", "".join(one[len(one) - end :]))


def _by_lines(left: str, right: str, room: Room) -> Iterator[Change]:
    one, two = left.splitlines(keepends=True), right.splitlines(keepends=True)
    start, end = _same_ends(one, two)
    yield Change("same", "".join(one[:start]))
    inner_one, inner_two = one[start : len(one) - end], two[start : len(two) - end]
    if not room.take(inner_one, inner_two):
        yield from _replaced("".join(inner_one), "".join(inner_two), room)
    else:
        matcher = SequenceMatcher(None, inner_one, inner_two, autojunk=False)
        for kind, i1, i2, j1, j2 in matcher.get_opcodes():
            old, new = "".join(inner_one[i1:i2]), "".join(inner_two[j1:j2])
            words_one, words_two = _WORDS.findall(old), _WORDS.findall(new)
            if kind == "equal":
                yield Change("same", old)
            elif room.take(words_one, words_two):
                yield from _matched(words_one, words_two)
            else:
                yield from _replaced(old, new, room)
    yield Change("same", "".join(one[len(one) - end :]))


def _replaced(old: str, new: str, room: Room) -> Iterator[Change]:
    room.is_cut = room.is_cut or bool(old and new)
    yield Change("removed", old)
    yield Change("added", new)


def _matched(one: Sequence[str], two: Sequence[str]) -> Iterator[Change]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Change("same", "".join(one[i1:i2]))
        else:
            yield Change("removed", "".join(one[i1:i2]))
            yield Change("added", "".join(two[j1:j2]))


def _same_ends(one: Sequence[str], two: Sequence[str]) -> tuple[int, int]:
    """Return how many entries both begin with, and how many more they end with."""
    most = min(len(one), len(two))
    start = next((place for place in range(most) if one[place] != two[place]), most)
    left = most - start
    end = next((place for place in range(left) if one[-1 - place] != two[-1 - place]), left)
    return start, end


def _joined(found: Iterator[Change]) -> Iterator[Change]:
    last: Change | None = None
    for change in found:
        if not change.text:
            continue
        if last is not None and last.kind == change.kind:
            last = Change(last.kind, last.text + change.text)
            continue
        if last is not None:
            yield last
        last = change
    if last is not None:
        yield last
