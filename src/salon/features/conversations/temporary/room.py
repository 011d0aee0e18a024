"""One temporary conversation: a database in memory of its own, and the usual services over it.

Because it has a database to itself, its end takes everything with it: messages, runs and their logs, exact
requests, what waits, and the events that nobody else is told of.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final

import msgspec

from salon.features.conversations.answering import store as answering_store
from salon.features.conversations.answering.service import Answering
from salon.features.conversations.errors import TemporaryGone
from salon.features.conversations.models import ConversationKind
from salon.features.conversations.naming import TEMPORARY
from salon.features.conversations.store.messages import get_message
from salon.features.conversations.tree import ConversationView, Tree, author_id, begin, blank
from salon.features.conversations.tree.conversations import view_of
from salon.features.turns import Full
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotFound
from salon.foundation.kit.ids import new_id
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage, Transaction
from salon.foundation.storage.memory import MemoryStorage

_TIDY_S: Final = 30.0
_KEEP_DELTAS_S: Final = 30.0

MakesAnswering = Callable[[Storage, Runs, Full], Answering]
"""Returns what has models answer in another storage until that is full, with its runs; not started."""


class Room:
    """A temporary conversation while it is there. Made by ``open_room``."""

    def __init__(
        self,
        storage: MemoryStorage,
        runs: Runs,
        answering: Answering,
        *,
        owner: Caller,
        clock: Clock,
        key: str,
    ) -> None:
        self.id = key
        self.storage = storage
        self.runs = runs
        self.answering = answering
        self.tree = Tree(storage, clock=clock)
        self.tree.erasers.add(answering.eraser)
        self.tree.erasers.add_whole(answering_store.forget_queue)
        self.space_id = owner.space_id
        self.created_by = author_id(owner)
        self.used_s = clock.monotonic_s()
        """When it was last asked for, by the monotonic clock."""
        self._waited: set[str] = set()
        """What was asked for while it waited: the same act is answered again when it has been sent."""
        self.act: tuple[str | None, str] = (None, "")
        """The client's own id of the act that began it, and what that was."""

    @property
    def is_at_work(self) -> bool:
        """Whether an answer is made in it."""
        return self.answering.workshop.at_work > 0

    def belongs_to(self, caller: Caller) -> bool:
        """Tell whether it is the caller's own: one's space is not enough."""
        return self.space_id == caller.space_id and self.created_by == author_id(caller)

    async def view(self) -> ConversationView:
        """Return the conversation and its branches."""
        scope = SpaceScope(self.space_id)
        return await self.storage.read(lambda tx: view_of(tx, scope, self.id))

    async def has(self, key: str) -> bool:
        """Tell whether a message, a run, or something that waits is one of its own."""
        scope = SpaceScope(self.space_id)

        def look(tx: Transaction) -> tuple[bool, bool]:
            waits = answering_store.get_queued(tx, scope, key) is not None
            return waits, get_message(tx, scope, key) is not None

        waits, is_message = await self.storage.read(look)
        if waits:
            self._waited.add(key)
        if is_message or key in self._waited:
            return True
        try:
            await self.runs.get(scope, key)
        except NotFound:
            return False
        return True

    async def stop(self) -> None:
        """Stop what is answered, and write the end that viewers are told; then close ``storage``."""
        await self.answering.close()
        await self.runs.close()


async def open_room(
    caller: Caller,
    make: MakesAnswering,
    *,
    thread: Executor,
    full: Full,
    clock: Clock,
    usual: dict[str, Any],
    title: str,
    settings: dict[str, Any],
    kind: ConversationKind,
) -> Room:
    """Begin a temporary conversation; ``usual`` are the settings that its space has now."""
    key = new_id(TEMPORARY + "cnv")
    storage = MemoryStorage(thread, gone=lambda: TemporaryGone(what="conversation", id=key))
    await storage.open()
    try:
        return await _begun(
            caller,
            make,
            storage,
            full=full,
            clock=clock,
            key=key,
            usual=usual,
            title=title,
            settings=settings,
            kind=kind,
        )
    except BaseException:
        await storage.close()
        raise


async def _begun(
    caller: Caller,
    make: MakesAnswering,
    storage: MemoryStorage,
    *,
    full: Full,
    clock: Clock,
    key: str,
    usual: dict[str, Any],
    title: str,
    settings: dict[str, Any],
    kind: ConversationKind,
) -> Room:
    runs = Runs(
        storage,
        clock=clock,
        keep_deltas_s=_KEEP_DELTAS_S,
        janitor_s=_TIDY_S,
        lease_s=_TIDY_S * 10,
        prefix=TEMPORARY + "run",
    )
    room = Room(storage, runs, make(storage, runs, full), owner=caller, clock=clock, key=key)
    scope, now_ms = SpaceScope(caller.space_id), clock.now_ms()
    made = blank(scope, title=title, settings=settings, kind=kind, created_by=room.created_by, now_ms=now_ms)

    def write(tx: Transaction) -> None:
        if usual:
            answering_store.put_defaults(
                tx, scope, usual, version=1, created_by=room.created_by, now_ms=now_ms
            )
        begin(tx, scope, msgspec.structs.replace(made, id=key))

    await storage.write(write)
    await runs.start(is_alone=True)
    room.answering.start()
    return room
