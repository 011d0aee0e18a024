"""Random histories of trees: whatever is done in whatever order, nothing is lost or out of reach."""

import asyncio
import random
from pathlib import Path

from salon.features.conversations.tree import Tree
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.storage import Storage
from salon.testing.columns import Column
from salon.testing.soak import scaled
from salon.testing.tree_histories import History, on

TOGETHER = True
OWNER = Caller(kind="owner", space_id=SpaceId("spc_own"), person_id=PersonId("per_own"), rights=OWNER_RIGHTS)
AT_ONCE = 4
STEPS = 14


class Ticking(ManualClock):
    """A clock that is never asked the same time twice, so that acts can be told apart."""

    def now_ms(self) -> int:
        self.advance(0.001)
        return super().now_ms()


def test_no_history_of_a_tree_loses_anything(column: Column, tmp_path: Path, chance: random.Random) -> None:
    count = scaled(10_000)

    async def scene(storage: Storage) -> None:
        tree = Tree(storage, clock=Ticking())

        async def one(number: int) -> None:
            history = History(tree, OWNER, random.Random(f"{chance.random()}:{number}"))
            await history.play(STEPS)
            await history.check()
            if number % 5 == 0:
                await history.check_copy()

        for start in range(0, count, AT_ONCE):
            await asyncio.gather(*(one(number) for number in range(start, min(count, start + AT_ONCE))))

    on(column, tmp_path, scene)
