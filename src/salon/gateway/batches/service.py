"""Batches as their callers see them: made, looked at, cancelled, deleted."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from salon.foundation.audit import record
from salon.foundation.files import FileMissing
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound
from salon.foundation.kit.ids import new_id
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage, Transaction
from salon.gateway.batches import openai, store
from salon.gateway.batches.models import ENDPOINTS, RUN_KIND, Batch, BatchStatus, Line, NewLine, Protocol
from salon.gateway.batches.room import check_room
from salon.gateway.batches.workshop import Workshop
from salon.gateway.files import file_id_of

_PAGE: Final = 200
_ASKED_FOR: Final = "whoever handed it in asked for that"
_PREFIXES: Final[Mapping[Protocol, str]] = {"anthropic": "msgbatch", "openai": "batch"}


class Batches:
    """The batches of one house, over the workshop of this process."""

    def __init__(self, storage: Storage, runs: Runs, workshop: Workshop, *, clock: Clock) -> None:
        self._storage = storage
        self._runs = runs
        self._clock = clock
        self.workshop = workshop
        self.options = workshop.options
        self._bodies = workshop.bodies

    # -- making -----------------------------------------------------------------------------------
    async def create(
        self,
        caller: Caller,
        lines: Sequence[NewLine],
        *,
        protocol: Protocol,
        endpoint: str,
        metadata: Mapping[str, str] | None = None,
        stays_here: bool = False,
    ) -> Batch:
        """Take in a batch whose lines are known, and begin it; it is durable when this returns.

        With ``stays_here`` it is not handed to batches of a provider, whatever they cost.
        Raises: InvalidRequest, BatchesFull, StorageError.
        """
        batch = self._new(caller, protocol, endpoint, metadata)
        kept_here = _ASKED_FOR if stays_here else None
        batch = msgspec.structs.replace(batch, lines=len(lines), kept_here=kept_here)
        scope, count = SpaceScope(caller.space_id), 0
        await self._insert(scope, batch)
        for page in _pages(lines):
            rows = await asyncio.to_thread(self._bodies.questions, batch.id, count + 1, page)
            await self._storage.write(lambda tx, rows=rows: store.insert_lines(tx, scope, batch.id, rows))
            count += len(page)
        return await self._begin(caller, batch, status="running", lines=count)

    async def create_from_file(
        self, caller: Caller, asked: openai.Create, *, stays_here: bool = False
    ) -> Batch:
        """Take in a batch whose lines are in a file, and begin to read it; ``stays_here`` as above.

        Raises: InvalidRequest, FileMissing, TooLarge, BatchesFull.
        """
        file_id = file_id_of(asked.input_file_id)
        if file_id is None:
            raise FileMissing(id=asked.input_file_id[:200])
        file = await self.workshop.files.check(caller, file_id)
        expiry = asked.output_expires_after
        batch = msgspec.structs.replace(
            self._new(caller, "openai", asked.endpoint, asked.metadata),
            input_file_id=file.id,
            output_keep_s=None if expiry is None else expiry.seconds,
            kept_here=_ASKED_FOR if stays_here else None,
        )
        await self._insert(SpaceScope(caller.space_id), batch)
        return await self._begin(caller, batch, status="validating", lines=0)

    async def _insert(self, scope: SpaceScope, batch: Batch) -> None:
        """Write a batch for which there is room; it is counted from here on. Raises: BatchesFull."""

        def write(tx: Transaction) -> None:
            check_room(tx, scope, batch.id, lines=batch.lines, options=self.options)
            store.insert_batch(tx, scope, batch)

        await self._storage.write(write)

    def _new(
        self, caller: Caller, protocol: Protocol, endpoint: str, metadata: Mapping[str, str] | None
    ) -> Batch:
        dialect = ENDPOINTS.get(endpoint)
        if dialect is None:
            problem = f"A batch asks one of {', '.join(ENDPOINTS)}."
            raise InvalidRequest(field="endpoint", problem=problem)
        now_ms = self._clock.now_ms()
        return Batch(
            id=new_id(_PREFIXES[protocol]),
            space_id=caller.space_id,
            created_by=caller.person_id or caller.key_id,
            key_id=caller.key_id,
            person_id=caller.person_id,
            protocol=protocol,
            endpoint=endpoint,
            dialect=dialect,
            status="receiving",
            metadata=dict(metadata or {}),
            created_at_ms=now_ms,
            window_ends_at_ms=now_ms + int(self.options.window_s * 1000),
        )

    async def _begin(self, caller: Caller, batch: Batch, *, status: BatchStatus, lines: int) -> Batch:
        """Give a batch that is stored whole a run, and work on it."""
        handle = await self._runs.begin(caller, RUN_KIND, {"batch": batch.id})
        now_ms = self._clock.now_ms()
        begun = msgspec.structs.replace(
            batch,
            status=status,
            run_id=handle.run_id,
            lines=lines,
            started_at_ms=now_ms if status == "running" else None,
        )

        def write(tx: Transaction) -> None:
            store.change(tx, SpaceScope(caller.space_id), batch.id, lambda _: begun)
            detail = {"lines": lines, "endpoint": batch.endpoint}
            record(tx, caller, "batch.created", batch.id, detail)

        await handle.write(write)
        self.workshop.take(handle)
        return begun

    # -- looking ----------------------------------------------------------------------------------
    async def get(self, caller: Caller, protocol: Protocol | None, batch_id: str) -> Batch:
        """Return a batch of the caller's space. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        batch = await self._storage.read(lambda tx: store.get_batch(tx, scope, batch_id))
        is_other = batch is not None and protocol is not None and batch.protocol != protocol
        if batch is None or is_other or batch.status == "receiving":
            raise NotFound(what="batch", id=batch_id[:200])
        return batch

    async def page(
        self, caller: Caller, protocol: Protocol, *, older: str | None, newer: str | None, limit: int
    ) -> tuple[list[Batch], bool]:
        """Return batches, newest first, and whether there are more of them in that direction.

        ``older`` and ``newer`` are the batches a page is next to; without them it is the newest.
        """
        scope = SpaceScope(caller.space_id)
        if newer is not None:
            found = await self._storage.read(
                lambda tx: store.newer(tx, scope, protocol, after=newer, most=limit + 1)
            )
            return found[-limit:], len(found) > limit
        found = await self._storage.read(
            lambda tx: store.older(tx, scope, protocol, before=older, most=limit + 1)
        )
        return found[:limit], len(found) > limit

    async def all(self, caller: Caller, *, cursor: str | None, limit: int) -> tuple[list[Batch], str | None]:
        """Return batches of every protocol, newest first, and where to go on. Raises: InvalidRequest."""
        scope, before = SpaceScope(caller.space_id), _read_cursor(cursor)
        found = await self._storage.read(lambda tx: store.of_space(tx, scope, before=before, most=limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return found[:limit], None if last is None else f"{last.created_at_ms}.{last.id}"

    async def lines(self, caller: Caller, batch: Batch) -> AsyncIterator[Line]:
        """Yield the lines of a batch of the caller's space, in order."""
        scope, after = SpaceScope(caller.space_id), 0
        while page := await self._bodies.lines(scope, batch.id, after=after, most=_PAGE):
            for line in page:
                yield line
            after = page[-1].number

    # -- ending -----------------------------------------------------------------------------------
    async def cancel(self, caller: Caller, protocol: Protocol | None, batch_id: str) -> Batch:
        """Ask a batch to stop: lines under way are answered, others are not asked any more.

        Raises: NotFound, Conflict when it has ended.
        """
        await self.get(caller, protocol, batch_id)
        now_ms = self._clock.now_ms()

        def cancelled(batch: Batch) -> Batch:
            if batch.has_ended:
                raise Conflict(problem=f"The batch {batch.id} has ended ({batch.status}) already.")
            if batch.status not in {"validating", "running"}:
                return batch
            return msgspec.structs.replace(batch, status="cancelling", cancel_asked_at_ms=now_ms)

        def write(tx: Transaction) -> Batch:
            batch = store.change(tx, SpaceScope(caller.space_id), batch_id, cancelled)
            assert batch is not None
            record(tx, caller, "batch.cancelled", batch_id, {})
            return batch

        batch = await self._storage.write(write)
        if batch.run_id is not None:
            await self._runs.stop(SpaceScope(caller.space_id), batch.run_id)
        return batch

    async def delete(self, caller: Caller, protocol: Protocol, batch_id: str) -> None:
        """Delete an ended batch, its questions and answers, from the disk too. Raises: NotFound, Conflict."""
        batch = await self.get(caller, protocol, batch_id)
        if not batch.has_ended:
            raise Conflict(
                problem=f"The batch {batch_id} is still at work. Cancel it first, and delete it then."
            )

        def write(tx: Transaction) -> None:
            store.remove(tx, SpaceScope(caller.space_id), batch_id)
            record(tx, caller, "batch.deleted", batch_id, {"lines": batch.lines})

        await self._storage.write(write)
        await self._storage.forget_deleted("batch_lines")


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return 2**53, ""
    at_ms, _, batch_id = cursor.partition(".")
    if not (at_ms.isascii() and at_ms.isdecimal() and len(at_ms) <= len(str(2**53)) and batch_id):
        raise InvalidRequest(field="cursor", problem="It is not a cursor of this list.")
    return int(at_ms), batch_id


def _pages(lines: Iterable[NewLine]) -> Iterable[list[NewLine]]:
    rest = iter(lines)
    while page := list(itertools.islice(rest, _PAGE)):
        yield page
