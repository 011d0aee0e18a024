"""``kill -9`` within every write around conversations: folders, tags, shares, prompts, files, imports, erasures."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.lives import Lives, of
from salon.testing.mortal_houses import CHECKED, LIVES_OF_A_SPACE, STATE
from salon.testing.soak import scaled

TOGETHER = True
KILLS = 300
"""On each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""
MOST_STEPS = 300
MOST_S = 0.6
Figure = Callable[[str, object], None]


@pytest.fixture
def lives() -> Iterator[Lives]:
    with Lives("salon.testing.mortal_houses:live") as found:
        yield found


def order_of(number: int, folder: Path, column: Column, dice: random.Random) -> dict[str, Any]:
    at_a_write = dice.random() < 0.7
    return {
        "folder": str(folder),
        "address": column.address(folder),
        "space": f"spc_{number // LIVES_OF_A_SPACE}",
        "seed": dice.randrange(2**31),
        "steps": dice.randint(1, MOST_STEPS) if at_a_write else 0,
        "after_s": 0 if at_a_write else dice.uniform(0.005, MOST_S),
    }


def test_what_killed_houses_acknowledged_is_there(
    lives: Lives, tmp_path: Path, column: Column, chance: random.Random, figure: Figure
) -> None:
    kept: list[Any] | None = None
    kills, acts, checks = scaled(KILLS), 0, 0
    for number in range(kills + 1):
        kept = kept if number % LIVES_OF_A_SPACE else None
        told = lives.live({**order_of(number, tmp_path, column, chance), "number": number, "kept": kept})
        states = of(told, STATE)
        kept = states[-1] if states else kept
        acts += len(states)
        checks += len(of(told, CHECKED))
    figure("kills", kills)
    figure("acts", acts)
    assert checks == kills + 1
