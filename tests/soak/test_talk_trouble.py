"""Disks that are full or cannot be written, and clocks that jump by a day, while models answer.

The house lives on. What it acknowledged is there, what it refused can be sent again, every answer ends, and
has all the text that any viewer was shown.
"""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.clock import SystemClock
from salon.foundation.storage import open_storage
from salon.foundation.storage.backup import check as check_database
from salon.testing.fake_provider import FakeProvider
from salon.testing.faulty_disk import Call, Fault, FaultyDisk
from salon.testing.mortal_talks import Talk
from salon.testing.soak import scaled
from salon.testing.tables import import_all_tables
from salon.testing.talk_checks import check, everything, go_on
from salon.testing.talking import Talking, talking, text_of

TOGETHER = True
TROUBLES = 60
ACTS = 20
DAY_MS = 24 * 3600 * 1000
PATIENCE_S = 120.0
Figure = Callable[[str, object], None]


class Jumping(SystemClock):
    """The machine's clock, whose wall time somebody sets."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


async def make_trouble(disk: FaultyDisk, clock: Jumping, dice: random.Random) -> None:
    """Let the disk be full until a call of it has failed, then trouble disk and clock a few times more."""
    disk.fail = lambda call: "full" if is_writing(call) else None
    async with asyncio.timeout(PATIENCE_S):
        while not disk.failed:
            await asyncio.sleep(0.01)
    disk.fail = lambda _call: None
    for _ in range(dice.randint(0, 2)):
        await asyncio.sleep(dice.uniform(0.0, 0.4))
        kind = dice.choice(("full", "broken", "clock"))
        if kind == "clock":
            clock.ahead_ms = dice.choice((-DAY_MS, DAY_MS, 0))
            continue
        fault: Fault = "full" if kind == "full" else "broken"
        disk.fail = lambda call, fault=fault: fault if is_writing(call) else None
        await asyncio.sleep(dice.uniform(0.05, 1.2))
        disk.fail = lambda _call: None


def is_writing(call: Call) -> bool:
    return call.operation in {"write", "sync", "truncate"}


async def talk_in_trouble(scene: Talking, disk: FaultyDisk, clock: Jumping, dice: random.Random) -> int:
    """Talk while there is trouble, then hold everything against what was told; return how many refusals."""
    # A checkpoint of its own: SQLite's automatic one fails silently, apsw would tell it as the commit's.
    await scene.bench.storage.alone(lambda raw: raw.execute("PRAGMA wal_autocheckpoint=0").fetchall())  # type: ignore[attr-defined]
    told: list[Any] = []
    one, _ = await scene.conversation()
    order = {"name": "talk", "seed": dice.randrange(2**31)}
    talk = Talk(scene, one, order, lambda *words: told.append(list(words)))
    talk.is_patient = True
    trouble = asyncio.ensure_future(make_trouble(disk, clock, dice))
    for number in range(ACTS):
        await talk.act(number)
    await trouble
    await go_on(scene, one, told)
    await asyncio.gather(*talk.watchers)
    await check(scene, one, told)
    shown = {run_id: letters for kind, run_id, letters, _ in (w for w in told if w[0] == "seen")}
    kept = {message.run_id: len(text_of(message)) for message in await everything(scene, one)}
    assert {run: (kept.get(run), letters) for run, letters in shown.items() if kept.get(run) != letters} == {}
    return sum(words[0] == "try" for words in told) - sum(words[0] == "ack" for words in told)


async def look_at(path: Path) -> None:
    """See that the file is whole, on a disk that is well."""
    storage = await open_storage(path)
    try:
        report = await check_database(storage)
        assert (report.integrity, report.broken_references) == ((), ())
    finally:
        await storage.close()


@pytest.mark.timeout(3600)
def test_answers_outlive_full_disks_and_jumping_clocks(
    tmp_path: Path, chance: random.Random, figure: Figure
) -> None:
    import_all_tables()
    failed = refused = 0
    with FakeProvider().in_thread() as fake:
        for number in range(scaled(TROUBLES)):
            dice, folder = random.Random(chance.random()), tmp_path / str(number)
            folder.mkdir()
            with FaultyDisk(dice) as disk:

                async def play(
                    disk: FaultyDisk = disk, dice: random.Random = dice, folder: Path = folder
                ) -> int:
                    clock = Jumping()
                    async with (
                        asyncio.timeout(PATIENCE_S),
                        talking(
                            folder, str(folder / "salon.db"), fake_url=fake.url, is_alone=True, clock=clock
                        ) as scene,
                    ):
                        return await talk_in_trouble(scene, disk, clock, dice)

                refused += asyncio.run(play())
                failed += disk.failed
            asyncio.run(look_at(folder / "salon.db"))
    figure("talks", scaled(TROUBLES))
    figure("calls of the disk that failed", failed)
    figure("acts refused", refused)
    assert failed
