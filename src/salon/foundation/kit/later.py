"""Things that are made when they are first asked for, so that a start does not wait for them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from salon.foundation.kit.tasks import TaskSupervisor

T = TypeVar("T")


class Later(Generic[T]):
    """One thing, made once for all who ask. One event loop."""

    def __init__(self, make: Callable[[], Awaitable[T]], tasks: TaskSupervisor, *, name: str) -> None:
        """``tasks`` runs what makes it, so that nobody who stops waiting stops it; ``name`` is its task's."""
        self._make = make
        self._tasks = tasks
        self._name = name
        self._making: asyncio.Task[T] | None = None

    @property
    def is_made(self) -> bool:
        """Tell whether it is there already."""
        making = self._making
        return making is not None and making.done() and not making.cancelled() and making.exception() is None

    async def get(self) -> T:
        """Return it, made now if it is not there. Raises: what making it raises; the next call tries anew."""
        making = self._making
        if making is None or (making.done() and not self.is_made):
            making = self._making = self._tasks.spawn(self._made(), name=self._name)
        return making.result() if making.done() else await asyncio.shield(making)

    async def _made(self) -> T:
        return await self._make()
