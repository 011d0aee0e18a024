"""Bodies of management requests that are read as they come, and never held in memory."""

from collections.abc import AsyncIterator
from typing import cast

from fastapi import Request

from salon.foundation.kit.errors import ClientGone
from salon.surfaces.api.asgi_reply import Message
from salon.surfaces.api.asgi_request import Asked
from salon.surfaces.api.files.body import chunks_of


def asked_of(request: Request) -> Asked:
    """Return a request as those read it that stream; a client that leaves raises ClientGone."""

    async def receive() -> Message:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message

    return Asked(request.scope, receive, path=request.url.path, headers=headers_of(request))


def headers_of(request: Request) -> dict[bytes, bytes]:
    """Return the headers, as they were sent."""
    return cast("dict[bytes, bytes]", request.scope["salon.headers"])


def body_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises: ClientGone when the client leaves before its end."""
    return chunks_of(asked_of(request))


def length_of(request: Request) -> int:
    """Return how long the body says it is; 0 when nothing is said."""
    said = headers_of(request).get(b"content-length", b"")
    return int(said) if said.isdigit() and len(said) < 19 else 0
