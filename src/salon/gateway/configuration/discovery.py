"""Asks providers for their models: when somebody wants to know, never at the start.

An answer is kept an hour and asked for again in the background; a failure is kept a minute, so that a
provider that is down is not asked by every request. An ETag spares the body where one is given.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

import msgspec

from salon.foundation.egress import EgressError, HttpClient, HttpRequest, HttpResponse
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.configuration.listing import read_listing
from salon.gateway.configuration.model_cards import ask_cards
from salon.gateway.registry.configured import Configured
from salon.gateway.registry.links import locate
from salon.gateway.registry.models import Listing, ModelInfo
from salon.gateway.registry.registry import Registry
from salon.gateway.relay.attempt import translate

FRESH_MS: Final = 3600 * 1000
FAILED_MS: Final = 60 * 1000
_TIMEOUT_S: Final = 10.0
_MOST_PAGES: Final = 20
_MOST_BYTES: Final = 32 * 1024 * 1024
_logger = logging.getLogger(__name__)

Keep = Callable[[str, Listing], None]


class Discovery:
    """Keeps what providers listed."""

    def __init__(
        self, registry: Registry, http: HttpClient, clock: Clock, *, keep: Keep | None = None
    ) -> None:
        """``keep`` is told of each new answer, to store it."""
        self._registry = registry
        self._http = http
        self._clock = clock
        self._keep = keep
        self._supervisor = TaskSupervisor("discovery")
        self._under_way: dict[asyncio.Task[Listing], Configured] = {}

    async def close(self) -> None:
        """Ask nobody any more."""
        await self._supervisor.close()

    def is_due(self, configured: Configured) -> bool:
        """Tell whether the provider's list is missing or old."""
        if not configured.usable or configured.kind.listing == "fixed":
            return False
        listing = self._registry.listing(configured.spec.name)
        if listing is None:
            return True
        age_ms = self._clock.now_ms() - listing.fetched_at_ms
        return age_ms > (FAILED_MS if listing.error else FRESH_MS)

    def refresh_in_background(self) -> None:
        """Ask again where an answer is old; returns at once."""
        for configured in self._registry.configured():
            if self.is_due(configured):
                self._ask(configured)

    async def refresh(self, names: Iterable[str] | None = None, *, force: bool = False) -> None:
        """Ask the named providers (or all) whose answers are due, or all of them with ``force``."""
        wanted = set(names) if names is not None else None
        tasks = [
            self._ask(configured)
            for configured in self._registry.configured()
            if (wanted is None or configured.spec.name in wanted)
            and configured.usable
            and configured.kind.listing != "fixed"
            and (force or self.is_due(configured))
        ]
        if tasks:
            await asyncio.wait(tasks, timeout=_TIMEOUT_S + 1)

    async def ask(self, configured: Configured) -> Listing:
        """Ask one provider now, however new its answer is, and return what is known after that."""
        return await asyncio.shield(self._ask(configured))

    def _ask(self, configured: Configured) -> asyncio.Task[Listing]:
        """Return the question that is under way; one for a provider that has changed since is another."""
        name = configured.spec.name
        for task, asked in self._under_way.items():
            if asked.spec.name == name and asked.lists_as(configured):
                return task
        task = self._supervisor.spawn(self._fetch(configured), name="discover")
        self._under_way[task] = configured
        task.add_done_callback(self._under_way.pop)
        return task

    async def _fetch(self, configured: Configured) -> Listing:
        name = configured.spec.name
        known = self._registry.listing(name) or Listing()
        now_ms = self._clock.now_ms()
        try:
            listing = await self._pages(configured, known)
        except SalonError as error:
            listing = msgspec.structs.replace(known, fetched_at_ms=now_ms, error=error.message)
        now = self._registry.provider(name)
        if now is not None and now.lists_as(configured):
            self._registry.set_listing(name, listing)
            if self._keep is not None and listing.error is None:
                self._keep(name, listing)
        return listing

    async def _pages(self, configured: Configured, known: Listing) -> Listing:
        models: list[ModelInfo] = []
        after: str | None = None
        etag: str | None = None
        for page in range(_MOST_PAGES):
            response = await fetch_page(
                self._http, configured, after=after, etag=known.etag if not page else None
            )
            if response.status == 304:
                return msgspec.structs.replace(known, fetched_at_ms=self._clock.now_ms(), error=None)
            # A list of 600 models takes 15 ms to read: too long for the loop.
            listed, after = await asyncio.to_thread(
                read_listing, configured.kind.listing, response.body, provider=configured.spec.name
            )
            models += listed
            found = response.header(b"etag")
            etag = found.decode("latin-1") if found is not None and page == 0 else None
            if after is None:
                break
        if configured.kind.model_card:
            listed_names = {model.id for model in models}
            declared = [name for name in configured.spec.models if name not in listed_names]
            models += await ask_cards(self._http, configured, declared)
        unique = {model.id: model for model in models}
        return Listing(models=tuple(unique.values()), etag=etag, fetched_at_ms=self._clock.now_ms())


async def fetch_page(
    http: HttpClient, configured: Configured, *, after: str | None = None, etag: str | None = None
) -> HttpResponse:
    """Return one page of a provider's list. Raises: UpstreamError when it is not to be had."""
    link, kind = configured.link, configured.kind
    assert link is not None
    path = kind.models_path
    if kind.listing == "anthropic":
        path += "?limit=1000" + (f"&after_id={after}" if after else "")
    elif kind.listing == "gemini":
        path += "?pageSize=1000" + (f"&pageToken={quote(after, safe='')}" if after else "")
    elif kind.listing == "vertex":
        path += "?pageSize=100" + (f"&pageToken={quote(after, safe='')}" if after else "")
    elif kind.listing == "cohere":
        path += "?page_size=1000" + (f"&page_token={quote(after, safe='')}" if after else "")
    url, target = locate(kind, configured.spec, path)
    endpoint = link.endpoints[link.default]
    headers = [header for header in endpoint.headers if header[0] != b"content-type"]
    if etag:
        headers.append((b"if-none-match", etag.encode("latin-1")))
    request = HttpRequest(url=url, target=target, method=b"GET", headers=headers)
    try:
        if link.authorizer is not None:
            request = await link.authorizer.wait(request, timeout_s=_TIMEOUT_S)
        response = await http.fetch(request, timeout_s=_TIMEOUT_S, policy=link.policy, max_bytes=_MOST_BYTES)
    except EgressError as error:
        raise translate(error, link.name) from error
    if response.status == 304 or 200 <= response.status < 300:
        return response
    raise endpoint.dialect.decode_error(response.status, {}, response.body, provider=link.name)
