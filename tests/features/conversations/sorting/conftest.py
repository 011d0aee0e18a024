"""Sorting beside the tree, on a database of each kind."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from salon.features.conversations.sorting import Sorting


@pytest.fixture
def sort(play: Callable[..., None]) -> Callable[[Callable[..., Awaitable[None]]], None]:
    """Plays a scene with the tree (``scene``) and with what sorts it."""

    def run(body: Callable[..., Awaitable[None]]) -> None:
        async def with_sorting(scene: Any) -> None:
            await body(scene, Sorting(scene.storage, clock=scene.clock))

        play(with_sorting)

    return run
