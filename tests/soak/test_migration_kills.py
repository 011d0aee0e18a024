"""``kill -9`` within migrations of filled databases of every release: the next start finds and keeps every row."""

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salon.foundation.storage import open_storage
from salon.foundation.storage.backup import check
from salon.foundation.storage.migrations import head, migrate
from salon.testing.columns import Column
from salon.testing.databases import new_database
from salon.testing.lives import LIVED, Lives, of
from salon.testing.mortal_migrations import Rows, make_old, rows_of
from salon.testing.soak import scaled
from salon.testing.tables import import_all_tables

TOGETHER = True
KILLS = 60
"""On each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""
MOST_STEPS = 250
MOST_S = 0.5
Figure = Callable[[str, object], None]


@pytest.fixture
def lives() -> Iterator[Lives]:
    with Lives("salon.testing.mortal_migrations:live") as found:
        yield found


async def finish(address: str, filled: Rows) -> None:
    """Start well, and look at everything."""
    storage = await open_storage(address, pool_size=2)
    try:
        report = await migrate(storage, backup=False)
        assert report.after == head()
        checked = await check(storage)
        assert (checked.integrity, checked.broken_references) == ((), ())
        assert await rows_of(storage, filled) == filled
    finally:
        await storage.close()


def killed(lives: Lives, address: str, revision: str, dice: random.Random) -> int:
    """Die in one database again and again; return how many of its starts were killed."""
    filled, kills = asyncio.run(make_old(address, revision)), 0
    for _ in range(4):
        at_a_statement = dice.random() < 0.7
        steps = dice.randint(1, dice.choice((10, 60, MOST_STEPS))) if at_a_statement else 0
        after_s = 0 if at_a_statement else dice.uniform(0.001, MOST_S)
        told = lives.live({"address": address, "steps": steps, "after_s": after_s})
        kills += not of(told, LIVED)
    asyncio.run(finish(address, filled))
    return kills


def test_killed_migrations_keep_every_row(
    lives: Lives, tmp_path: Path, column: Column, postgres_or_none: str, chance: random.Random, figure: Figure
) -> None:
    import_all_tables()
    wanted, kills, number = scaled(KILLS, least=4), 0, 0
    while kills < wanted:
        number += 1
        revision = f"{chance.randint(1, int(head() or 1) - 1):04d}"
        if column.is_sqlite:
            kills += killed(lives, str(tmp_path / f"{number}.db"), revision, chance)
        else:
            with new_database(postgres_or_none) as url:
                kills += killed(lives, url, revision, chance)
    figure("kills", kills)
    figure("databases", number)


@pytest.fixture
def postgres_or_none(column: Column, request: pytest.FixtureRequest) -> str:
    """The server, where the column has one: each database here is empty at first."""
    return "" if column.is_sqlite else request.getfixturevalue("postgres_server")
