"""Writes payloads, behind the answers: a bounded queue, one thread that takes secrets out, one write a batch.

The gateway asks one attribute per request whether anything is on at all. What does not fit into the queue
is dropped and counted; nobody waits for it.
"""

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, cast

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.patterns import Pattern
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage
from salon.gateway.exchange import Reply
from salon.gateway.payloads import store
from salon.gateway.payloads.capture import Captured, WatchedReply
from salon.gateway.payloads.models import Payload, PayloadRule
from salon.gateway.payloads.redaction import Redaction
from salon.gateway.relay.job import Job
from salon.gateway.vault.sealing import Sealer

WRITE: Final = "payload log: write what was kept in any space"
_BATCH: Final = 32
_DAY_MS: Final = 86_400_000
_logger = logging.getLogger(__name__)


class PayloadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How much the log may take."""

    max_bytes: int = 256 * 1024**2
    """Of all payloads together; the oldest go first."""
    max_row_bytes: int = 1024**2
    """Of one body; what is longer is cut."""
    max_waiting_bytes: int = 64 * 1024**2
    """In memory, not written yet."""
    encrypt: bool = True


class PayloadLog:
    """What is turned on, and the queue of what is to be written. One event loop."""

    def __init__(self, storage: Storage, sealer: Sealer, clock: Clock, options: PayloadOptions) -> None:
        self._storage = storage
        self._sealer = sealer
        self._clock = clock
        self.options = options
        self._rules: dict[str, list[PayloadRule]] = {}
        self._patterns: dict[str, Pattern] = {}
        self._waiting: deque[Captured] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks = TaskSupervisor("payloads")
        self._draw = random.Random()  # noqa: S311 - which requests are kept is no secret
        self.dropped = 0
        """Payloads that did not fit into the queue, or that the database did not take."""
        self.on_switch: Callable[[bool], None] = _ignore
        """Hears whether anything is turned on."""

    def start(self) -> None:
        """Begin to write."""
        self._tasks.spawn(self._write_forever(), name="payload-writer")

    async def close(self, timeout_s: float = 5.0) -> None:
        """Write what waits, for a moment, and end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        await self._tasks.close(timeout_s)

    async def flush(self) -> None:
        """Wait until all that ended before is written or dropped."""
        await self._idle.wait()

    def set_rules(self, rules: Iterable[tuple[str, PayloadRule]]) -> None:
        """Take the rules that are in force, each with its space."""
        by_space: dict[str, list[PayloadRule]] = {}
        patterns: dict[str, Pattern] = {}
        for space_id, rule in rules:
            by_space.setdefault(space_id, []).append(rule)
            for text in rule.patterns:
                patterns[text] = self._patterns.get(text) or Pattern(text)
        self._rules, self._patterns = by_space, patterns
        self.on_switch(bool(by_space))

    # -- on the way of a request --------------------------------------------------------------------
    def watch(self, job: Job, reply: Reply) -> Reply:
        """Return the reply to use for a request: watched, if some rule has it kept."""
        rules = self._rules.get(job.identity.caller.space_id)
        if rules is None:
            return reply
        covering = [rule for rule in rules if rule.covers(job.identity.caller, job.alias)]
        if not any(self._draw.random() < rule.sample for rule in covering):
            return reply
        return cast("Reply", WatchedReply(reply, covering))

    def end(self, job: Job) -> None:
        """Queue what an ended request said, if it was watched. Never blocks."""
        reply = job.reply
        if not isinstance(reply, WatchedReply) or job.call is None or job.dialect is None:
            return
        captured = Captured(
            request_id=job.request_id,
            identity=job.identity,
            rules=reply.rules,
            dialect=job.dialect,
            alias=job.alias,
            route=job.target.name if job.target is not None else None,
            error_code=job.error.code if job.error is not None else None,
            started_at_ms=job.started_at_ms,
            status=reply.status or job.status,
            media_type=reply.media_type,
            request=job.call.body,
            response=bytes(reply.body),
            is_too_large=reply.is_too_large,
            stream=job.stream,
        )
        if self._waiting_bytes + captured.size_bytes > self.options.max_waiting_bytes:
            self._drop(1, "too much waits to be written")
            return
        self._waiting.append(captured)
        self._waiting_bytes += captured.size_bytes
        self._idle.clear()
        self._wake.set()

    # -- behind it ----------------------------------------------------------------------------------
    async def _write_forever(self) -> None:
        while True:
            await self._wake.wait()
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            try:
                await self._write(batch)
            except SalonError as error:
                self._drop(len(batch), error.message)
            except Exception:  # a body nobody foresaw must not end the log
                _logger.exception("payloads could not be written")
                self._drop(len(batch), "see the error above")
            finally:
                self._waiting_bytes -= sum(one.size_bytes for one in batch)
                if not self._waiting:
                    self._wake.clear()
                    self._idle.set()

    async def _write(self, batch: list[Captured]) -> None:
        # Taking secrets out of large bodies takes milliseconds, so it is not done on the event loop.
        found = await asyncio.to_thread(lambda: [self._ready(one) for one in batch])
        scope = SystemScope(WRITE)
        await self._storage.write(lambda tx: store.insert_payloads(tx, scope, found))

    def _drop(self, count: int, why: str) -> None:
        if not self.dropped:
            _logger.warning("payloads are not kept: %s", why)
        self.dropped += count

    def _ready(self, captured: Captured) -> tuple[Payload, store.Bodies]:
        """Return the row of one request. The only place that makes one: secrets are gone behind it."""
        names = {text for rule in captured.rules for text in rule.patterns}
        redaction = Redaction(tuple(self._patterns.get(text) or Pattern(text) for text in sorted(names)))
        request, is_cut = self._text(redaction, captured.request_value())
        response, is_also_cut = self._text(redaction, captured.response_value())
        caller, row_id = captured.identity.caller, new_id("pld")
        bodies = (
            self._sealer.seal(request, row_id=row_id, column="request"),
            self._sealer.seal(response, row_id=row_id, column="response"),
        )
        keep_days = min(rule.keep_days for rule in captured.rules)
        payload = Payload(
            id=row_id,
            space_id=caller.space_id,
            request_id=captured.request_id,
            key_id=caller.key_id,
            person_id=caller.person_id,
            rules=",".join(rule.name for rule in captured.rules),
            dialect=captured.dialect.name,
            operation=captured.dialect.operation,
            alias=redaction.text(captured.alias),
            route=captured.route,
            http_status=captured.status,
            error_code=captured.error_code,
            stream=captured.stream,
            started_at_ms=captured.started_at_ms,
            expires_at_ms=captured.started_at_ms + int(keep_days * _DAY_MS),
            size_bytes=len(bodies[0][3]) + len(bodies[1][3]),
            redactions=redaction.count,
            cut=is_cut or is_also_cut,
        )
        return payload, bodies

    def _text(self, redaction: Redaction, value: object) -> tuple[str, bool]:
        """Return a body's JSON without secrets, and whether it had to be cut."""
        body = msgspec.json.encode(redaction.value(value))
        if len(body) <= self.options.max_row_bytes:
            return body.decode(), False
        return body[: self.options.max_row_bytes].decode("utf-8", "ignore"), True


def _ignore(_: bool) -> None:
    pass
