"""After thousands of good, failed, cut and timed-out requests nothing is held and the sums agree."""

import random

from salon.testing.house import HASTY
from salon.testing.load import Case, run_cases, until
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of
from salon.testing.soak import scaled

TOGETHER = True
GATEWAY = HASTY
PLANS = ("tokens=5", "tokens=9;rate=50", "fault=503", "fault=429:0", "fault=stall:mid-stream", "fault=error-in-stream",
         "fault=close:mid-stream", "fault=no-usage")  # fmt: skip


def draw(source: random.Random, number: int, key: str) -> Case:
    return Case(
        id=f"v{number}", caller=source.choice(CALLERS), model=model_of(source.choice(DIALECTS)),
        stream=source.random() < 0.6, plan=source.choice(PLANS), key=key, max_tokens=20,
        cut_after_bytes=source.randint(1, 1500) if source.random() < 0.2 else None,
    )  # fmt: skip


def test_the_budget_is_the_sum_of_the_ledger_and_nothing_is_held(scene: Scene, chance: random.Random) -> None:
    house = scene.house
    key = house.create_key("mixed", "--budget", "100")
    outcomes = run_cases(house.port, [draw(chance, number, key) for number in range(scaled(10_000))])
    until(lambda: count(scene) >= len(outcomes), what="a row for each request")
    assert count(scene) == len(outcomes)
    assert house.stop() == 0
    try:
        ((spent,),) = house.rows("SELECT COALESCE(SUM(spent_e10), 0) FROM budget_periods")
        ((held,),) = house.rows("SELECT COALESCE(SUM(leased_e10), 0) FROM budget_periods")
        ((ledger,),) = house.rows("SELECT SUM(cost_e10) FROM ledger_requests WHERE key_id IS NOT NULL")
        assert spent == ledger > 0
        assert held == 0
        assert house.rows("SELECT COALESCE(SUM(outstanding_e10), 0) FROM budget_leases") == [(0,)]
    finally:
        house.start()


def count(scene: Scene) -> int:
    return int(scene.house.rows("SELECT COUNT(*) FROM ledger_requests WHERE key_id IS NOT NULL")[0][0])
