"""``kill -9`` in the midst of conversations: nothing acknowledged is lost, asked twice, or left running.

A life talks, and dies at a step of a write, of a compaction, or at a moment that its seed says. Then another
process goes on, and what it finds is held against what the dead one was told.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column, ColumnName
from salon.testing.fake_provider import FakeProvider
from salon.testing.lives import Lives, of
from salon.testing.load import until
from salon.testing.soak import is_soak, scaled
from salon.testing.talk_checks import Told, check, go_on
from salon.testing.talking import talking

Figure = Callable[[str, object], None]
OpenColumn = Callable[[ColumnName], AbstractContextManager[Column]]
MOST_LOST_MS = 80 if is_soak() else 3000
"""Two ticks on a machine of its own; elsewhere the tick may have to wait for others."""

KILLS = 400
"""On each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""
ALIVE = threading.Lock()
"""Held while one talks: what it may lose is a matter of milliseconds, so no other one takes its time then."""
LANES = 2
"""Houses at once: while one waits for its recovery, another one is killed."""
MOST_STEPS = 450


def order_of(name: str, folder: Path, address: str, fake_url: str, dice: random.Random) -> dict[str, Any]:
    at_a_write = dice.random() < 0.6
    return {
        "name": name, "seed": dice.randrange(2**31), "folder": str(folder), "address": address,
        "fake": fake_url, "steps": dice.randint(1, MOST_STEPS) if at_a_write else 0,
        "after_s": 0 if at_a_write else dice.uniform(0.1, 1.5),
    }  # fmt: skip


async def recover(
    folder: Path, address: str, fake_url: str, told: Told, *, is_alone: bool
) -> tuple[int, int]:
    """Let another process go on, drop the deltas of what has ended, and hold what is there against it."""
    async with talking(folder, address, fake_url=fake_url, lease_s=0.5, is_alone=is_alone) as scene:
        talk = of(told, "talk")
        if not talk:
            return 0, 0
        await go_on(scene, talk[0][0], told)
        await scene.runs.compact(before_ms=2**50)
        return await check(scene, talk[0][0], told)


class Lane:
    """One house that is killed again and again, and what came of it."""

    def __init__(self, column: Column, folder: Path, fake_url: str, dice: random.Random) -> None:
        self.column, self.folder, self.fake_url, self.dice = column, folder, fake_url, dice
        folder.mkdir()
        self.acked = self.interrupted = self.dropped = self.kills = 0
        self.lost_ns: list[int] = []

    def play(self, kills: int) -> None:
        with Lives("salon.testing.mortal_talks:live") as lives:
            for number in range(kills):
                self.kill(lives, number)

    def kill(self, lives: Lives, number: int) -> None:
        address = self.column.address(self.folder)
        with ALIVE:
            told = lives.live(order_of(f"c{number}", self.folder, address, self.fake_url, self.dice))
        until(lambda: self.column.damages(self.folder) == [], what="a whole database")
        more, lost = asyncio.run(
            recover(self.folder, address, self.fake_url, told, is_alone=self.column.is_sqlite)
        )
        running = self.column.rows(self.folder, "SELECT count(*) FROM runs WHERE status = 'running'")
        assert running == [(0,)]
        self.kills += 1
        self.acked += len(of(told, "ack"))
        self.dropped += sum(rows for (rows,) in of(told, "compacted"))
        self.interrupted += more
        self.lost_ns.append(lost)


@pytest.mark.timeout(3600)
def test_killed_talks_lose_nothing_and_leave_nothing_running(
    tmp_path: Path, column_name: ColumnName, open_column: OpenColumn, chance: random.Random, figure: Figure
) -> None:
    with contextlib.ExitStack() as stack:
        fake = stack.enter_context(FakeProvider().in_thread())
        lanes = [
            Lane(
                stack.enter_context(open_column(column_name)),
                tmp_path / str(number),
                fake.url,
                random.Random(chance.random()),
            )
            for number in range(LANES)
        ]
        threads = stack.enter_context(ThreadPoolExecutor(LANES))
        for played in [threads.submit(lane.play, -(-scaled(KILLS) // LANES)) for lane in lanes]:
            played.result()
    lost_ms = sorted(lost / 1e6 for lane in lanes for lost in lane.lost_ns)
    figure("kills", sum(lane.kills for lane in lanes))
    figure("acknowledged", sum(lane.acked for lane in lanes))
    figure("interrupted answers", sum(lane.interrupted for lane in lanes))
    figure("events dropped by compactions", sum(lane.dropped for lane in lanes))
    figure("text lost, p99 in ms", round(lost_ms[int(len(lost_ms) * 0.99)], 1))
    figure("text lost, most in ms", round(lost_ms[-1], 1))
    assert all(lane.acked for lane in lanes)
    assert sum(lane.interrupted for lane in lanes)
    assert lost_ms[-1] <= MOST_LOST_MS
