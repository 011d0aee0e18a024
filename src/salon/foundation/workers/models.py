"""What a piece of work may take, and how it answers."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

Send = Callable[[Any], None]
"""Given to the function: sends a message to whoever waits, and blocks while that one is behind."""

GIB: Final = 1024**3


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one piece of work may take. Where the system has no such limit (Windows), only times hold."""

    wall_s: float = 60.0
    """Seconds from its start to its end, waiting for its messages to be taken included."""
    cpu_s: int = 30
    """Seconds of computing, all threads together."""
    memory_bytes: int = 1 * GIB
    """Address space; a bare interpreter takes some 100 MB of it."""
    output_bytes: int = 64 * 1024**2
    """All messages and the answer together."""
    message_bytes: int = 32 * 1024**2
    """One message, or the answer."""
    written_bytes: int = 0
    """The largest file it may write; 0 for none."""


class Refusal(Exception):
    """Raised by a function for what it will not take: the reason, in words for people."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is told to do."""

    function: str
    """``package.module:name``; below ``salon``."""
    arguments: dict[str, Any]
    limits: Limits


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag="sent"):
    """A message on the way."""

    value: Any


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The function returned."""

    value: Any


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The function raised."""

    kind: str
    """``refused``, ``memory`` or ``crashed``."""
    detail: str


Report = Sent | Done | Failed
"""One frame of the process's output: four bytes of length, then MessagePack."""
