"""The random histories of trees, one of each database, and the accounts that let everybody in."""

import random
from pathlib import Path

from salon.features.conversations.tree import Tree
from salon.foundation.kit.clock import SystemClock
from salon.foundation.storage import Storage
from salon.testing.columns import Column
from salon.testing.everybody import OWNER, Everybody
from salon.testing.tree_histories import History, on


def test_a_history_is_played_and_checked(column: Column, tmp_path: Path) -> None:
    async def scene(storage: Storage) -> None:
        history = History(Tree(storage, clock=SystemClock()), OWNER, random.Random(7))
        await history.play(40)
        await history.check()
        await history.check_copy()

    on(column, tmp_path, scene)


def test_everybody_is_the_owner() -> None:
    accounts = Everybody()
    accounts.on_ended(None)
    assert (accounts.authenticate_key("sk"), accounts.session("s")) == (None, None)
    assert accounts.identity(accounts.owner("tcp")).caller is OWNER
