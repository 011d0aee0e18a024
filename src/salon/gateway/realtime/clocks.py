"""Waiting with an end."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def within(waited: Awaitable[T], seconds: float) -> T:
    """Return what ``waited`` gives within so many seconds. Raises: TimeoutError."""
    async with asyncio.timeout(max(0.0, seconds)):
        return await waited
