"""The client that does its worst: what it does is done, and refused for a reason or taken."""

import asyncio
import random
import time
from pathlib import Path

from salon.testing.hostile import Hostile
from salon.testing.house import House, HouseSetup
from salon.testing.raw_http import RawAnswer

KINDS = {"import", "picture", "document", "nested body", "upload", "search", "export"}
PATIENCE_S = 90.0


def test_each_of_its_acts_is_answered(tmp_path: Path) -> None:
    async def play(house: House, key: str) -> dict[str, set[str]]:
        hostile, ended = Hostile(house.port, key, random.Random(4)), asyncio.Event()
        await hostile.prepare(conversations=1)
        going = asyncio.ensure_future(hostile.go_on(ended))
        until_s = time.monotonic() + PATIENCE_S
        while set(hostile.told) != KINDS and time.monotonic() < until_s:
            await asyncio.sleep(0.05)
        ended.set()
        await going
        return {kind: set(answers) for kind, answers in hostile.told.items()}

    with House(tmp_path / "data", HouseSetup()) as house:
        key = house.create_key("hostile", "--right", "models.use", "--right", "conversations.use")
        told = asyncio.run(play(house, key))
    assert set(told) == KINDS
    assert told["upload"] == {"201"}
    assert all(one[0] in "245" and one[:3] != "500" for answers in told.values() for one in answers), told


def test_an_answer_that_never_came_is_told_by_its_problem() -> None:
    hostile = Hostile(0, "key", random.Random(4))
    hostile._tell("search", RawAnswer(status=0, problem="refused"))
    assert hostile.told["search"] == {"0 refused": 1}
