"""Damaged answers of a provider: whatever comes, the caller gets HTTP that ends, and no 500."""

import random
from collections import Counter
from collections.abc import Callable

from salon.testing.house import HASTY
from salon.testing.load import Case, Outcome, run_cases
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of, own_model
from salon.testing.soak import grace, scaled
from salon.testing.verdicts import ends_somehow

GATEWAY = HASTY


def draw(source: random.Random, number: int) -> Case:
    plan = (
        f"tokens={source.randint(1, 30)};think={source.choice((0, 2))};fault=mutate:{source.randrange(10**9)}"
    )
    if source.random() < 0.3:
        plan += f";fault=split:{source.choice((1, 2, 3, 7))}"
    caller = source.choice(CALLERS)
    return Case(
        id=f"u{number}",
        caller=caller,
        model=model_of(source.choice(DIALECTS)),
        stream=source.random() < 0.8,
        plan=plan,
        timeout_s=grace(15),
    )


def test_damaged_answers_never_break_the_house(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    outcomes = run_cases(scene.house.port, [draw(chance, number) for number in range(scaled(10_000))])
    figure("by ending", dict(Counter(outcome.verdict.ending for outcome in outcomes).most_common()))
    problems: list[str] = []
    for outcome in outcomes:
        same_dialect = outcome.case.model == own_model(outcome.case.caller)
        if (
            outcome.answer.status in {0, 500}
            or not outcome.answer.complete
            or (outcome.verdict.ending == "silent" and not (same_dialect and is_told(outcome)))
        ):
            problems.append(str(outcome))
    assert not problems, "\n".join([f"{len(problems)} problems", *problems[:10]])


def is_told(outcome: Outcome) -> bool:
    """Where both sides speak one dialect bytes pass through, damage and all; the end must show all the same."""
    return not outcome.case.stream or ends_somehow(outcome.case.caller, outcome.answer.body)
