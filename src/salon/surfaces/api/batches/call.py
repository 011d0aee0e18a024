"""One call of a batch endpoint, and what every one of them needs."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import orjson

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import new_id
from salon.gateway.exchange import Headers
from salon.surfaces.api.asgi_reply import AsgiReply
from salon.surfaces.api.asgi_request import Asked

_MOST_DIGITS: Final = 6
_WISH: Final = b"x-salon-batch"
_OWN: Final = b"own"
_PROVIDER: Final = b"provider"


class BatchCall(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks what, and where the answer goes."""

    caller: Caller
    asked: Asked
    parameters: Mapping[str, str]
    """What the address names."""
    reply: AsgiReply
    base: str
    """The address of this Salon, as the client reached it."""

    @property
    def stays_here(self) -> bool:
        """Tell whether a new batch is to be answered here, whatever it costs elsewhere.

        Raises: InvalidRequest.
        """
        wish = self.asked.headers.get(_WISH, _PROVIDER)
        if wish not in {_OWN, _PROVIDER}:
            raise InvalidRequest(field="x-salon-batch", problem="This must be own or provider.")
        return wish == _OWN

    def head(self, media_type: bytes, id_header: bytes) -> Headers:
        """Return the headers of an answer."""
        told = new_id("req").encode("ascii")
        return [
            (b"content-type", media_type),
            (b"cache-control", b"no-store"),
            (b"x-salon-request-id", told),
            (id_header, told),
        ]

    def send(self, value: Mapping[str, Any], *, id_header: bytes) -> None:
        """Answer with an object."""
        self.reply.send(200, self.head(b"application/json", id_header), orjson.dumps(value))


class Query:
    """The query of an address."""

    def __init__(self, raw: bytes) -> None:
        self._asked = parse_qs(raw.decode("latin-1"))

    def text(self, name: str) -> str | None:
        """Return the last value of a name, or None."""
        return self._asked[name][-1] if name in self._asked else None

    def limit(self, *, most: int, default: int = 20) -> int:
        """Return how many are asked for. Raises: InvalidRequest."""
        value = self.text("limit")
        if value is None:
            return default
        is_number = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
        if not is_number or not 1 <= int(value) <= most:
            raise InvalidRequest(field="limit", problem=f"This must be a number from 1 to {most}.")
        return int(value)
