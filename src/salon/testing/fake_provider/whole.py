"""What the fake provider's operations other than chat share.

A dialect of chat is a module; those of other operations are objects with the same parts, one for each
address, whose answers are never streamed.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import orjson

from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame


class Wanted(msgspec.Struct, kw_only=True):
    """What a request wants; each operation adds its own."""

    texts: list[str]
    """Its texts; any of them may hold a plan."""


class WholeDialect(msgspec.Struct, kw_only=True):
    """One way to ask for one operation; the parts that a module of chat has."""

    name: str
    PATH_END: str | tuple[str, ...]
    of: Any
    """The module of the same maker's chat: its errors."""
    wanted: Callable[[JsonObject], Any]
    write: Callable[[Any, Answer], Any]
    STREAM_TYPE: bytes = b"application/json"
    PING: bytes | None = None
    count_header: bytes = b""
    """Where the tokens of a request are told, for a maker that tells them outside of the answer."""

    def error_value(self, status: int, message: str) -> Any:
        """Return an error in the maker's words."""
        return self.of.error_value(status, message)

    def stream_error(self) -> Any:
        """Return the maker's error inside a stream; there is no stream here."""
        return self.of.stream_error()

    def read(self, body: JsonObject) -> Asked:
        """Read a request."""
        wanted = self.wanted(body)
        text = "\n".join(wanted.texts)
        return Asked(model=str(body.get("model", "")), text=text, last_user_text=text, wanted=wanted)

    def headers(self, answer: Answer) -> list[tuple[bytes, bytes]]:
        """Return what an answer's head tells."""
        return [(self.count_header, b"%d" % answer.input_tokens)] if self.count_header else []

    def body(self, answer: Answer) -> bytes:
        """Write a finished answer."""
        return orjson.dumps(self.write(answer.wanted, answer))

    def frames(self, answer: Answer, asked: Asked) -> list[Frame]:
        """Return nothing: there is no stream."""
        del answer, asked
        return []
