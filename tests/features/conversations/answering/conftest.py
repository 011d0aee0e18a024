"""Conversations that a fake provider answers, on a database of each kind."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from salon.testing.tables import import_all_tables
from salon.testing.talking import Talking, talking

Talk = Callable[[Callable[[Talking], Awaitable[None]]], None]


@pytest.fixture
def talk(address: str, tmp_path: Path) -> Talk:
    """Plays a scene with one process on a database of each kind, for at most 90 s."""
    import_all_tables()

    def run(acts: Callable[[Talking], Awaitable[None]]) -> None:
        async def main() -> None:
            async with asyncio.timeout(90), talking(tmp_path, address) as scene:
                await acts(scene)

        asyncio.run(main())

    return run
