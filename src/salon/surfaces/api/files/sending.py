"""Files as answers: whole or in part, known to be the same or not, and never shown in this address's name."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, cast

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from salon.surfaces.api.files.from_request import headers_of
from salon.surfaces.api.files.ranges import wanted_of

Read = Callable[[int, int], AsyncIterator[bytes]]
"""Gives the bytes from one place to before another."""
_HARMLESS: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


async def send_bytes(
    request: Request, read: Read, *, size_bytes: int, etag: str, media_type: str, disposition: str
) -> Response:
    """Answer with what is asked of ``size_bytes``. Raises: NotFound, StorageError before anything is sent."""
    wanted = wanted_of(headers_of(request), size_bytes=size_bytes, etag=etag)
    headers = {
        "etag": etag,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": disposition,
        "content-security-policy": _HARMLESS,
        "x-content-type-options": "nosniff",
    }
    if wanted.status == 304:
        return Response(status_code=304, headers=headers)
    if wanted.status == 416:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size_bytes}"})
    if wanted.status == 206:
        headers["content-range"] = f"bytes {wanted.start}-{wanted.end - 1}/{size_bytes}"
    headers |= {"content-length": str(wanted.end - wanted.start), "content-type": media_type}
    if request.method == "HEAD":
        return Response(status_code=wanted.status, headers=headers)
    content = read(wanted.start, wanted.end)
    first = await anext(content, b"")  # a store that has lost it is an error, not an answer that is cut
    return StreamingResponse(_chained(first, content), status_code=wanted.status, headers=headers)


async def _chained(first: bytes, content: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(cast("AsyncGenerator[bytes]", content)):
        yield first
        async for chunk in content:
            yield chunk
