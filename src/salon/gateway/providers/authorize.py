"""Proof that a request is ours, where a header that never changes is not enough: tokens and signatures.

A kind that needs it declares ``make_authorizer``. Its requests then go through ``AuthorizedTransport``;
the requests of all other kinds know nothing of it.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import msgspec

from salon.foundation.egress import (
    EgressPolicy,
    EgressTimeout,
    HttpClient,
    HttpReceiver,
    HttpRequest,
    HttpStream,
    WebSocket,
)
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.tasks import TaskSupervisor


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorizer is made from."""

    provider: str
    """The provider's name, for errors."""
    secret: str
    options: Mapping[str, str]
    http: HttpClient
    policy: EgressPolicy
    """Where tokens may be asked for."""
    clock: Clock
    supervisor: TaskSupervisor
    """Owns what is fetched ahead of need."""


class Authorizer(Protocol):
    """Proves requests."""

    def now(self, request: HttpRequest) -> HttpRequest | None:
        """Return ``request`` with its proof, or None when the proof must be fetched first."""
        ...

    async def wait(self, request: HttpRequest, *, timeout_s: float) -> HttpRequest:
        """Return ``request`` with its proof. Raises: EgressError, UpstreamError."""
        ...

    def unpack(self, request: HttpRequest, receiver: HttpReceiver) -> HttpReceiver:
        """Return what hears the answer: ``receiver``, or something that unpacks it on the way."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown, besides the credential itself."""
        ...


class AuthorizedTransport:
    """The HTTP client behind an authorizer: what is sent through it is proven first."""

    def __init__(self, http: HttpClient, authorizer: Authorizer) -> None:
        self.authorizer = authorizer
        self._http = http

    def open_now(
        self, request: HttpRequest, receiver: HttpReceiver, *, policy: EgressPolicy
    ) -> HttpStream | None:
        """Like ``HttpClient.open_now``; None as well when the proof must be fetched first."""
        proven = self.authorizer.now(request)
        if proven is None:
            return None
        return self._http.open_now(proven, self.authorizer.unpack(request, receiver), policy=policy)

    async def open(
        self, request: HttpRequest, receiver: HttpReceiver, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> HttpStream:
        """Like ``HttpClient.open``; the fetched proof counts into ``connect_timeout_s``."""
        proven, left_s = await self._proven(request, connect_timeout_s)
        unpacked = self.authorizer.unpack(request, receiver)
        return await self._http.open(proven, unpacked, connect_timeout_s=left_s, policy=policy)

    async def open_websocket(
        self,
        request: HttpRequest,
        *,
        connect_timeout_s: float,
        policy: EgressPolicy,
        max_message_bytes: int,
    ) -> WebSocket:
        """Like ``HttpClient.open_websocket``; the fetched proof counts into ``connect_timeout_s``."""
        proven, left_s = await self._proven(request, connect_timeout_s)
        return await self._http.open_websocket(
            proven, connect_timeout_s=left_s, policy=policy, max_message_bytes=max_message_bytes
        )

    async def _proven(self, request: HttpRequest, timeout_s: float) -> tuple[HttpRequest, float]:
        """Return ``request`` with its proof, and how much of the time is left. Raises: EgressTimeout."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        proven = self.authorizer.now(request)
        if proven is None:
            proven = await self.authorizer.wait(request, timeout_s=timeout_s)
        left_s = end_s - loop.time()
        if left_s <= 0:
            raise EgressTimeout(host=request.url.host, phase="connect", limit_s=timeout_s)
        return proven, left_s


def with_headers(request: HttpRequest, *headers: tuple[bytes, bytes]) -> HttpRequest:
    """Return ``request`` with more headers."""
    return msgspec.structs.replace(request, headers=[*request.headers, *headers], prefix=b"")
