"""A conversation of ten thousand long messages: a page is read as fast as of a short one, and so is appended."""

import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import pytest

from salon.features.conversations.models import Author, Content
from salon.features.conversations.tree import NewMessage, Tree
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.messages import TextPart
from salon.foundation.storage import Storage
from salon.testing.columns import Column
from salon.testing.soak import is_soak, scaled
from salon.testing.tree_histories import on

OWNER = Caller(kind="owner", space_id=SpaceId("spc_own"), person_id=PersonId("per_own"), rights=OWNER_RIGHTS)
PAGE_MS = 5.0
FLAT = 3.0
Figure = Callable[[str, object], None]


def said(dice: random.Random) -> NewMessage:
    text = " ".join(f"{dice.getrandbits(30):08x}" for _ in range(556))
    return NewMessage(
        role="user", author=Author(kind="person"), content=Content(parts=(TextPart(text=text),))
    )


async def timed_ms(act: Callable[[], Awaitable[object]], times: int) -> float:
    """Return how long an act takes in the median, in milliseconds."""
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_a_long_conversation_is_as_quick_as_a_short_one(
    column: Column, tmp_path: Path, chance: random.Random, figure: Figure, count: int
) -> None:
    async def scene(storage: Storage) -> None:
        tree, new = Tree(storage, clock=SystemClock()), said(chance)
        conversation = (await tree.conversations.create(OWNER)).conversation.id

        async def appended(many: int) -> None:
            await tree.messages.append(OWNER, conversation, [new] * many)

        async def measured() -> tuple[float, float]:
            page = await timed_ms(lambda: tree.messages.page(OWNER, conversation, limit=50), 60)
            return page, await timed_ms(lambda: appended(1), 60)

        await appended(10)
        _, short_append = await measured()
        for _ in range(0, scaled(count), 200):
            await appended(200)
        page, append = await measured()
        figure("page_ms", round(page, 2))
        figure("append_ms", round(append, 2))
        figure("append_ms_at_the_beginning", round(short_append, 2))
        items = (await tree.messages.page(OWNER, conversation, limit=200)).items
        assert len({view.message.id for view in items}) == 200
        if is_soak():  # elsewhere the machine may be busy with other tests
            assert page <= PAGE_MS
            assert append <= max(short_append * FLAT, 10.0)

    on(column, tmp_path, scene)
