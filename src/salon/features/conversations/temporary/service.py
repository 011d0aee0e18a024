"""The temporary conversations of one process: begun, found by ids that say what they are, ended.

Nothing is made before the first one is begun: no thread, no database, no task. What they hold is in this
process alone, so an id that it does not know is answered with what may have become of it.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from salon.features.conversations.answering.store import get_defaults
from salon.features.conversations.errors import (
    TemporaryFull,
    TemporaryGone,
    TemporaryRefused,
    TemporaryTooMany,
)
from salon.features.conversations.models import ConversationKind
from salon.features.conversations.naming import TEMPORARY
from salon.features.conversations.temporary.limits import Limits
from salon.features.conversations.temporary.room import MakesAnswering, Room, open_room
from salon.features.conversations.tree import ConversationView, Deleted, Verb
from salon.features.conversations.tree.conversations import check_settings, check_title
from salon.foundation.acts import ActDiffers, fingerprint_of
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage

_LOOK_S: Final = 60.0
_LAST_LOOK_S: Final = 2.0
"""How long who watched an answer may still read how it ended."""
_KINDS: Final = {"cnv": "conversation", "msg": "message", "que": "queued message", "run": "run"}
_logger = logging.getLogger(__name__)


class Temporary:
    """The temporary conversations of one process. One event loop."""

    def __init__(
        self,
        storage: Storage,
        make: MakesAnswering,
        *,
        clock: Clock,
        limits: Callable[[], Limits] = Limits,
    ) -> None:
        """``storage`` is the house's: of it only what is usual in a space is read, when one begins."""
        self._storage = storage
        self._make = make
        self._clock = clock
        self._limits = limits
        self._rooms: dict[str, Room] = {}
        self._beginning = asyncio.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._tasks = TaskSupervisor("temporary")

    @property
    def count(self) -> int:
        """How many there are in this process."""
        return len(self._rooms)

    @property
    def size_bytes(self) -> int:
        """How much all of them hold."""
        return sum(room.storage.size_bytes for room in self._rooms.values())

    async def begin(
        self,
        caller: Caller,
        *,
        title: str = "",
        settings: dict[str, Any] | None = None,
        kind: ConversationKind = "chat",
        client_id: str | None = None,
    ) -> ConversationView:
        """Begin one; with a client's own id once, as long as it is there.

        Raises: TemporaryTooMany, TemporaryFull, InvalidRequest, TooLarge, ActDiffers, StorageError.
        """
        check_title(title)
        check_settings(settings or {})
        scope = SpaceScope(caller.space_id)
        asked = {"title": title, "settings": settings, "kind": kind}
        act = (client_id, fingerprint_of("conversation.begin-temporary", asked))
        async with self._beginning:
            known = self._begun(caller, client_id)
            if known is not None:
                if known.act != act:
                    raise ActDiffers(client_id=client_id)
                return await known.view()
            self._check_room_for_one(caller)
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "salon-temporary")
                self._tasks.spawn(self._look_forever(), name="temporary-conversations")
            usual, _ = await self._storage.read(lambda tx: get_defaults(tx, scope))
            room = await open_room(
                caller,
                self._make,
                thread=self._thread,
                full=lambda more: self._full(caller.space_id, more_bytes=more),
                clock=self._clock,
                usual=usual,
                title=title,
                settings=settings or {},
                kind=kind,
            )
            room.act = act
            self._rooms[room.id] = room
        return await room.view()

    async def own(self, caller: Caller) -> list[ConversationView]:
        """Return the caller's own, the one begun last first."""
        return [await room.view() for room in reversed(self._own(caller))]

    async def room(self, caller: Caller, key: str, *, writes: bool = False) -> Room:
        """Return where a conversation is, or that of a message, a run, or something that waits.

        With ``writes`` only if there is room for more. Raises: TemporaryGone, TemporaryFull.
        """
        room = self._rooms.get(key)
        if room is None or not room.belongs_to(caller):
            room = await self._with(caller, key)
        if room is None:
            told = _KINDS.get(key[len(TEMPORARY) : len(TEMPORARY) + 3], "conversation")
            raise TemporaryGone(what=told, id=key[:100])
        room.used_s = self._clock.monotonic_s()
        if writes:
            self._check_bytes(caller)
        return room

    async def end(self, caller: Caller, key: str, verb: Verb = "delete") -> Deleted:
        """End one at once; its viewers are told the end. Raises: TemporaryGone, TemporaryRefused."""
        if verb not in {"delete", "erase"}:
            raise TemporaryRefused(id=key[:100])
        room = await self.room(caller, key)
        found = await room.view()
        await self._end(room)
        return Deleted(
            verb=verb,
            kind="conversation",
            id=room.id,
            messages=found.conversation.messages,
            bodies_gone_at_ms=self._clock.now_ms(),
        )

    async def end_unused(self) -> int:
        """End those that were not used for too long; return how many."""
        before_s = self._clock.monotonic_s() - self._limits().unused_s
        old = [room for room in self._rooms.values() if room.used_s <= before_s and not room.is_at_work]
        for room in old:
            await self._end(room)
        return len(old)

    async def close(self) -> None:
        """End all of them: they are lost with the process."""
        await self._tasks.close()
        async with self._beginning:
            await asyncio.gather(*(self._end(room) for room in tuple(self._rooms.values())))
            if self._thread is not None:
                self._thread.shutdown(wait=False)

    # -- parts ------------------------------------------------------------------------------------
    def _own(self, caller: Caller) -> list[Room]:
        return [room for room in self._rooms.values() if room.belongs_to(caller)]

    def _begun(self, caller: Caller, client_id: str | None) -> Room | None:
        if client_id is None:
            return None
        return next((room for room in self._own(caller) if room.act[0] == client_id), None)

    async def _with(self, caller: Caller, key: str) -> Room | None:
        """Return the caller's room in which a message, a run, or something that waits is."""
        for room in self._own(caller):
            try:
                if await room.has(key):
                    return room
            except TemporaryGone:
                continue  # it ended this moment
        return None

    async def _end(self, room: Room) -> None:
        if self._rooms.pop(room.id, None) is None:
            return  # somebody else ends it
        is_seen = room.is_at_work
        try:
            await room.stop()
        finally:
            if is_seen and not self._tasks.closed:
                self._tasks.spawn(_let_go(room), name="temporary-end")
            else:
                await room.storage.close()

    def _check_room_for_one(self, caller: Caller) -> None:
        most = self._limits().most
        if sum(room.space_id == caller.space_id for room in self._rooms.values()) >= most:
            raise TemporaryTooMany(limit=most)
        self._check_bytes(caller)

    def _check_bytes(self, caller: Caller) -> None:
        full = self._full(caller.space_id)
        if full is not None:
            raise full

    def _full(self, space_id: SpaceId, *, more_bytes: int = 0) -> TemporaryFull | None:
        """Return why there is no room for more; the log of an answer is kept again, as its message."""
        limits = self._limits()
        of_space = sum(room.storage.size_bytes for room in self._rooms.values() if room.space_id == space_id)
        if of_space + more_bytes >= limits.space_bytes:
            return TemporaryFull(whose="this space", limit_bytes=limits.space_bytes)
        if self.size_bytes + more_bytes >= limits.house_bytes:
            return TemporaryFull(whose="all spaces", limit_bytes=limits.house_bytes)
        return None

    async def _look_forever(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                ended = await self.end_unused()
            except SalonError as error:
                _logger.warning("a temporary conversation could not be ended: %s", error.code)
                continue
            if ended:
                _logger.info("%d temporary conversations were not used for long and are gone", ended)


async def _let_go(room: Room) -> None:
    """Let go of what a room held once its viewers have read the end."""
    try:
        await asyncio.sleep(_LAST_LOOK_S)
    finally:
        await room.storage.close()
