"""What every file endpoint needs: whole JSON answers, contents sent as they are read, numbers in queries."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import parse_qs, quote

import orjson

from salon.foundation.files import FileReference
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.exchange import Headers
from salon.surfaces.api.asgi_reply import AsgiReply
from salon.surfaces.api.files.call import FileCall

_JSON: Final[Headers] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_HARMLESS: Final = b"sandbox; default-src 'none'"
MOST_NUMBER_DIGITS: Final = 12


def send_json(reply: AsgiReply, value: Mapping[str, Any], *, headers: Headers | None = None) -> None:
    """Answer with an object."""
    reply.send(200, [*_JSON, *(headers or [])], orjson.dumps(value))


async def send_content(call: FileCall, file: FileReference, content: AsyncIterator[bytes]) -> None:
    """Answer with a file's bytes, as fast as the client takes them.

    A browser is told to keep it and not to show it: a person's file must not run in this address's name.
    Raises: ClientCut when nobody reads on.
    """
    reply = call.reply
    first = await anext(content, b"")  # a store that has lost it is an error, not an answer that is cut
    headers: Headers = [
        (b"content-type", file.media_type.encode("latin-1", "replace")),
        (b"content-disposition", b"attachment; filename*=UTF-8''" + quote(file.name, safe="").encode()),
        (b"content-security-policy", _HARMLESS),
        (b"cache-control", b"no-store"),
    ]
    reply.start(200, headers, content_length=file.size_bytes)
    reply.write(first)
    async with contextlib.aclosing(cast("AsyncGenerator[bytes]", content)):
        async for chunk in content:
            await reply.flush(call.send)
            reply.write(chunk)
    reply.finish()


class Query:
    """The query of an address."""

    def __init__(self, raw: bytes) -> None:
        self._asked = parse_qs(raw.decode("latin-1"))

    def text(self, *names: str) -> str | None:
        """Return the last value of the first of ``names`` that was sent."""
        return next((self._asked[name][-1] for name in names if name in self._asked), None)

    def texts(self, *names: str) -> list[str]:
        """Return all values of ``names``."""
        return [value for name in names for value in self._asked.get(name, ())]

    def number(self, name: str, *, default: int, most: int) -> int:
        """Return a number from 1 to ``most``. Raises: InvalidRequest."""
        value = self.text(name)
        return default if value is None else whole(value, name, least=1, most=most)


def whole(value: str, field: str, *, least: int, most: int) -> int:
    """Read a whole number. Raises: InvalidRequest."""
    is_number = value.isascii() and value.isdecimal() and len(value) <= MOST_NUMBER_DIGITS
    if not is_number or not least <= int(value) <= most:
        raise InvalidRequest(field=field, problem=f"This must be a whole number from {least} to {most}.")
    return int(value)


def rfc3339(time_ms: int) -> str:
    """Return a time as Anthropic and Google write it."""
    return (
        datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
