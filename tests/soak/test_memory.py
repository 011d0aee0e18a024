"""Tens of thousands of streams: what they need is given back."""

import random
from collections.abc import Callable

from salon.testing.load import Case, run_cases, until
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.soak import scaled

FULL = 50_000
LIMIT_BYTES = 250_000
"""How much the second half may grow at full length; a short run is mostly warming up."""


def draw(source: random.Random, number: int) -> Case:
    roll = source.random()
    fault = ";fault=503" if roll < 0.05 else ""
    caller = source.choice(DIALECTS)
    model = model_of(caller if source.random() < 0.7 else source.choice(DIALECTS))
    cut = source.randint(100, 900) if 0.05 <= roll < 0.10 else None
    return Case(
        id="m", caller=caller, model=model, stream=True, plan=f"tokens=12{fault}", cut_after_bytes=cut
    )


def test_the_second_half_of_many_streams_costs_no_memory(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    house = scene.house
    # The database's caches are full after some 90,000 requests (six halves more grew by 0.2 MB together);
    # what grows then is ours.
    for _ in range(2):
        run_cases(house.port, [draw(chance, number) for number in range(scaled(FULL))], at_once=16)
    descriptors, tasks = house.open_descriptors(), house.live_tasks()
    sizes = [house.resident_bytes()]
    for _ in range(2):
        run_cases(house.port, [draw(chance, number) for number in range(scaled(FULL) // 2)], at_once=16)
        sizes.append(house.resident_bytes())
    grown = sizes[2] - sizes[1]
    figure("streams", scaled(FULL))
    figure("grown in the second half, bytes", grown)
    figure("resident at the end, bytes", sizes[2])
    limit = LIMIT_BYTES if scaled(100) == 100 else 4_000_000
    assert grown < limit, f"the second half grew by {grown} bytes: {sizes}"
    until(lambda: house.live_tasks() <= tasks, what="the tasks' end")
    until(lambda: house.open_descriptors() <= descriptors + 16, what="the descriptors' end")
