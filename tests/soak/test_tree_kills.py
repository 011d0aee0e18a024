"""``kill -9`` within every kind of write to a tree: what was acknowledged is there, what was not is done once."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.lives import Lives, of
from salon.testing.mortal_trees import CHECKED, STATE
from salon.testing.soak import scaled

TOGETHER = True
KILLS = 300
"""On each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""
MOST_STEPS = 250
MOST_S = 0.25
Figure = Callable[[str, object], None]


@pytest.fixture
def lives() -> Iterator[Lives]:
    with Lives("salon.testing.mortal_trees:live") as found:
        yield found


def order_of(number: int, address: str, kept: dict[int, str], dice: random.Random) -> dict[str, Any]:
    at_a_write = dice.random() < 0.7
    return {
        "address": address,
        "number": number,
        "seed": dice.randrange(2**31),
        "steps": dice.randint(1, MOST_STEPS) if at_a_write else 0,
        "after_s": 0 if at_a_write else dice.uniform(0.005, MOST_S),
        "kept": list(kept.values()),
    }


def test_acts_of_killed_processes_are_done_once(
    lives: Lives, tmp_path: Path, column: Column, chance: random.Random, figure: Figure
) -> None:
    kept: dict[int, str] = {}
    kills, acts, checks = scaled(KILLS), 0, 0
    for number in range(kills + 1):
        told = lives.live(order_of(number, column.address(tmp_path), kept, chance))
        checks += len(of(told, CHECKED))
        acts += len(of(told, STATE))
        kept = dict(of(told, STATE))
    figure("kills", kills)
    figure("acts", acts)
    assert checks >= kills
