"""Idempotency keys: one key, one charge at the provider, whatever the caller's connection does.

The first request claims its key in the database before anything is sent. A second one with the same body
waits for it (same process) or is told that it is under way (another process); afterwards it gets the first
answer again, for a day. A failure before anything was charged gives the key back.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Storage, Transaction
from salon.gateway.answers import store
from salon.gateway.answers.recorded import Recorded

_LONGEST_KEY: Final = 255
_MOST_BYTES: Final = 8 * 1024 * 1024
_CLEAN_EVERY_S: Final = 600.0
_CLEAN: Final = "gateway: remove answers of any space whose day is over"


class Claim:
    """A key that this request has claimed; ends with ``keep`` or ``release``."""

    __slots__ = ("_ended", "_keys", "done", "fingerprint", "key_hash", "scope")

    def __init__(self, keys: "IdempotencyKeys", scope: SpaceScope, key_hash: str, fingerprint: str) -> None:
        self._keys = keys
        self.scope = scope
        self.key_hash = key_hash
        self.fingerprint = fingerprint
        self.done: asyncio.Future[Recorded | None] = asyncio.get_running_loop().create_future()
        self._ended = False

    def keep(self, answer: Recorded) -> None:
        """Keep the answer; whoever waits gets it."""
        if not self._ended:
            self._ended = True
            self._keys.keep(self, answer)

    def keeping(self, answer: Recorded) -> Callable[[Transaction], None]:
        """Return what keeps the answer in a transaction of the caller's; ``keep`` it then as well."""
        return self._keys.keeping(self, answer)

    def release(self) -> None:
        """Give the key back: nothing was charged, the next request with it is tried."""
        if not self._ended:
            self._ended = True
            self._keys.release(self)


class IdempotencyKeys:
    """The claims of this process, over the database."""

    def __init__(self, storage: Storage, clock: Clock, *, ttl_s: int, lease_s: float) -> None:
        """Keep answers for ``ttl_s``; a claim whose process died is free again after ``lease_s``."""
        self._storage = storage
        self._clock = clock
        self._ttl_s = ttl_s
        self._lease_s = lease_s
        self._claims: dict[tuple[SpaceId, str], Claim] = {}
        self._cleaned_s = clock.monotonic_s()

    async def claim(
        self, caller: Caller, key: bytes, content: bytes, *, timeout_s: float
    ) -> Claim | Recorded:
        """Return a claim on ``key``, or the answer its first request got.

        A key belongs to the API key or person that sent it: others of the space neither get its answer nor
        learn that it was used.
        ``content`` is everything that must be the same. Raises: Conflict when it is not, or when the first
        request is still under way after ``timeout_s``; InvalidRequest.
        """
        if not 0 < len(key) <= _LONGEST_KEY:
            raise InvalidRequest(field="Idempotency-Key", problem="It must have 1 to 255 characters.")
        owner = caller.key_id or caller.person_id or ""
        key_hash = hashlib.sha256(b"\0".join((owner.encode(), key))).hexdigest()
        fingerprint = hashlib.sha256(content).hexdigest()
        place = (caller.space_id, key_hash)
        try:
            async with asyncio.timeout(timeout_s):
                while (known := self._claims.get(place)) is not None:
                    _check_same(known.fingerprint, fingerprint)
                    answer = await asyncio.shield(known.done)
                    if answer is not None:
                        return answer
        except TimeoutError as error:
            raise _under_way() from error
        claim = self._claims[place] = Claim(self, SpaceScope(caller.space_id), key_hash, fingerprint)
        try:
            return await self._claim_stored(claim)
        except BaseException:
            self._forget(claim, None)
            raise

    def keep(self, claim: Claim, answer: Recorded) -> None:
        """Store the answer of a claim. ``Claim.keep`` calls this."""
        if answer.size_bytes > _MOST_BYTES:
            answer = _too_large()
        claim.done.set_result(answer)
        self._forget_after(self._storage.submit(self.keeping(claim, answer)), claim, answer)

    def keeping(self, claim: Claim, answer: Recorded) -> Callable[[Transaction], None]:
        """Return what stores the answer of a claim. ``Claim.keeping`` calls this."""
        kept = answer if answer.size_bytes <= _MOST_BYTES else _too_large()
        until_ms = self._clock.now_ms() + self._ttl_s * 1000
        return lambda tx: store.finish(tx, claim.scope, claim.key_hash, answer=kept, until_ms=until_ms)

    def release(self, claim: Claim) -> None:
        """Give a key back. ``Claim.release`` calls this."""
        written = self._storage.submit(lambda tx: store.release(tx, claim.scope, claim.key_hash))
        self._forget_after(written, claim, None)

    def _forget_after(self, written: Future[None], claim: Claim, answer: Recorded | None) -> None:
        """Let the database answer for the key once it can."""
        loop = asyncio.get_running_loop()

        def done(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended; nobody asks any more
                loop.call_soon_threadsafe(self._forget, claim, answer)

        written.add_done_callback(done)

    async def _claim_stored(self, claim: Claim) -> Claim | Recorded:
        now_ms = self._clock.now_ms()
        until_ms = now_ms + round(self._lease_s * 1000)
        found = await self._storage.write(
            lambda tx: store.claim(
                tx,
                claim.scope,
                claim.key_hash,
                fingerprint=claim.fingerprint,
                now_ms=now_ms,
                until_ms=until_ms,
            )
        )
        self._clean()
        if found is None:
            return claim
        self._forget(claim, found.answer)
        _check_same(found.fingerprint, claim.fingerprint)
        if found.answer is None:
            raise _under_way()
        return found.answer

    def _forget(self, claim: Claim, answer: Recorded | None) -> None:
        self._claims.pop((claim.scope.space_id, claim.key_hash), None)
        if not claim.done.done():
            claim.done.set_result(answer)

    def _clean(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._cleaned_s > _CLEAN_EVERY_S:
            self._cleaned_s = now_s
            now_ms = self._clock.now_ms()
            self._storage.submit(lambda tx: store.delete_expired(tx, SystemScope(_CLEAN), now_ms=now_ms))


def _check_same(known: str, ours: str) -> None:
    if known != ours:
        raise Conflict(problem="This Idempotency-Key was used with another request. Use a new key.")


def _under_way() -> Conflict:
    return Conflict(
        problem="The first request with this Idempotency-Key is still under way. Ask again later."
    )


def _too_large() -> Recorded:
    body = (
        b'{"error":{"message":"The first answer under this key was too large to be kept.","type":"conflict"}}'
    )
    return Recorded(status=409, is_stream=False, body=body, error_code="conflict")
