"""A house with hundreds of providers answers as one with few: what is listed is gathered once."""

import time
from pathlib import Path

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup, ProviderSetup

MANY = 600


def _best_s(house: House, path: str) -> float:
    taken: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        assert house.get(f"/salon/v1/{path}")[0] == 200
        taken.append(time.perf_counter() - started)
    return min(taken)


def test_the_list_of_many_providers_costs_no_more_than_that_of_their_models(
    tmp_path: Path, column: Column
) -> None:
    nobody = "http://127.0.0.1:1/v1"
    providers = tuple(
        ProviderSetup(name=f"p{number}", kind="openai-compatible", url=nobody, models=("one", "two"))
        for number in range(MANY)
    )
    with House(tmp_path / "data", HouseSetup(providers=providers, column=column)) as house:
        assert _best_s(house, "providers") < 4 * _best_s(house, "models") + 0.1
