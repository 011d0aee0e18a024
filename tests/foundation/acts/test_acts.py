"""Acts under a client's own id: done once, told apart, each space's own, and forgotten after a month."""

import asyncio

import pytest

from salon.foundation.acts import ActDiffers, do_once, forget_acts
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.ids import SpaceId
from salon.testing.databases import database

ANN = Caller(kind="owner", space_id=SpaceId("spc_a"))
BOB = Caller(kind="owner", space_id=SpaceId("spc_b"))
DAY_MS = 24 * 3600 * 1000


class Counter:
    """Counts how often something was done."""

    def __init__(self, storage) -> None:
        self.storage, self.done = storage, 0

    async def ask(
        self, caller: Caller = ANN, *, act: str = "add", asked: str = "one", client_id: str | None = "c"
    ):
        def do(_) -> dict[str, int]:
            self.done += 1
            return {"number": self.done}

        made = await do_once(
            self.storage, caller, do, act=act, asked=asked, client_id=client_id, now_ms=100 * DAY_MS
        )
        return made["number"]


def play(address: str, scene) -> None:
    async def run() -> None:
        async with database(address) as storage:
            await scene(Counter(storage))

    asyncio.run(run())


def test_an_act_is_done_once_in_each_space(address: str) -> None:
    async def scene(counter) -> None:
        assert [await counter.ask() for _ in range(3)] == [1, 1, 1]
        assert [await counter.ask(BOB) for _ in range(2)] == [2, 2]
        assert [await counter.ask(client_id=None) for _ in range(2)] == [3, 4]
        for other in ({"act": "remove"}, {"asked": "two"}):
            with pytest.raises(ActDiffers):
                await counter.ask(**other)
        assert counter.done == 4

    play(address, scene)


def test_an_act_may_be_sent_again_for_thirty_days(address: str) -> None:
    async def scene(counter) -> None:
        await counter.ask()
        assert await forget_acts(counter.storage, now_ms=130 * DAY_MS) == 0
        assert await counter.ask() == 1
        assert await forget_acts(counter.storage, now_ms=130 * DAY_MS + 1) == 1
        assert await counter.ask() == 2

    play(address, scene)
