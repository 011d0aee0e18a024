"""Finds the values of a long JSON text one after another, without decoding it and without trusting it.

A parser that is given a gigabyte either holds it or stops at the first wrong byte. This one only looks for
where a value ends (strings, brackets), so that each conversation can be decoded by itself: one that is too
large, too deep or damaged is told of and passed over, and those behind it are still read. Memory is one chunk
and one value; a value over the limit is never held.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from salon.features.conversations.exchange.readers.problems import ProblemCode

MAX_VALUE_BYTES: Final = 32 * 1024 * 1024
"""A decoded conversation takes several times its size; with this a reader stays below 300 MB."""
MAX_DEPTH: Final = 20_000
"""A tree of LibreChat's is nested twice for each message."""

_SPACE: Final = re.compile(rb"[\s\x00]*+")
_OUTSIDE: Final = re.compile(rb'(?>[^"{}\[\]]++|"(?>[^"\\]++|\\[\s\S])*+")*+')
_INSIDE: Final = re.compile(rb'(?>[^"\\]++|\\[\s\S])*+')
_SCALAR: Final = re.compile(rb"[^\s,\]}{\[]*+")
_QUOTE, _OPEN, _CLOSE = ord('"'), frozenset(b"{["), frozenset(b"}]")

Path = tuple[str, ...]
"""Keys from the top to an open container; elements of arrays have none."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A value, where it stands, and what is wrong with it as far as its outside shows."""

    path: Path
    key: str
    """Its key in an object; empty in an array."""
    data: bytes
    """Empty when ``problem`` says that it was not held."""
    offset: int
    """In bytes from the beginning of the text."""
    size_bytes: int
    depth: int
    problem: ProblemCode | None = None

    @property
    def place(self) -> str:
        """Say where it is."""
        return f"byte {self.offset}"


class Scanner:
    """Walks one JSON text, or several after one another."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        opens: Callable[[Path], bool] = lambda path: path == (),
        max_value_bytes: int = MAX_VALUE_BYTES,
    ) -> None:
        """Enter the containers whose path ``opens``; everything else is found as a whole."""
        self._chunks = iter(chunks)
        self._opens = opens
        self._limit = max_value_bytes
        self._buffer = bytearray()
        self._base = 0
        self._at = 0
        self._is_over = False
        self._start: bytes = b""
        """How the first element of an array began: a damaged one is thought to end before the next such."""

    def values(self) -> Iterator[Found]:
        """Yield every value, in order. Never raises: what is wrong is told as a value's problem."""
        while self._peek() is not None:
            if self._peek() == ord(","):
                self._at += 1
                continue
            yield from self._value((), "")

    # -- structure --------------------------------------------------------------------------------
    def _value(self, path: Path, key: str) -> Iterator[Found]:
        inner = (*path, key) if key else path
        first = self._peek()
        if first in _OPEN and self._opens(inner):
            self._at += 1
            yield from self._elements(inner) if first == ord("[") else self._members(inner)
            return
        yield self._whole(path, key, is_element=not key)

    def _elements(self, path: Path) -> Iterator[Found]:
        while (first := self._peek()) is not None:
            if first in _CLOSE:
                self._at += 1
                return
            if first == ord(","):
                self._at += 1
                continue
            yield self._whole(path, "", is_element=True)
        yield self._cut(path)

    def _members(self, path: Path) -> Iterator[Found]:
        while (first := self._peek()) is not None:
            if first in _CLOSE:
                self._at += 1
                return
            if first != _QUOTE:
                self._at += 1
                continue
            key = self._whole(path, "", is_element=False)
            if self._peek() == ord(":"):
                self._at += 1
                name = key.data[1:-1].decode("utf-8", "replace")[:200]
                if self._peek() is not None:
                    yield from self._value(path, name or " ")
        yield self._cut(path)

    def _cut(self, path: Path) -> Found:
        offset = self._base + self._at
        return Found(path=path, key="", data=b"", offset=offset, size_bytes=0, depth=0, problem="cut")

    # -- values -----------------------------------------------------------------------------------
    def _whole(self, path: Path, key: str, *, is_element: bool) -> Found:
        self._trim()
        offset = self._base
        first = self._buffer[0]
        depth, problem = 0, None
        if first in _OPEN:
            depth, problem = self._container()
        elif first == _QUOTE:
            self._at = 1
            problem = self._string()
        else:
            self._scalar()
        size_bytes = self._base + self._at - offset
        data = b"" if self._base > offset else bytes(self._buffer[: self._at])
        if data and is_element and path == () and first in _OPEN:
            self._start = self._start or _start_of(data)
        if problem is None and (size_bytes > self._limit or not data):
            problem = "too-large"
        if problem is None and depth > MAX_DEPTH:
            problem = "nested"
        held = data if problem in (None, "cut") else b""
        return Found(
            path=path, key=key, data=held, offset=offset, size_bytes=size_bytes, depth=depth, problem=problem
        )

    def give_back(self, found: Found) -> int | None:
        """Go on inside a damaged element, where the next one seems to begin; return its size, or None.

        Call for the value that was found last, before asking for the next.
        """
        if not self._start or not found.data:
            return None
        following = re.compile(rb"[}\]]\s*,\s*" + re.escape(self._start).replace(rb"\ ", rb"\s*"))
        again = following.search(found.data, 1)
        if again is None:
            return None
        at = again.start() + 1
        self._buffer[: self._at] = found.data[at:]
        self._base = found.offset + at
        self._at = 0
        self._is_over = False
        return at

    def _container(self) -> tuple[int, ProblemCode | None]:
        """Move behind a container; return how deep it is, and whether the text ended in it."""
        level = deepest = 0
        while True:
            at = self._match(_OUTSIDE).end()
            if at >= len(self._buffer):
                self._at = at
                if not self._more():
                    return deepest, "cut"
                continue
            letter = self._buffer[at]
            self._at = at + 1
            if letter == _QUOTE:
                if (problem := self._string()) is not None:
                    return deepest, problem
            elif letter in _OPEN:
                level += 1
                deepest = max(deepest, level)
            else:
                level -= 1
                if level == 0:
                    return deepest, None

    def _string(self) -> ProblemCode | None:
        """Move behind a string whose opening quote was passed."""
        while True:
            at = self._match(_INSIDE).end()
            self._at = at
            if at < len(self._buffer) and self._buffer[at] == _QUOTE:
                self._at = at + 1
                return None
            if not self._more():
                self._at = len(self._buffer)
                return "cut"

    def _scalar(self) -> None:
        while True:
            self._at = self._match(_SCALAR).end()
            if self._at < len(self._buffer) or not self._more():
                break
        if self._at == 0:
            self._at = 1  # a stray bracket or comma

    def _match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        found = pattern.match(self._buffer, self._at)
        assert found is not None
        return found

    # -- bytes ------------------------------------------------------------------------------------
    def _peek(self) -> int | None:
        """Return the next byte that is no space; None at the end."""
        while True:
            self._at = self._match(_SPACE).end()
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            self._trim()
            if not self._more():
                return None

    def _trim(self) -> None:
        del self._buffer[: self._at]
        self._base += self._at
        self._at = 0

    def _more(self) -> bool:
        """Take one chunk more. What is over the limit is let go."""
        if self._at > self._limit:
            self._trim()
        if self._is_over:
            return False
        chunk = next(self._chunks, None)
        if chunk is None:
            self._is_over = True
            return False
        self._buffer += chunk
        return True


def _start_of(data: bytes) -> bytes:
    """Return how an element begins, up to the colon behind its first key."""
    found = re.match(rb'\{\s*"[^"\\]{1,60}"\s*:', data)
    return b"" if found is None else re.sub(rb"\s+", b" ", found[0])
