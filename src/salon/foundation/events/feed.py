"""A space's durable events for one viewer: from any number on, in order, none left out, none twice."""

from collections.abc import AsyncIterator
from typing import Final

from salon.foundation.events.bus import Bus
from salon.foundation.events.models import StoredEvent
from salon.foundation.events.store import events_after, last_number
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Storage

PAGE: Final = 200
QUEUE: Final = 500
"""Events that may wait for one viewer; one that is behind further reads the outbox."""


class Feed:
    """Joins the outbox with the bus."""

    def __init__(self, storage: Storage, bus: Bus) -> None:
        self._storage = storage
        self._bus = bus

    async def last(self, scope: SpaceScope) -> int:
        """Return the number of the last event of a space; 0 before the first."""
        return await self._storage.read(lambda tx: last_number(tx, scope))

    async def follow(
        self, scope: SpaceScope, after: int, *, quiet_s: float = 15.0
    ) -> AsyncIterator[list[StoredEvent]]:
        """Yield the events after a number as they come; an empty list whenever ``quiet_s`` brought none.

        A number ahead of the first one yielded means that what was between was deleted long ago. Ends when
        the bus is closed. Raises: StorageError.
        """
        number = after
        with self._bus.subscribe(f"{scope.space_id}.>", limit=QUEUE) as subscription:
            is_behind = True
            while True:
                while is_behind:
                    start = number
                    page = await self._storage.read(
                        lambda tx, start=start: events_after(tx, scope, start, limit=PAGE)
                    )
                    if page:
                        number = page[-1].number
                        yield page
                    is_behind = len(page) == PAGE
                try:
                    event = await subscription.next(timeout_s=quiet_s)
                except TimeoutError:
                    yield []
                    continue
                if event is None:
                    return
                if isinstance(event, StoredEvent) and event.number == number + 1:
                    number = event.number
                    yield [event]
                else:
                    # Seen already, or some were lost on the way here: the outbox knows.
                    is_behind = not (isinstance(event, StoredEvent) and event.number <= number)
