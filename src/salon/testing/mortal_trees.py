"""Random histories of trees in a process that dies, and the next one that goes on where it was.

Before each act the model of a history is told. Whoever goes on with it does the very act again, under the
client's same ids: it may have been done or not, and must have been done once then. Nothing else may differ.
"""

import asyncio
import base64
import pickle
import random
from typing import Any, Final, cast

from salon.features.conversations.tree import Tree
from salon.foundation.kit.clock import ManualClock
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.backup import check
from salon.foundation.storage.migrations import migrate
from salon.testing.dying import Countdown, DyingStorage, die_after
from salon.testing.everybody import OWNER
from salon.testing.lives import Tell
from salon.testing.tree_histories import History

STATE: Final = "state"
CHECKED: Final = "checked"
_STEPS: Final = 14
_AT_ONCE: Final = 2
_LIFE_MS: Final = 1_000_000
"""How far apart the clocks of two lives are."""


class Ticking(ManualClock):
    """A clock that is never asked the same time twice, so that acts can be told apart."""

    def now_ms(self) -> int:
        """Return the next time."""
        self.advance(0.001)
        return super().now_ms()


async def live(order: dict[str, Any], tell: Tell) -> None:
    """Go on with the histories of the life before, check them, and play new ones until the end.

    The order: ``address`` of the database, ``number`` of the life, its ``seed``, ``steps`` or seconds
    (``after_s``) until it dies, and ``kept``: what the life before told of its histories.
    """
    storage = await open_storage(order["address"], pool_size=4)
    try:
        await _live(storage, order, tell)
    finally:
        await storage.close()


async def _live(storage: Storage, order: dict[str, Any], tell: Tell) -> None:
    await migrate(storage, backup=False)
    clock = Ticking(now_ms=1_800_000_000_000 + order["number"] * _LIFE_MS)
    whole = Tree(storage, clock=clock)
    dice = random.Random(order["seed"])  # noqa: S311 - not for secrets
    kept = [_loaded(text, whole) for text in order["kept"]]
    for history in kept:
        await (history.step() if history.id else history.begin())
    for history in kept:
        await history.check()
    await _check_database(storage, tell)
    tree = Tree(cast("Storage", DyingStorage(storage, Countdown(order["steps"]))), clock=clock)
    if order["after_s"]:
        die_after(order["after_s"])
    histories = [History(tree, OWNER, random.Random(dice.random())) for _ in range(_AT_ONCE)]  # noqa: S311
    await asyncio.gather(*(_play(history, number, tell) for number, history in enumerate(histories)))


async def _play(history: History, number: int, tell: Tell) -> None:
    tell(STATE, number, _kept(history))
    await history.begin()
    for _ in range(_STEPS):
        tell(STATE, number, _kept(history))
        await history.step()


async def _check_database(storage: Storage, tell: Tell) -> None:
    report = await check(storage)
    assert (report.integrity, report.broken_references) == ((), ())
    tell(CHECKED)


def _kept(history: History) -> str:
    return base64.b64encode(pickle.dumps(history)).decode()


def _loaded(text: str, tree: Tree) -> History:
    history = cast("History", pickle.loads(base64.b64decode(text)))  # noqa: S301 - told by our own fork
    history.tree = tree
    return history
