"""Recognises which program wrote a file, by what is in it; its name says nothing."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.scanning import Found, Path, Scanner
from salon.features.conversations.exchange.readers.values import Json, decode, mapping

Program = Literal["salon", "chatgpt", "claude", "open-webui", "librechat", "sillytavern", "lobechat"]
Shape = Literal["array", "object", "lines", "projects"]

_LOOKED_AT: Final = 256 * 1024
_FEW: Final = 20
"""Elements of an array that are looked at: the first may be damaged."""


class Recognised(msgspec.Struct, frozen=True):
    """Whose export a file is, and how it is laid out."""

    program: Program
    shape: Shape


def recognise(chunks: Iterator[bytes]) -> Recognised | None:
    """Return what a file is, from its beginning; None for what holds no conversations."""
    head = _head(chunks)
    first = head.lstrip(b" \t\r\n\x00")[:1]
    if first == b"[":
        return _array(head)
    if first == b"{":
        return _object(head)
    return None


def _head(chunks: Iterator[bytes]) -> bytes:
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) >= _LOOKED_AT:
            break
    return bytes(head[:_LOOKED_AT])


def _array(head: bytes) -> Recognised | None:
    found = None
    for keys in _elements(head):
        program = _program_of(keys)
        if program == "sillytavern":
            return None  # its chats are lines, not arrays
        if program is not None:
            return Recognised(program, "array")
        if "prompt_template" in keys or ("docs" in keys and "uuid" in keys):
            found = Recognised("claude", "projects")
        elif "conversation_id" in keys and "title" in keys:
            found = found or Recognised("chatgpt", "array")
    return found


def _elements(head: bytes) -> Iterator[set[str]]:
    """Yield the keys of an array's first elements, the last of which may be cut off."""
    scanner = Scanner([head], opens=lambda path: path == ())
    for found in islice(scanner.values(), _FEW):
        if found.data[:1] == b"{":
            yield {key for key, _ in _fields(found.data)}


def _fields(data: bytes) -> Iterator[tuple[str, bytes]]:
    scanner = Scanner([data], opens=lambda path: path == () or path in {("state",), ("data",)})
    for found in scanner.values():
        if found.path:
            yield found.path[0], b""
        if found.key:
            yield found.key, found.data


def _program_of(keys: set[str]) -> Program | None:
    if "mapping" in keys:
        return "chatgpt"
    if "chat_messages" in keys:
        return "claude"
    if "conversationId" in keys and keys & {"messages", "messagesTree", "endpoint", "recursive"}:
        return "librechat"
    if "mes" in keys or "chat_metadata" in keys or {"user_name", "character_name"} <= keys:
        return "sillytavern"
    if "chat" in keys or "history" in keys:
        return "open-webui"
    return None


def _object(head: bytes) -> Recognised | None:
    own = _first_object(head)
    fields = dict(_fields(own))
    keys = set(fields)
    if fields.get("format") == b'"salon-archive"':
        return Recognised("salon", "lines" if "record" in keys else "object")
    if ("exportType" in keys and "state" in keys) or ({"mode", "data"} <= keys and "schemaHash" in keys):
        return Recognised("lobechat", "object")
    if {"sessions", "messages"} <= keys:
        return Recognised("lobechat", "object")
    program = _program_of(keys)
    if program is None:
        return None
    return Recognised(program, "lines" if program == "sillytavern" else "object")


def _first_object(head: bytes) -> bytes:
    """Return the first object of a text: all of it, or the first of its lines."""
    found = next(Scanner([head], opens=lambda _: False).values())
    return found.data or head


def decoded(found: Found, notes: Notes) -> Json:
    """Return an object. Raises: ReadError when it is none, or is not whole."""
    if found.problem is not None:
        raise ReadError(found.problem, place=found.place)
    value: Any = decode(found.data, found.depth, notes)
    if not isinstance(value, dict):
        raise ReadError("damaged", place=found.place, detail="it is no object")
    return mapping(value)


def opens_lists(*paths: Path) -> Callable[[Path], bool]:
    """Return which containers a scanner enters: the outermost, and those on the way to ``paths``."""
    entered = {path[:length] for path in paths for length in range(len(path) + 1)}

    def opens(path: Path) -> bool:
        return path in entered

    return opens
