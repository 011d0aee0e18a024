"""Waiting with an end, and work that must come to its own."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor

T = TypeVar("T")


async def within(waited: Awaitable[T], seconds: float) -> T:
    """Return what ``waited`` gives within so many seconds. Raises: TimeoutError."""
    async with asyncio.timeout(max(0.0, seconds)):
        return await waited


async def whole(supervisor: TaskSupervisor, work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` to its end, even if who waits for it is cancelled meanwhile. Raises: what it raises."""
    refusal = await asyncio.shield(supervisor.spawn(_told(work), name="realtime-whole"))
    if refusal is not None:
        raise refusal


async def _told(work: Coroutine[Any, Any, None]) -> SalonError | None:
    """Return what ``work`` refuses, which is no failure of a task."""
    try:
        await work
    except SalonError as error:
        return error
    return None
