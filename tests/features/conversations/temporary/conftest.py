"""A process that a fake provider answers; temporary conversations do not care which database it has."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from salon.testing.tables import import_all_tables
from salon.testing.talking import Talking, talking

Talk = Callable[[Callable[[Talking], Awaitable[None]]], None]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    """Plays a scene with one process on a file, for at most 90 s."""
    import_all_tables()

    def run(acts: Callable[[Talking], Awaitable[None]]) -> None:
        async def main() -> None:
            async with asyncio.timeout(90), talking(tmp_path, str(tmp_path / "salon.db")) as scene:
                await acts(scene)

        asyncio.run(main())

    return run
