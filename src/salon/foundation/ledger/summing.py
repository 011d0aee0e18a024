"""Keeps the sums of the ledger: adds up what ended a while ago, piece by piece, and what came late.

A piece is closed, added up and kept. Closing moves a mark, from which on rows of that time are late; so what
a piece holds stays the same however long adding up takes, and that reads a snapshot and keeps nobody waiting.
Keeping is one short transaction that moves the second mark with it: a process that dies begins the piece
again, and of two processes one keeps it.
"""

import asyncio
import logging
from functools import partial
from typing import Final

import msgspec

from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import recount_store
from salon.foundation.ledger import sums_store as store
from salon.foundation.ledger.cells import DAY_MS, QUARTER_MS
from salon.foundation.ledger.sums_store import CLOSED, SUMMED, Cell
from salon.foundation.ledger.totals import Totals
from salon.foundation.storage import Storage, Transaction

EVERY_S: Final = 60.0
FIRST_AFTER_S: Final = 10.0
"""A start is not kept waiting."""
BEHIND_MS: Final = QUARTER_MS
"""How long after its end a quarter of an hour is closed: most requests have ended by then."""
OWNED_MS: Final = 300_000
MOST_ROWS: Final = 20_000
"""As many rows a piece should have, for one is added up in a second; a quarter of an hour it has at least."""
PAUSE_S: Final = 0.05
"""Between pieces, so that other readers get their turn."""
RECOUNT_EVERY_S: Final = 3600.0
RECOUNTED_DAYS: Final = 8
"""How far back an older release beside this one may have added rows unnoticed."""
_TURN: Final = "ledger-sums"
_SCOPE: Final = SystemScope("ledger: add up what was used in every space")
_log = logging.getLogger(__name__)

_Cells = dict[str, dict[Cell, Totals]]
"""By space."""


class _Piece(msgspec.Struct, frozen=True):
    since_ms: int
    until_ms: int


class Summing:
    """The job that keeps the sums. One per process; one process at a time does the work."""

    def __init__(self, storage: Storage, clock: Clock, *, process_id: str) -> None:
        self._storage = storage
        self._clock = clock
        self._me = process_id

    async def keep(self) -> None:
        """Add up what is due, forever."""
        await asyncio.sleep(FIRST_AFTER_S)
        recount_at_s = self._clock.monotonic_s()
        while True:
            try:
                await self.catch_up()
                if self._clock.monotonic_s() >= recount_at_s:
                    recount_at_s += RECOUNT_EVERY_S
                    await self.recount()
            except SalonError as error:
                _log.warning("usage is not added up: %s", error)
            await asyncio.sleep(EVERY_S)

    async def catch_up(self) -> None:
        """Add up everything that is due now, unless another process does."""
        while await self.step():  # noqa: ASYNC110 - a pause between pieces, not a wait for them
            await asyncio.sleep(PAUSE_S)

    async def step(self) -> bool:
        """Add up one piece, or what came late; tell whether there was anything. Raises: StorageError."""
        due_ms = (self._clock.now_ms() - BEHIND_MS) // QUARTER_MS * QUARTER_MS
        piece, is_late = await self._storage.read(lambda tx: (_next(tx, due_ms), _anything_late(tx)))
        if piece is None and not is_late:
            return False
        if not await self._storage.write(self._own):
            return False
        if is_late:
            await self._storage.write(self._fold_late)
        if piece is not None:
            await self._storage.write(lambda tx: _close(tx, piece.until_ms))
            await self._sum()
        return True

    async def recount(self) -> None:
        """Add up anew which of the last days differ from the ledger. Raises: StorageError."""
        today_ms = self._clock.now_ms() // DAY_MS * DAY_MS
        days = range(today_ms - RECOUNTED_DAYS * DAY_MS, today_ms + 1, DAY_MS)
        for space_id in await self._storage.read(lambda tx: store.spaces(tx, _SCOPE)):
            scope = SpaceScope(SpaceId(space_id))
            for day_ms in days:
                if not await self._storage.read(partial(recount_store.is_right, scope=scope, day_ms=day_ms)):
                    _log.warning("the sums of usage of a day lack requests; it is added up anew")
                    await self._storage.write(partial(self._add_up_anew, scope=scope, day_ms=day_ms))

    def _add_up_anew(self, tx: Transaction, *, scope: SpaceScope, day_ms: int) -> None:
        tx.take_turn(_TURN)
        recount_store.add_up_anew(tx, scope, day_ms)

    async def _sum(self) -> None:
        """Add up what is closed and not summed."""
        piece, cells = await self._storage.read(_add_up)
        await self._storage.write(lambda tx: self._keep(tx, piece, cells))

    def _own(self, tx: Transaction) -> bool:
        now_ms = self._clock.now_ms()
        tx.take_turn(_TURN)
        return store.own(tx, _SCOPE, self._me, now_ms=now_ms, until_ms=now_ms + OWNED_MS)

    def _keep(self, tx: Transaction, piece: _Piece, cells: _Cells) -> None:
        tx.take_turn(_TURN)
        if not store.move_mark(tx, _SCOPE, SUMMED, before_ms=piece.since_ms, after_ms=piece.until_ms):
            return
        for space_id, totals in cells.items():
            store.put_cells(tx, SpaceScope(SpaceId(space_id)), totals)

    def _fold_late(self, tx: Transaction) -> None:
        tx.take_turn(_TURN)
        before_ms = store.mark(tx, _SCOPE, SUMMED)
        for space_id in store.late_spaces(tx, _SCOPE, before_ms=before_ms):
            scope = SpaceScope(SpaceId(space_id))
            store.put_cells(tx, scope, store.cells_of_rows(tx, scope, 0, before_ms, is_late=True))
            store.drop_late(tx, scope, before_ms=before_ms)


def _anything_late(tx: Transaction) -> bool:
    return bool(store.late_spaces(tx, _SCOPE, before_ms=store.mark(tx, _SCOPE, SUMMED)))


def _next(tx: Transaction, due_ms: int) -> _Piece | None:
    """Return what is to be summed next: what was closed and not summed, or a piece that is due."""
    summed_ms, closed_ms = store.mark(tx, _SCOPE, SUMMED), store.mark(tx, _SCOPE, CLOSED)
    if closed_ms > summed_ms:
        return _Piece(summed_ms, closed_ms)
    spaces = [SpaceScope(SpaceId(space_id)) for space_id in store.spaces(tx, _SCOPE)]
    found = [store.first_of(tx, scope, summed_ms, due_ms) for scope in spaces]
    firsts = [first_ms for first_ms in found if first_ms is not None]
    if not firsts:
        return None
    # Time in which nobody asked anything goes along with the first piece after it.
    first_ms = min(firsts) // QUARTER_MS * QUARTER_MS
    length = DAY_MS
    while length > QUARTER_MS and (
        sum(store.how_many(tx, scope, first_ms, first_ms + length) for scope in spaces) > MOST_ROWS
    ):
        length = max(QUARTER_MS, length // 2 // QUARTER_MS * QUARTER_MS)
    return _Piece(summed_ms, min(first_ms + length, due_ms))


def _close(tx: Transaction, until_ms: int) -> None:
    closed_ms = store.mark(tx, _SCOPE, CLOSED)
    if closed_ms < until_ms:
        store.move_mark(tx, _SCOPE, CLOSED, before_ms=closed_ms, after_ms=until_ms)


def _add_up(tx: Transaction) -> tuple[_Piece, _Cells]:
    piece = _Piece(store.mark(tx, _SCOPE, SUMMED), store.mark(tx, _SCOPE, CLOSED))
    found: _Cells = {}
    for space_id in store.spaces(tx, _SCOPE):
        scope = SpaceScope(SpaceId(space_id))
        cells = store.cells_of_rows(tx, scope, piece.since_ms, piece.until_ms, is_late=False)
        if cells:
            found[space_id] = cells
    return piece, found
