"""Exports as their callers see them: small ones answered at once, large ones as runs that end in a file."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ExportTooLarge, TemporaryRefused
from salon.features.conversations.exchange.exporting import store
from salon.features.conversations.exchange.exporting.exporter import Exporter
from salon.features.conversations.exchange.exporting.jobs import KIND, ExportJobs
from salon.features.conversations.exchange.exporting.naming import name_of
from salon.features.conversations.exchange.exporting.placing import sorted_places
from salon.features.conversations.exchange.exporting.reading import Places
from salon.features.conversations.exchange.exporting.wishes import MOST_NAMED, Counted, Wish
from salon.features.conversations.exchange.writers import FORMATS
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.tree import Desk, the_branch
from salon.foundation.acts import Ids
from salon.foundation.audit import record
from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, WrongField
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.runs import Run, Runs
from salon.foundation.storage import Storage, Transaction

MOST_DIRECT: Final = 5000
"""So many messages are answered at once; more become a run."""
_TOLD_IDS: Final = 50
_BEGIN: Final = "export.begin"
_CANCEL: Final = "export.cancel"
_WRITTEN_AT_ONCE: Final = 2
"""Pages of messages that are read and written down at once: of different spaces."""
_RUN_ID: Final = re.compile(r"run_[0-9a-z]{1,60}")


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An export that is being sent."""

    name: str
    media_type: str
    chunks: AsyncIterator[bytes]


class ExportPage(msgspec.Struct, frozen=True, kw_only=True):
    """Exports that were begun, newest first."""

    items: tuple[Run, ...]
    next: str | None


class Exports:
    """The exports of one house."""

    def __init__(
        self,
        storage: Storage,
        files: Files,
        runs: Runs,
        *,
        clock: Clock,
        places: Places = sorted_places,
        most_direct: int = MOST_DIRECT,
    ) -> None:
        """``places`` says in which folder a conversation lies, and which tags it has."""
        self._desk = Desk(storage, clock)
        self._storage = storage
        self._files = files
        self._runs = runs
        self._clock = clock
        self._places = places
        self._turns = FairPlaces(_WRITTEN_AT_ONCE, each=1)
        self._most_direct = most_direct
        self.jobs = ExportJobs(storage, files, runs, clock=clock, write=self._exporter)

    async def direct(self, caller: Caller, wish: Wish) -> Export:
        """Return an export to send on. Raises: ExportTooLarge, NotFound, InvalidRequest."""
        await self._storage.write(lambda tx: self._do_record(tx, caller, wish, is_direct=True))
        scope = SpaceScope(caller.space_id)
        exporter = self._exporter(scope, wish, None)
        now_ms = self._clock.now_ms()
        name = await self._storage.read(lambda tx: name_of(tx, scope, wish, at_ms=now_ms))
        return Export(name=name, media_type=wish.media_type, chunks=exporter.chunks())

    async def begin(
        self,
        caller: Caller,
        wish: Wish | Callable[[], Awaitable[Wish]],
        *,
        asked: Any = None,
        client_id: str | None = None,
    ) -> Run:
        """Begin an export that ends in a file, of a wish or of what is found for what was ``asked``.

        Sent again, it is not looked for again: by now something else may fit.
        Raises: NotFound, InvalidRequest, ActDiffers.
        """
        asked = asked or wish
        known = await self._desk.made_before(caller, act=_BEGIN, asked=asked, client_id=client_id)
        if known is not None:
            return await self.get(caller, known["export"])
        found = wish if isinstance(wish, Wish) else await wish()

        def do(tx: Transaction, _: int) -> Ids:
            counted = self._do_record(tx, caller, found, is_direct=False)
            return {"export": self.jobs.do_begin(tx, caller, found, counted).id}

        made = await self._desk.act(
            caller, do, lambda _, made: made, act=_BEGIN, asked=asked, client_id=client_id
        )
        return await self.get(caller, made["export"])

    async def get(self, caller: Caller, run_id: str) -> Run:
        """Return an export that was begun. Raises: NotFound."""
        run = None
        if _RUN_ID.fullmatch(run_id):
            run = await self._runs.get(SpaceScope(caller.space_id), run_id)
        if run is None or run.kind != KIND:
            raise NotFound(what="export", id=run_id[:100])
        return run

    async def page(self, caller: Caller, *, cursor: str | None, limit: int) -> ExportPage:
        """Return exports that were begun, newest first."""
        scope, before = SpaceScope(caller.space_id), cursor or "run_~"
        found = await self._storage.read(
            lambda tx: store.run_ids(tx, scope, KIND, before=before, limit=limit + 1)
        )
        shown = [await self._runs.get(scope, one) for one in found[:limit]]
        return ExportPage(items=tuple(shown), next=shown[-1].id if len(found) > limit else None)

    async def cancel(self, caller: Caller, run_id: str, *, client_id: str | None = None) -> Run:
        """Stop an export; its file is not kept. Raises: NotFound, ActDiffers."""
        known = await self._desk.made_before(caller, act=_CANCEL, asked=run_id, client_id=client_id)
        if known is None:
            await self.get(caller, run_id)
            # Stopped twice is stopped; kept before it, a cut between both would leave it running.
            await self._runs.stop(SpaceScope(caller.space_id), run_id)
            await self._desk.act(
                caller,
                lambda _tx, _now_ms: {},
                lambda _tx, _made: None,
                act=_CANCEL,
                asked=run_id,
                client_id=client_id,
            )
        return await self.get(caller, run_id)

    async def outcome(self, caller: Caller, run: Run) -> dict[str, Any]:
        """Return what is known of an export's progress and end."""
        return await self.jobs.outcome(SpaceScope(caller.space_id), run)

    async def name(self, caller: Caller, run: Run) -> str:
        """Return what an export is called now."""
        return await self.jobs.name(SpaceScope(caller.space_id), run)

    async def file(self, caller: Caller, run_id: str) -> tuple[FileReference, AsyncIterator[bytes]]:
        """Return the file of an export that has ended. Raises: NotFound, Conflict, FileExpired."""
        run = await self.get(caller, run_id)
        scope = SpaceScope(caller.space_id)
        outcome = await self.jobs.outcome(scope, run)
        if run.status == "running":
            raise Conflict(problem="The export has not ended yet. Ask again when its status is “done”.")
        if outcome.get("file_id") is None:
            raise NotFound(what="file of the export", id=run_id)
        file = await self._files.get(scope, str(outcome["file_id"]))
        return file, self._files.content(file)

    def _do_record(self, tx: Transaction, caller: Caller, wish: Wish, *, is_direct: bool) -> Counted:
        scope = SpaceScope(caller.space_id)
        counted = _counted(tx, scope, wish)
        if is_direct and counted.messages > self._most_direct:
            raise ExportTooLarge(messages=counted.messages, limit=self._most_direct)
        named = list(wish.conversation_ids or ())[:_TOLD_IDS]
        detail = {
            "format": wish.format,
            "conversations": counted.conversations,
            "ids": named,
            "files": wish.has_files,
            "branch": wish.branch_id,
        }
        record(tx, caller, "conversations.exported", named[0] if len(named) == 1 else "", detail)
        return counted

    def _exporter(self, scope: SpaceScope, wish: Wish, progress: Any) -> Exporter:
        return Exporter(
            self._storage,
            self._files,
            scope,
            wish,
            places=self._places,
            turns=self._turns,
            now_ms=self._clock.now_ms(),
            progress=progress,
        )


def _counted(tx: Transaction, scope: SpaceScope, wish: Wish) -> Counted:
    """Return how much is wished for. Raises: NotFound, InvalidRequest naming the field."""
    ids = wish.conversation_ids
    if wish.branch_id is not None:
        if ids is None or len(ids) != 1 or FORMATS[wish.format].is_lossless:
            problem = "One branch alone can be had of one conversation, as Markdown or HTML."
            raise InvalidRequest(field="branch_id", problem=problem)
        the_branch(tx, scope, ids[0], wish.branch_id)
    if ids is None:
        conversations, messages = store.count_all(tx, scope)
        return Counted(conversations=conversations, messages=messages)
    if not ids or (len(ids) > MOST_NAMED and not wish.is_selection) or len(set(ids)) != len(ids):
        problem = f"Name 1 to {MOST_NAMED} conversations, each once; or ask for all."
        raise WrongField(field="conversation_ids", problem=problem, limit=MOST_NAMED)
    found = store.count_messages(tx, scope, ids)
    missing = next((one for one in ids if one not in found), None)
    if missing is not None and wish.is_exact:
        if is_temporary(missing):
            raise TemporaryRefused(id=missing[:100])
        raise NotFound(what="conversation", id=missing[:100])
    return Counted(conversations=len(found), messages=sum(found.values()))
