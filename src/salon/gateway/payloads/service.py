"""Rules, looking, searching and deleting: everything about the payload log that people do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from salon.foundation.audit import record
from salon.foundation.events import Bus
from salon.foundation.kit.caller import Caller, Right, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, NotAllowed, NotFound, SalonError
from salon.foundation.kit.patterns import Pattern
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage, Transaction
from salon.gateway.configuration.acts import owned_by, tell
from salon.gateway.payloads import store
from salon.gateway.payloads.log import PayloadLog
from salon.gateway.payloads.models import Payload, PayloadPage, PayloadQuery, PayloadRule
from salon.gateway.vault.sealing import Sealer

READ: Final = "payload log: know the rules of every space"
CLEAN: Final = "payload log: delete what is old, and what is too much, in any space"
RESEAL: Final = "payload log: seal what is kept in any space with a new key"
KEEP_EVERY_S: Final = 60.0
MOST_LOOKED_AT: Final = 500
"""Payloads that one page of a search looks through."""
_PAGE: Final = 100
_TOPIC: Final = "*.payloads.>"
_logger = logging.getLogger(__name__)


class PayloadService:
    """The payload log as people see it. Every act needs the right to manage the system."""

    def __init__(self, storage: Storage, log: PayloadLog, sealer: Sealer, *, clock: Clock) -> None:
        self._storage = storage
        self._log = log
        self._sealer = sealer
        self._clock = clock
        self._tasks = TaskSupervisor("payload-service")

    async def start(self, bus: Bus | None = None) -> None:
        """Take the rules, start to write, and keep the log within its bounds."""
        await self.reload()
        self._log.start()
        self._tasks.spawn(self._keep(), name="payload-keeper")
        if bus is not None:
            self._tasks.spawn(self._follow(bus), name="follow-payload-rules")

    async def close(self) -> None:
        """Write what waits and end."""
        await self._log.close()
        await self._tasks.close()

    # -- rules --------------------------------------------------------------------------------------
    async def reload(self) -> None:
        """Put the rules of the database in force."""
        self._log.set_rules(await self._storage.read(lambda tx: store.all_rules(tx, SystemScope(READ))))

    async def rules(self, caller: Caller) -> list[PayloadRule]:
        """Return the rules of the caller's space. Raises: NotAllowed."""
        _check(caller)
        found = await self._storage.read(lambda tx: store.all_rules(tx, SystemScope(READ)))
        return [rule for space_id, rule in found if space_id == caller.space_id]

    async def set_rule(self, caller: Caller, rule: PayloadRule) -> None:
        """Turn the log on. Raises: NotAllowed, InvalidRequest."""
        _check(caller)
        # Loading RE2 takes some milliseconds the first time.
        await asyncio.to_thread(check_rule, rule)

        def write(tx: Transaction) -> None:
            row = {**owned_by(caller), "updated_at_ms": self._clock.now_ms()}
            store.set_rule(tx, SpaceScope(caller.space_id), rule, row)
            tell(tx, caller, "payloads.rule-set", rule.name, msgspec.to_builtins(rule))

        await self._storage.write(write)
        await self.reload()

    async def remove_rule(self, caller: Caller, name: str) -> None:
        """Turn the log off. What was kept stays until its time. Raises: NotAllowed, NotFound."""
        _check(caller)

        def write(tx: Transaction) -> None:
            if not store.delete_rule(tx, SpaceScope(caller.space_id), name):
                raise NotFound(what="payload rule", id=name)
            tell(tx, caller, "payloads.rule-removed", name, {})

        await self._storage.write(write)
        await self.reload()

    # -- looking ------------------------------------------------------------------------------------
    async def get(self, caller: Caller, payload_id: str) -> Payload:
        """Return one payload with its bodies; that is recorded. Raises: NotAllowed, NotFound."""
        _check(caller)

        def read(tx: Transaction) -> tuple[Payload, store.Bodies]:
            found = store.find(tx, SpaceScope(caller.space_id), payload_id)
            if found is None:
                raise NotFound(what="payload", id=payload_id)
            record(tx, caller, "payloads.read", payload_id, {})
            return found

        return self._opened(*await self._storage.write(read))

    async def page(self, caller: Caller, query: PayloadQuery) -> PayloadPage:
        """Return payloads without their bodies, newest first. Raises: NotAllowed, InvalidRequest."""
        _check(caller)
        scope, found, looked_at = SpaceScope(caller.space_id), list[Payload](), 0
        before = _read_cursor(query.cursor)
        while len(found) < query.limit and looked_at < MOST_LOOKED_AT:
            params = _params(query, before)
            rows = await self._storage.read(lambda tx, params=params: store.page(tx, scope, **params))
            matching = rows
            if query.search:
                words = query.search.casefold()
                matching = await asyncio.to_thread(self._matching, rows, words)
            room = query.limit - len(found)
            found += [payload for payload, _ in matching[:room]]
            looked_at += len(rows)
            if len(matching) > room:
                return PayloadPage(items=found, next=_cursor(found[-1]))
            if len(rows) < params["most"]:
                return PayloadPage(items=found, next=None)
            before = (rows[-1][0].started_at_ms, rows[-1][0].id)
        return PayloadPage(items=found, next=f"{before[0]}.{before[1]}")

    def _matching(
        self, rows: list[tuple[Payload, store.Bodies]], words: str
    ) -> list[tuple[Payload, store.Bodies]]:
        return [row for row in rows if _has(self._opened(*row), words)]

    def _opened(self, payload: Payload, bodies: store.Bodies) -> Payload:
        request, response = (
            self._sealer.open(body, row_id=payload.id, column=column)
            for body, column in zip(bodies, ("request", "response"), strict=True)
        )
        return msgspec.structs.replace(payload, request=request, response=response)

    # -- deleting -----------------------------------------------------------------------------------
    async def remove(self, caller: Caller, payload_id: str) -> None:
        """Delete a payload, from the disk too. Raises: NotAllowed, NotFound."""
        _check(caller)

        def write(tx: Transaction) -> None:
            if not store.remove(tx, SpaceScope(caller.space_id), payload_id):
                raise NotFound(what="payload", id=payload_id)
            record(tx, caller, "payloads.removed", payload_id, {})

        await self._storage.write(write)
        await self._storage.forget_deleted("payloads")

    async def remove_before(self, caller: Caller, before_ms: int) -> int:
        """Delete all payloads of requests before a time; return how many. Raises: NotAllowed."""
        _check(caller)

        def write(tx: Transaction) -> int:
            count = store.remove_before(tx, SpaceScope(caller.space_id), before_ms)
            record(tx, caller, "payloads.removed", "all", {"before_ms": before_ms, "payloads": count})
            return count

        count = await self._storage.write(write)
        await self._storage.forget_deleted("payloads")
        return count

    async def clean(self) -> int:
        """Delete what is old and what is too much; return how many that were."""
        now_ms, most_bytes = self._clock.now_ms(), self._log.options.max_bytes

        def write(tx: Transaction) -> int:
            scope = SystemScope(CLEAN)
            expired = store.remove_expired(tx, scope, now_ms=now_ms)
            return expired + store.shrink(tx, scope, most_bytes=most_bytes)

        count = await self._storage.write(write)
        if count:
            await self._storage.forget_deleted("payloads")
        return count

    # -- keys ---------------------------------------------------------------------------------------
    async def reseal(self) -> int:
        """Seal with the newest key what another one sealed; return how many could not be opened."""
        after, unreadable = "", 0
        while True:
            page = await self._storage.write(lambda tx, after=after: self._reseal_page(tx, after))
            if page is None:
                return unreadable
            after, missed = page
            unreadable += missed

    def _reseal_page(self, tx: Transaction, after: str) -> tuple[str, int] | None:
        scope, unreadable = SystemScope(RESEAL), 0
        current = self._sealer.current
        rows = store.otherwise_sealed(tx, scope, current=current, after=after, most=_PAGE)
        for row_id, bodies in rows:
            texts = [
                self._sealer.open(body, row_id=row_id, column=column)
                for body, column in zip(bodies, ("request", "response"), strict=True)
            ]
            if texts[0] is None or texts[1] is None:
                unreadable += 1
                continue
            sealed = (
                self._sealer.seal(texts[0], row_id=row_id, column="request"),
                self._sealer.seal(texts[1], row_id=row_id, column="response"),
            )
            store.reseal(tx, scope, row_id, sealed)
        return (rows[-1][0], unreadable) if rows else None

    # -- own ----------------------------------------------------------------------------------------
    async def _keep(self) -> None:
        while True:
            await _try(self.clean)
            await asyncio.sleep(KEEP_EVERY_S)

    async def _follow(self, bus: Bus) -> None:
        subscription = bus.subscribe(_TOPIC)
        try:
            while await subscription.next() is not None:
                await _try(self.reload)
        finally:
            subscription.close()


def check_rule(rule: PayloadRule) -> None:
    """Refuse a rule that cannot be meant. Raises: InvalidRequest naming the field."""
    if (rule.kind == "space") != (not rule.target):
        raise InvalidRequest(field="target", problem="A key or a route is named; a space is the rule's own.")
    if not 0 < rule.sample <= 1:
        raise InvalidRequest(field="sample", problem="It is a share above 0, at most 1.")
    if not 0 < rule.keep_days <= 3650:
        raise InvalidRequest(field="keep_days", problem="It is above 0, at most 3650 days.")
    for text in rule.patterns:
        try:
            Pattern(text)
        except ValueError as error:
            problem = f"“{text[:80]}” is no pattern of RE2: {error}."
            raise InvalidRequest(field="patterns", problem=problem) from error


def _check(caller: Caller) -> None:
    if not caller.has(Right.MANAGE_SYSTEM):
        raise NotAllowed(right=Right.MANAGE_SYSTEM)


async def _try(act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
    except SalonError as error:
        _logger.warning("the payload log: %s", error.message)


def _has(payload: Payload, words: str) -> bool:
    return any(words in text.casefold() for text in (payload.request, payload.response) if text)


def _params(query: PayloadQuery, before: tuple[int, str]) -> dict[str, Any]:
    return {
        "since_ms": query.since_ms,
        "until_ms": query.until_ms,
        "any_key": int(query.key_id is None),
        "key": query.key_id or "",
        "any_model": int(query.model is None),
        "model": query.model or "",
        "before_ms": before[0],
        "before_id": before[1],
        "most": _PAGE,
    }


def _cursor(payload: Payload) -> str:
    return f"{payload.started_at_ms}.{payload.id}"


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return 2**53, ""
    time_text, _, payload_id = cursor.partition(".")
    if not time_text.isascii() or not time_text.isdigit() or len(time_text) > 16 or not payload_id:
        raise InvalidRequest(field="cursor", problem="It is not a cursor of this list.")
    return int(time_text), payload_id
