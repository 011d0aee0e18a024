"""Pictures of others, brought through the house when a person asks for one.

A browser that fetched one itself would tell a stranger who reads, when and where, and an address that a model
made can carry out whatever stood in the conversation. Here nothing of the reader goes along: no cookie, no
referrer, no name of a browser. What comes back is drawn anew in a worker, whatever it says it is, and is not
kept.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from salon.foundation.egress import (
    EgressBroken,
    EgressPolicy,
    HttpClient,
    HttpRequest,
    HttpResponse,
    parse_url,
)
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import Overloaded
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.workers import Limits, Workers

MOST_BYTES: Final = 10 * 1024**2
"""Of one picture, as it comes."""
SIDE: Final = 2048
"""The longer side of what is shown, in pixels."""
POLICY: Final = EgressPolicy(name="foreign-pictures", allow_ports=frozenset({80, 443}))
"""Models write these addresses: the public web, and nothing that listens beside it."""
_FETCH_S: Final = 15.0
_MOST_REDIRECTS: Final = 3
_AT_ONCE: Final = 8
_OF_ONE_SPACE: Final = 3
_WAIT_S: Final = 15.0
_LIMITS: Final = Limits(wall_s=30, cpu_s=15, output_bytes=16 * 1024**2)
_HEADERS: Final = [(b"accept", b"image/*"), (b"user-agent", b"Salon")]


class ForeignPictures:
    """Fetches and redraws pictures of the web. One event loop."""

    def __init__(self, http: HttpClient, workers: Workers, *, policy: EgressPolicy = POLICY) -> None:
        """Go out under ``policy``, and draw in ``workers``."""
        self._http = http
        self._workers = workers
        self._policy = policy
        self._places = FairPlaces(_AT_ONCE, each=_OF_ONE_SPACE)

    async def fetch(self, caller: Caller, address: str) -> bytes:
        """Return the picture at ``address`` as a WebP that stands still.

        Raises: EgressRefused, EgressUnreachable, EgressTimeout, EgressBroken, WorkRefused, WorkLimit,
        WorkCrashed, Overloaded.
        """
        url, target = parse_url(address)
        request = HttpRequest(url=url, target=target.encode("ascii"), method=b"GET", headers=_HEADERS)
        async with self._place(caller.space_id):
            answer = await self._http.fetch(
                request,
                timeout_s=_FETCH_S,
                policy=self._policy,
                max_bytes=MOST_BYTES,
                max_redirects=_MOST_REDIRECTS,
            )
        return await self._drawn(_content(url.host, answer), caller)

    async def _drawn(self, content: bytes, caller: Caller) -> bytes:
        given = {"content": content, "size": SIDE, "format": "webp"}
        async with self._workers.start(
            "salon.foundation.reading.pictures:draw", given, limits=_LIMITS, owner=caller.space_id
        ) as job:
            return b"".join([piece async for piece in job])

    @asynccontextmanager
    async def _place(self, owner: str) -> AsyncGenerator[None]:
        """Wait for a turn. Raises: Overloaded."""
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._places.take(owner)
        except TimeoutError as error:
            raise Overloaded(retry_after_s=_WAIT_S) from error
        try:
            yield
        finally:
            self._places.give_back(owner)


def _content(host: str, answer: HttpResponse) -> bytes:
    """Return what an answer brought. Raises: EgressBroken where that is no picture for sure."""
    if answer.status != 200:
        raise EgressBroken(
            host=host, detail=f"it answered with status {answer.status}", sent_any_response=True
        )
    return answer.body
