"""A storage that ends its process at a step, and the lives that it ends."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from salon.foundation.storage.migrations import head
from salon.testing.databases import database
from salon.testing.dying import Countdown, DyingStorage, die_after
from salon.testing.lives import BROKEN, LIVED, Lives, be, of, tell
from salon.testing.mortal_migrations import make_old
from salon.testing.scratch import COUNT, INSERT, create_scratch
from salon.testing.tables import import_all_tables

ROWS = [{"id": f"r{number}", "n": number, "is_on": True, "note": ""} for number in range(3)]


async def told(order, tell) -> None:
    tell("order", order)
    if order == "break":
        raise ValueError("broken")


def steps_of_two_writes(folder: Path, at: int) -> list[int]:
    """Return at which steps the end was called, and how many rows there were then for a reader."""
    ends: list[int] = []

    async def play() -> None:
        async with database(folder / "salon.db") as storage:
            await create_scratch(storage)
            counted = DyingStorage(storage, Countdown(at, lambda: ends.append(at)))
            await counted.write(lambda tx: [tx.run(INSERT, **row) for row in ROWS[:2]])
            counted.submit(lambda tx: tx.many(INSERT, ROWS[2:])).result(60)
            assert await counted.read(lambda tx: tx.one(COUNT)) == (3,)
            assert counted.dialect == "sqlite"

    asyncio.run(play())
    return ends


@pytest.mark.parametrize("at", range(1, 8))
def test_each_step_of_a_write_is_a_moment(tmp_path: Path, at: int) -> None:
    assert steps_of_two_writes(tmp_path, at) == [at]


@pytest.mark.parametrize("at", [0, 8])
def test_no_moment_never_comes(tmp_path: Path, at: int) -> None:
    assert steps_of_two_writes(tmp_path, at) == []


def test_the_time_of_death_comes() -> None:
    over = threading.Event()
    die_after(0.001, over.set)
    assert over.wait(60)


def test_a_storage_really_kills() -> None:
    words = "from salon.testing.dying import Countdown; Countdown(1).step(); print('alive')"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


@pytest.mark.parametrize(("order", "words"), [("live", [LIVED]), ("break", [BROKEN])])
def test_a_life_tells_how_it_ended(order: str, words: list[str]) -> None:
    heard: list[tuple[object, ...]] = []
    be(told, order, told=lambda *words: heard.append(words), end=lambda: heard.append(("end",)))  # type: ignore[arg-type]
    assert [one[0] for one in heard] == ["order", *words, "end"]


def test_what_a_fork_told_before_its_death_is_heard(tmp_path: Path) -> None:
    import_all_tables()
    order = {"address": str(tmp_path / "salon.db"), "steps": 3, "after_s": 0}
    asyncio.run(make_old(order["address"], "0012"))
    with Lives("salon.testing.mortal_migrations:live") as lives:
        assert lives.live(order) == [["gone"]]
        assert of(lives.live({**order, "steps": 0}), "migrated") == [["0012", head()]]
        with pytest.raises(AssertionError, match="KeyError: 'address'"):
            lives.live({})


def test_what_is_told_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    tell("seen", 3, ["ä"])
    assert json.loads(capfd.readouterr().out) == ["seen", 3, ["ä"]]
