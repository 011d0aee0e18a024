"""Tens of thousands of streams: what they need is given back."""

import random
from collections.abc import Callable
from itertools import pairwise

from salon.testing.load import Case, run_cases, until
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of, own_model
from salon.testing.soak import scaled

FULL = 50_000
HALVES = 4
LIMIT_BYTES = 250_000
"""How much a second half may grow at full length; a short run is mostly warming up."""


def draw(source: random.Random, number: int) -> Case:
    roll = source.random()
    fault = ";fault=503" if roll < 0.05 else ""
    caller = source.choice(CALLERS)
    model = own_model(caller) if source.random() < 0.7 else model_of(source.choice(DIALECTS))
    cut = source.randint(100, 900) if 0.05 <= roll < 0.10 else None
    return Case(
        id="m", caller=caller, model=model, stream=True, plan=f"tokens=12{fault}", cut_after_bytes=cut
    )


def test_the_second_half_of_many_streams_costs_no_memory(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    house = scene.house
    # The database's page cache is full, at 20 MB, after some 40,000 requests; what grows then is ours.
    run_cases(house.port, [draw(chance, number) for number in range(scaled(FULL))], at_once=16)
    descriptors, tasks = house.open_descriptors(), house.live_tasks()
    sizes = [house.resident_bytes()]
    for _ in range(HALVES):
        run_cases(house.port, [draw(chance, number) for number in range(scaled(FULL) // 2)], at_once=16)
        sizes.append(house.resident_bytes())
    # What leaks grows in every half; one more arena of the allocator, 1 MB, comes in one of them.
    growths = [after - before for before, after in pairwise(sizes)]
    grown = min(growths[1:])
    figure("streams", scaled(FULL) + HALVES * (scaled(FULL) // 2))
    figure("grown by halves, bytes", growths)
    figure("resident at the end, bytes", sizes[-1])
    limit = LIMIT_BYTES if scaled(100) == 100 else 4_000_000
    assert grown < limit, f"every half grew by at least {grown} bytes: {sizes}"
    until(lambda: house.live_tasks() <= tasks, what="the tasks' end")
    until(lambda: house.open_descriptors() <= descriptors + 16, what="the descriptors' end")
