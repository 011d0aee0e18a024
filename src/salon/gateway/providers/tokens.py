"""Tokens that are fetched, kept while they are good, and fetched again before they end.

The first request waits for its token; while one is good, requests take it without waiting, and what is
about to end is renewed behind them. However many requests wait, one fetch is under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Final
from urllib.parse import urlencode

import msgspec

from salon.foundation.egress import EgressTimeout, Headers, HttpReceiver, HttpRequest, parse_url
from salon.foundation.kit.errors import (
    SalonError,
    ShuttingDown,
    UpstreamAuth,
    UpstreamBroken,
    UpstreamServerError,
)
from salon.gateway.providers.authorize import Access, with_headers

RENEW_BEFORE_S: Final = 300.0
"""A token is renewed this long before its end; providers hand out the same one until about then."""
_AGAIN_S: Final = 10.0
"""A renewal that failed is not tried more often."""
_LAST_S: Final = 10.0
"""A token this near its end is not used any more."""
_logger = logging.getLogger(__name__)
_FETCH_S: Final = 10.0
_MOST_BYTES: Final = 256 * 1024
_UNAUTHORIZED: Final = 401
_SHORT: Final = 11
"""Words of a form up to this length are no secret, and may be part of a sentence."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token and how long it lives."""

    value: str
    lifetime_s: float


class TokenSource:
    """Keeps one token good."""

    def __init__(self, access: Access, fetch: Callable[[], Awaitable[Token]]) -> None:
        self._access = access
        self._fetch = fetch
        self._token: Token | None = None
        self._ends_s = 0.0
        self._renew_s = 0.0
        self._fetching: asyncio.Task[Token | SalonError] | None = None

    def now(self) -> str | None:
        """Return a token that is good now, or None; has one that ends soon renewed."""
        now_s = self._access.clock.monotonic_s()
        token = self._token
        if token is None or now_s >= self._ends_s - _LAST_S:
            return None
        if now_s >= self._renew_s and self._fetching is None and not self._access.supervisor.closed:
            self._renew_s = now_s + _AGAIN_S
            self._start()
        return token.value

    async def wait(self, *, timeout_s: float) -> str:
        """Return a token that is good, fetched if need be. Raises: EgressError, UpstreamError."""
        token = self.now()
        if token is not None:
            return token
        if self._access.supervisor.closed:
            raise ShuttingDown(retry_after_s=1)
        task = self._fetching or self._start()
        done, _ = await asyncio.wait([task], timeout=timeout_s)
        if not done:
            raise EgressTimeout(host="the address that gives tokens", phase="connect", limit_s=timeout_s)
        found = task.result()
        if isinstance(found, SalonError):
            raise found
        return found.value

    def forget(self, value: str) -> None:
        """Use that token no more: it was refused, whatever its time says."""
        if self._token is not None and self._token.value == value:
            self._ends_s = 0.0

    @property
    def value(self) -> str | None:
        """The last token, good or not."""
        return self._token.value if self._token is not None else None

    def _start(self) -> asyncio.Task[Token | SalonError]:
        task = self._fetching = self._access.supervisor.spawn(self._renew(), name="token")
        task.add_done_callback(self._fetched)
        return task

    async def _renew(self) -> Token | SalonError:
        started_s = self._access.clock.monotonic_s()
        try:
            token = await self._fetch()
        except SalonError as error:
            # Whoever waits is told; where nobody does, the old token goes on as long as it is good.
            _logger.warning("no token for the provider %s: %s", self._access.provider, error.message)
            return error
        self._token = token
        self._ends_s = started_s + token.lifetime_s
        self._renew_s = self._ends_s - min(RENEW_BEFORE_S, token.lifetime_s / 2)
        return token

    def _fetched(self, _: object) -> None:
        self._fetching = None


class _Watched:
    """Stands before a receiver and hears whether a token was refused."""

    __slots__ = ("_on_head", "_refused", "on_data", "on_end", "on_error")

    def __init__(self, receiver: HttpReceiver, refused: Callable[[], None]) -> None:
        self._on_head = receiver.on_head
        self._refused = refused
        self.on_data = receiver.on_data
        self.on_end = receiver.on_end
        self.on_error = receiver.on_error

    def on_head(self, status: int, headers: Headers) -> None:
        """Look at the status and pass on."""
        if status == _UNAUTHORIZED:
            self._refused()
        self._on_head(status, headers)


class BearerAuthorizer:
    """Puts a fetched token into ``Authorization``."""

    def __init__(self, access: Access, fetch: Callable[[], Awaitable[Token]]) -> None:
        self._source = TokenSource(access, fetch)

    def now(self, request: HttpRequest) -> HttpRequest | None:
        """Return ``request`` with a token, or None when it must be fetched first."""
        token = self._source.now()
        return None if token is None else _bearing(request, token)

    async def wait(self, request: HttpRequest, *, timeout_s: float) -> HttpRequest:
        """Return ``request`` with a token. Raises: EgressError, UpstreamError."""
        return _bearing(request, await self._source.wait(timeout_s=timeout_s))

    def unpack(self, request: HttpRequest, receiver: HttpReceiver) -> HttpReceiver:
        """Return what hears the answer, and that a token was refused before its time."""
        token = self._source.value
        return receiver if token is None else _Watched(receiver, partial(self._source.forget, token))

    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        value = self._source.value
        return () if value is None else (value,)


def _bearing(request: HttpRequest, token: str) -> HttpRequest:
    return with_headers(request, (b"authorization", b"Bearer " + token.encode("ascii")))


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _Denied(msgspec.Struct):
    error: str = ""
    error_description: str = ""


async def ask_for_token(access: Access, address: str, form: Mapping[str, str]) -> Token:
    """Ask an OAuth 2.0 address for a token. Raises: EgressError, UpstreamError without the credential."""
    url, target = parse_url(address)
    request = HttpRequest(
        url=url,
        target=target.encode("ascii"),
        headers=[(b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"application/json")],
        body=urlencode(form).encode("ascii"),
    )
    response = await access.http.fetch(
        request, timeout_s=_FETCH_S, policy=access.policy, max_bytes=_MOST_BYTES
    )
    if response.status != 200:
        raise _refusal(access, response.status, response.body, hidden=form.values())
    try:
        granted = msgspec.json.decode(response.body, type=_Granted)
        granted.access_token.encode("ascii")
    except (msgspec.DecodeError, UnicodeError) as error:
        detail = f"{url.host} sent no token that can be read"
        raise UpstreamBroken(provider=access.provider, detail=detail) from error
    return Token(value=granted.access_token, lifetime_s=granted.expires_in)


def _refusal(access: Access, status: int, body: bytes, *, hidden: Iterable[str]) -> SalonError:
    """Return why there is no token, in the words of who refused it."""
    if status >= 500 or status == 429:
        return UpstreamServerError(
            provider=access.provider,
            upstream_status=status,
            with_status=f" with status {status}",
            detail="The address that gives tokens failed.",
        )
    try:
        told = msgspec.json.decode(body, type=_Denied)
    except (msgspec.DecodeError, UnicodeError):
        told = _Denied()
    words = (told.error_description or told.error).splitlines()
    error = UpstreamAuth(provider=access.provider, upstream_status=status)
    said = words[0][:300] if words else ""
    for value in hidden:
        said = said.replace(value, "***") if len(value) > _SHORT else said
    error.upstream_message = said or None
    return error
