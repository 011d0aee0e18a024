"""The exact-match cache: complete good answers, for requests that ask for it.

The key names the space, the dialect, the model with its targets, and every field of the request, so an
answer never crosses a space and a changed alias never gives an old model's words.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from hashlib import blake2b
from typing import Any, Final, Protocol

import msgspec

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.redis import redis_failures
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.answers.recorded import Recorded
from salon.gateway.protocols.base import DialectName, Envelope
from salon.gateway.registry.plan import Plan

_MOST_OF_CACHE: Final = 8
"""An answer over an eighth of the cache is not kept: it would push out too many others."""
_HEADERS: Final = (b"anthropic-version", b"anthropic-beta")
_logger = logging.getLogger(__name__)


def cache_key(
    space_id: str,
    dialect: DialectName,
    plan: Plan,
    envelope: Envelope,
    headers: Mapping[bytes, bytes],
    *,
    variant: str = "",
) -> bytes:
    """Return the name under which the answer to exactly this request is kept.

    ``variant`` is that of a split which the caller got: nobody is given the words of another one.
    """
    digest = blake2b(digest_size=24)
    digest.update(f"{space_id}\0{dialect}\0{envelope.model}\0{plan.route_tag}\0{variant}\0".encode())
    fields = envelope.fields
    if envelope.content() is not envelope.body:
        digest.update(envelope.content())
    for name in sorted(fields):
        digest.update(name.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
        digest.update(fields[name])
        digest.update(b"\0")
    for header in _HEADERS:
        digest.update(headers.get(header, b"") + b"\0")
    return digest.digest()


class SharedAnswers(Protocol):
    """A cache that several processes share."""

    async def get(self, key: bytes) -> Recorded | None:
        """Return the answer kept under ``key``. Never raises: what cannot be reached is not there."""
        ...

    def put(self, key: bytes, answer: Recorded, *, ttl_s: int) -> Coroutine[Any, Any, None]:
        """Keep an answer. Never raises."""
        ...


class AnswerCache:
    """Least recently used answers in this process, over a shared cache if there is one."""

    def __init__(
        self, clock: Clock, *, max_bytes: int, ttl_s: int, shared: SharedAnswers | None = None
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._ttl_s = ttl_s
        self._shared = shared
        self._supervisor = TaskSupervisor("answer cache")
        self._kept: OrderedDict[bytes, tuple[float, Recorded]] = OrderedDict()
        self.size_bytes = 0

    @property
    def is_shared(self) -> bool:
        """Tell whether other processes may know an answer that is not found here."""
        return self._shared is not None

    def find(self, key: bytes) -> Recorded | None:
        """Return the answer this process keeps under ``key``."""
        entry = self._kept.get(key)
        if entry is not None:
            if entry[0] > self._clock.monotonic_s():
                self._kept.move_to_end(key)
                return entry[1]
            self._drop(key)
        return None

    async def fetch(self, key: bytes) -> Recorded | None:
        """Return the answer another process keeps under ``key``; ask ``find`` first."""
        if self._shared is None:
            return None
        found = await self._shared.get(key)
        if found is not None:
            self._keep(key, found)
        return found

    def put(self, key: bytes, answer: Recorded) -> bool:
        """Keep a complete good answer; return whether it was kept."""
        if answer.size_bytes * _MOST_OF_CACHE > self._max_bytes:
            return False
        self._keep(key, answer)
        if self._shared is not None:
            self._supervisor.spawn(self._shared.put(key, answer, ttl_s=self._ttl_s), name="share-answer")
        return True

    async def close(self) -> None:
        """Stop sharing."""
        await self._supervisor.close()

    def _keep(self, key: bytes, answer: Recorded) -> None:
        if key in self._kept:
            self._drop(key)
        self._kept[key] = (self._clock.monotonic_s() + self._ttl_s, answer)
        self.size_bytes += answer.size_bytes
        while self.size_bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        _, answer = self._kept.pop(key)
        self.size_bytes -= answer.size_bytes


class RedisAnswers:
    """The shared cache in Redis. An outage makes every look-up a miss."""

    def __init__(self, client: Any, *, timeout_s: float = 0.1) -> None:
        """Take an asyncio Redis client."""
        self._client = client
        self._failures = redis_failures()
        self._timeout_s = timeout_s

    async def get(self, key: bytes) -> Recorded | None:
        """Return the answer kept under ``key``."""
        try:
            async with asyncio.timeout(self._timeout_s):
                body: bytes | None = await self._client.get(_name(key))
            return None if body is None else msgspec.msgpack.decode(body, type=Recorded)
        except (msgspec.DecodeError, *self._failures) as error:
            _logger.debug("the shared cache did not answer: %s", type(error).__name__)
            return None

    async def put(self, key: bytes, answer: Recorded, *, ttl_s: int) -> None:
        """Keep an answer."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._client.set(_name(key), msgspec.msgpack.encode(answer), ex=ttl_s)
        except self._failures as error:
            _logger.debug("the shared cache did not take an answer: %s", type(error).__name__)


def _name(key: bytes) -> str:
    return f"salon:answer:{key.hex()}"
