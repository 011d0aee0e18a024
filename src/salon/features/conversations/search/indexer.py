"""Fills the index with what the tree noted: soon after it was said, in small slices, one process at a time.

Appending writes one short note; taking words apart and writing them would cost it a millisecond for every
five kilobytes. What was deleted meanwhile waits no longer, so it is never indexed.
"""

import asyncio
import logging
from typing import Final

from salon.features.conversations.indexing.notes import set_title
from salon.features.conversations.indexing.texts import Words, words_of
from salon.features.conversations.indexing.words import tokens
from salon.features.conversations.models import Message
from salon.features.conversations.search import index_store
from salon.foundation.kit.caller import Scope, SystemScope
from salon.foundation.kit.errors import Overloaded, SalonError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import Storage, Transaction

EVERY_S: Final = 0.5
"""How often is looked for what waits."""
PATIENCE_S: Final = 10.0
"""How long a search waits for an index that is just being made."""
SLICE: Final = 50
"""Messages of one transaction: others' writes wait for no more than some tens of milliseconds."""
_PAGE: Final = 2_000
_FILL: Final = "search: put the messages of every space into the index"
_logger = logging.getLogger(__name__)


class Indexer:
    """Keeps the index of one house."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._tasks = TaskSupervisor("search")
        self._made = asyncio.Event()

    def start(self) -> None:
        """Make the index if there is none, and fill it from now on; nobody waits for that here."""
        self._tasks.spawn(self._keep(), name="search-indexer")

    async def ready(self) -> None:
        """Wait until there is an index. Raises: Overloaded if that takes long."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._made.wait()
        except TimeoutError as error:
            raise Overloaded(retry_after_s=1) from error

    async def close(self) -> None:
        """Stop filling it; what waits is indexed at the next start."""
        await self._tasks.close()

    async def catch_up(self) -> int:
        """Index everything that waits; return how many messages that were."""
        done = 0
        while True:
            keys, count = await self._slice()
            done += count
            if not keys:
                return done

    async def renew(self) -> int:
        """Have the index made anew from now on, and return of how many messages.

        Searching finds what is done so far: ask ``waiting`` how far it is.
        """
        await self._storage.write(lambda tx: index_store.clear(tx, _scope()))
        return await self._enqueue_all()

    async def waiting(self) -> int:
        """Return how many messages of the house are not in the index yet."""
        return await self._storage.read(lambda tx: index_store.count_waiting(tx, _scope()))

    async def _keep(self) -> None:
        while True:
            try:
                if not self._made.is_set():
                    await self._make()
                await self.catch_up()
            except SalonError as error:
                _logger.warning("the search index: %s", error.message)
            await asyncio.sleep(EVERY_S)

    async def _make(self) -> None:
        is_made = await self._storage.read(lambda tx: index_store.is_made(tx, _scope()))
        is_new = not is_made and await self._storage.write(lambda tx: index_store.begin(tx, _scope()))
        self._made.set()  # what is filled in so far is found, as after ``renew``
        if is_new:
            await self._enqueue_all()

    async def _slice(self) -> tuple[list[str], int]:
        keys, found = await self._storage.read(lambda tx: index_store.waiting(tx, _scope(), most=SLICE))
        if not keys:
            return keys, 0
        texts, parted = await asyncio.to_thread(_take_apart, found)
        count = await self._storage.write(lambda tx: index_store.add(tx, _scope(), keys, texts, parted))
        return keys, count

    async def _enqueue_all(self) -> int:
        after, total = "", 0
        while True:
            page = await self._storage.write(
                lambda tx, after=after: index_store.enqueue_all(tx, _scope(), after=after, most=_PAGE)
            )
            if page is None:
                break
            after, total = page[0], total + page[1]
        await self._set_titles()
        return total

    async def _set_titles(self) -> None:
        after: str | None = ""
        while after is not None:
            after = await self._storage.write(lambda tx, after=after: _set_some_titles(tx, _scope(), after))


def _set_some_titles(tx: Transaction, scope: Scope, after: str) -> str | None:
    rows = index_store.titles_after(tx, scope, after=after, most=SLICE)
    for conversation_id, space, title in rows:
        set_title(tx, space, conversation_id, title)
    return rows[-1][0] if rows else None


def _take_apart(found: list[Message]) -> tuple[list[Words], dict[str, list[str]]]:
    texts = [words_of(message) for message in found]
    return texts, {one.message_id: tokens(one.text) for one in texts}


def _scope() -> SystemScope:
    return SystemScope(_FILL)
