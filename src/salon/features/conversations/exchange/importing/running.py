"""One import in the process that owns its run: take frames from the reader, write what is whole, report.

The report is the journal: an entry is written in the transaction that wrote the last messages of its
conversation, and who goes on after a crash begins behind the last entry. What a long conversation already has
of its messages is found by their origin, so that nothing is written twice.
"""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.exchange.importing import store
from salon.features.conversations.exchange.importing.models import (
    Entry,
    Import,
    Outcome,
    Problem,
    Totals,
)
from salon.features.conversations.exchange.importing.planting import Bed, Planter, origins_of
from salon.features.conversations.exchange.importing.taking import FileTaker
from salon.features.conversations.exchange.readers.frames import (
    Begun,
    Ended,
    FileBegun,
    Frame,
    Opened,
    Said,
    Through,
    Unread,
)
from salon.features.conversations.exchange.readers.problems import Notes
from salon.foundation.files import FileReference, QuotaExceeded
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Overloaded, SalonError
from salon.foundation.runs import RunHandle
from salon.foundation.storage import Storage, Transaction
from salon.foundation.storage.statement import DialectName

_AT_ONCE: Final[Mapping[DialectName, int]] = {"sqlite": 100, "postgresql": 300}
"""Messages in one transaction: SQLite has one writer, for whom everybody else waits so long."""
_TELL_EVERY_S: Final = 0.5


class Chapter(msgspec.Struct, kw_only=True):
    """A conversation on its way from the reader to the database."""

    number: int
    place: str
    conversation: ArchivedConversation
    notes: Notes
    bed: Bed | None = None
    """None until its first messages were written."""
    waiting: list[ArchivedMessage] = []
    """Messages that were read and not written."""
    files: dict[str, FileReference] = {}
    """Files that were taken in, by the name that messages have for them; not referred to before that."""
    unstored: list[FileReference] = []
    is_whole: bool = False
    there: frozenset[str] | None = None
    """The messages of it that are here, once a file asked for them."""


class Runner:
    """Works on one import. Made anew for each epoch of its run."""

    def __init__(
        self,
        one: Import,
        handle: RunHandle,
        caller: Caller,
        taker: FileTaker,
        *,
        storage: Storage,
        clock: Clock,
    ) -> None:
        self._import = one
        self._handle = handle
        self._taker = taker
        self._storage = storage
        self._at_once = _AT_ONCE[storage.dialect]
        self._clock = clock
        self._scope = SpaceScope(caller.space_id)
        self._planter = Planter(caller, one.id)
        self._open: Chapter | None = None
        self._ready: list[Chapter | Entry] = []
        self._size = 0
        self._told_at_s = 0.0
        self.is_through = False
        """The reader has reached the end of the export, or why it cannot."""

    @property
    def state(self) -> Import:
        """Return the import as far as it is written."""
        return self._import

    async def take(self, frames: AsyncIterator[Frame]) -> None:
        """Take every frame, and write what they tell. Raises: StaleEpoch, StorageError."""
        async for frame in frames:
            if isinstance(frame, Begun):
                self._open = Chapter(
                    number=frame.number,
                    place=frame.place,
                    conversation=frame.conversation,
                    notes=Notes(),
                    waiting=[],
                    files={},
                    unstored=[],
                )
            elif isinstance(frame, FileBegun):
                await self._file(frame, frames)
            elif isinstance(frame, Said):
                await self._said(frame)
            elif isinstance(frame, Ended):
                await self._ended(frame)
            elif isinstance(frame, Unread):
                await self._unread(frame)
            elif isinstance(frame, Opened):
                self._import = msgspec.structs.replace(self._import, programs=frame.programs)
            elif isinstance(frame, Through):
                self._import = msgspec.structs.replace(self._import, notes=frame.notes)
                self.is_through = True
        await self.flush()

    # -- frames -----------------------------------------------------------------------------------
    async def _file(self, frame: FileBegun, frames: AsyncIterator[Frame]) -> None:
        chapter = self._chapter()
        if chapter.there is None:
            chapter.there = await self._storage.read(lambda tx: self._there(tx, chapter.conversation))
        is_new = not chapter.there or not all(origin in chapter.there for origin in frame.origins)
        # Of a conversation that is here, a file whose messages are not known yet is here too.
        is_wanted = is_new if frame.origins else not chapter.there
        taken = await self._taker.take(frame, frames, chapter.notes, is_wanted=is_wanted)
        if taken is not None:
            chapter.files[frame.id] = taken
            chapter.unstored.append(taken)

    def _there(self, tx: Transaction, conversation: ArchivedConversation) -> frozenset[str]:
        """Return the messages of a conversation that are here, by id and origin; none of a new one."""
        own_id = conversation.id if conversation.id.startswith("cnv_") else None
        found = store.find_conversation(tx, self._scope, origins=origins_of(conversation), own_id=own_id)
        if found is None:
            return frozenset()
        known = store.known_messages(tx, self._scope, found.id)
        return frozenset(name for message_id, origin, _, _ in known for name in (message_id, origin or ""))

    async def _said(self, frame: Said) -> None:
        chapter = self._chapter()
        chapter.waiting.extend(frame.messages)
        self._size += len(frame.messages)
        if len(chapter.waiting) >= self._at_once:
            await self.flush()

    async def _ended(self, frame: Ended) -> None:
        chapter = self._chapter()
        chapter.notes.take(frame.notes)
        chapter.is_whole = True
        self._ready.append(chapter)
        self._open = None
        if self._size >= self._at_once or len(self._ready) >= self._at_once:
            await self.flush()

    async def _unread(self, frame: Unread) -> None:
        problem = Problem(code=frame.code, place=frame.place, detail=frame.detail)
        if frame.number == 0:
            self._import = msgspec.structs.replace(self._import, problem=problem)
            self.is_through = True
            return
        self._ready.append(
            Entry(
                import_id=self._import.id,
                number=frame.number,
                place=frame.place,
                title="",
                origin=None,
                conversation_id=None,
                outcome="skipped",
                read=0,
                added=0,
                known=0,
                files=0,
                notes=(),
                problem=problem,
            )
        )

    def _chapter(self) -> Chapter:
        assert self._open is not None, "the reader sends messages inside conversations"
        return self._open

    # -- writing ----------------------------------------------------------------------------------
    async def flush(self) -> None:
        """Write everything that was read, and say how far it is. Raises: StaleEpoch, StorageError."""
        ready = [*self._ready, *([self._open] if self._open is not None and self._open.waiting else [])]
        if not ready:
            return

        def write(tx: Transaction) -> tuple[Import, list[tuple[Chapter, Bed, Notes]]]:
            totals, planted = self._import.totals, list[tuple[Chapter, Bed, Notes]]()
            for one in ready:
                if isinstance(one, Entry):
                    totals = self._enter(tx, one, totals)
                else:
                    bed, notes = self._plant(tx, one)
                    planted.append((one, bed, notes))
                    if one.is_whole:
                        totals = self._enter(tx, self._entry(one, bed, notes), totals)
            changed = msgspec.structs.replace(self._import, totals=totals)
            store.change_import(tx, self._scope, changed)
            return changed, planted

        try:
            self._import, planted = await self._handle.write(write)
        except (QuotaExceeded, Overloaded) as error:
            self._leave_files(error)
            self._import, planted = await self._handle.write(write)
        for chapter, bed, notes in planted:
            chapter.bed, chapter.notes = bed, notes
            chapter.waiting, chapter.unstored = [], []
        self._ready, self._size = [], 0
        self._tell()

    def _leave_files(self, error: SalonError) -> None:
        """Go on without the files that wait to be referred to: there is no room for them."""
        for chapter in [*self._ready, *([self._open] if self._open is not None else [])]:
            if isinstance(chapter, Chapter):
                gone = {file.id for file in chapter.unstored}
                for file in chapter.unstored:
                    chapter.notes.add("file-refused", f"{file.name}: {error.message}")
                chapter.files = {key: file for key, file in chapter.files.items() if file.id not in gone}
                chapter.unstored = []

    def _plant(self, tx: Transaction, chapter: Chapter) -> tuple[Bed, Notes]:
        """Write the messages of a conversation that wait; return its state behind them."""
        now_ms, is_dry_run = self._clock.now_ms(), self._import.is_dry_run
        notes = chapter.notes.copy()
        if chapter.bed is None:
            bed = self._planter.begin(tx, chapter.conversation, is_dry_run=is_dry_run, now_ms=now_ms)
        else:
            bed = chapter.bed.copy()
        if bed.is_deleted:
            bed.read += len(chapter.waiting)
            return bed, notes
        for file in () if is_dry_run else chapter.unstored:
            self._taker.refer(tx, file)
        self._planter.add(
            tx,
            bed,
            chapter.waiting,
            notes,
            files=chapter.files,
            is_dry_run=is_dry_run,
            now_ms=now_ms,
        )
        if chapter.is_whole and not is_dry_run:
            self._planter.end(tx, bed, chapter.conversation, notes, now_ms=now_ms)
        return bed, notes

    def _entry(self, chapter: Chapter, bed: Bed, notes: Notes) -> Entry:
        outcome: Outcome = "added" if bed.is_new else "grown" if bed.added else "unchanged"
        problem = Problem(code="deleted-here", place=chapter.place) if bed.is_deleted else None
        return Entry(
            import_id=self._import.id,
            number=chapter.number,
            place=chapter.place,
            title=chapter.conversation.title[:300].replace("\x00", ""),
            origin=origins_of(chapter.conversation)[0].replace("\x00", ""),
            conversation_id=None if self._import.is_dry_run and bed.is_new else bed.conversation_id,
            outcome="skipped" if bed.is_deleted else outcome,
            read=bed.read,
            added=bed.added,
            known=bed.known,
            files=len(chapter.files),
            notes=notes.all(),
            problem=problem,
        )

    def _enter(self, tx: Transaction, entry: Entry, totals: Totals) -> Totals:
        store.add_entry(tx, self._scope, entry)
        counts: dict[str, Any] = {
            "conversations": totals.conversations + 1,
            entry.outcome: getattr(totals, entry.outcome) + 1,
            "messages_read": totals.messages_read + entry.read,
            "messages_added": totals.messages_added + entry.added,
            "messages_known": totals.messages_known + entry.known,
            "files_added": totals.files_added + entry.files,
        }
        return msgspec.structs.replace(totals, **counts)

    def _tell(self) -> None:
        """Let those who watch know how far it is, twice a second at most."""
        now_s = time.monotonic()
        if now_s - self._told_at_s >= _TELL_EVERY_S:
            self._told_at_s = now_s
            self._handle.append("progress", msgspec.to_builtins(self._import.totals))
