"""``kill -9`` under traffic: what was committed stays, what was reserved returns, the database is whole."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salon.foundation.ledger.ledger import LEASE_TTL_S
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import Case, gather_bounded, run_case, until
from salon.testing.scene import CALLERS, DIALECTS, model_of, usual_setup
from salon.testing.soak import scaled

TOGETHER = True
BUDGET = "0.0200"


@pytest.fixture
def house(tmp_path: Path, column: Column) -> Iterator[House]:
    with FakeProvider().in_thread() as fake:
        house = House(tmp_path / "data", usual_setup(fake.url, column=column))
        try:
            house.start()
            yield house
        finally:
            house.stop()


def traffic(house: House, key: str, source: random.Random) -> threading.Thread:
    """Send requests until the house is gone."""

    def draw(number: int) -> Case:
        return Case(
            id=f"k{number}", caller=source.choice(CALLERS), model=model_of(source.choice(DIALECTS)),
            stream=source.random() < 0.5, plan=f"tokens=4;rate={source.choice((0, 0, 200))}", key=key,
            max_tokens=8, timeout_s=3,
        )  # fmt: skip

    async def send() -> None:
        await gather_bounded([draw(number) for number in range(400)], lambda one: run_case(house.port, one))

    thread = threading.Thread(target=lambda: asyncio.run(send()))
    thread.start()
    return thread


def committed(house: House) -> set[str]:
    return {row[0] for row in house.rows("SELECT request_id FROM ledger_requests")}


def test_a_killed_house_keeps_what_it_acknowledged(
    house: House, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    key = house.create_key("killed", "--budget", "1000")
    for _ in range(scaled(200)):
        sender = traffic(house, key, chance)
        sender.join(chance.uniform(0.1, 0.8))
        seen = committed(house)
        house.kill()
        sender.join()
        assert seen <= committed(house)
        until(lambda: house.damages() == [], what="a whole database")
        house.start()
        assert seen <= committed(house)
    figure("kills", scaled(200))
    figure("rows at the end", len(committed(house)))
    checked = house.salon("db", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_reservations_of_a_killed_house_return(house: House, chance: random.Random) -> None:
    key = house.create_key("reserved", "--budget", BUDGET)
    hold = Case(
        id="hold", caller="openai", model=model_of("openai"), stream=True, plan="tokens=4000;rate=10",
        key=key, max_tokens=4000, timeout_s=1.0,
    )  # fmt: skip
    for _ in range(scaled(50)):
        holders = threading.Thread(
            target=lambda: asyncio.run(gather_bounded([hold] * 2, lambda one: run_case(house.port, one)))
        )
        holders.start()
        holders.join(chance.uniform(0.3, 0.6))
        house.kill()
        holders.join()
        house.start()
    ask = Case(
        id="after", caller="openai", model=model_of("openai"), stream=False, plan="tokens=4", key=key,
        max_tokens=4000,
    )  # fmt: skip

    def is_let_in() -> bool:
        return asyncio.run(run_case(house.port, ask)).answer.status == 200

    # Beside a file there is one process, and its start takes everything back; a database that others share
    # keeps what the dead one held until its lease is over.
    if house.setup.column.is_sqlite:
        assert is_let_in()
    else:
        until(is_let_in, seconds=LEASE_TTL_S + 45, what="the reservations' return")
