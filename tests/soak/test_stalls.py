"""A provider that falls silent, at four points, in every dialect, to callers of every dialect."""

import pytest

from salon.testing.columns import ColumnName
from salon.testing.fake_provider import POINTS
from salon.testing.house import HASTY, SILENCE_S
from salon.testing.load import Case, Outcome, run_cases, until
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of
from salon.testing.soak import grace

GATEWAY = HASTY


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """The deadlines of providers end before anything is stored."""
    return "sqlite"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("point", POINTS)
def test_silence_ends_in_time_with_an_error_of_the_dialect(scene: Scene, point: str, stream: bool) -> None:
    scene.house.load_all()
    tasks = scene.house.live_tasks()
    cases = [
        Case(
            id=f"{point}-{stream}-{caller}-{provider}",
            caller=caller,
            model=model_of(provider),
            stream=stream,
            plan=f"tokens=6;fault=stall:{point}",
        )
        for caller in CALLERS
        for provider in DIALECTS
    ]
    outcomes = run_cases(scene.house.port, cases)
    problems = [str(outcome) for outcome in outcomes if not is_right(scene, outcome, point)]
    assert not problems, "\n".join(problems)
    until(lambda: scene.fake.journal.open_sockets == 0, what="the silent connections' end")
    until(lambda: scene.house.live_tasks() <= tasks, what="the tasks' end")


def is_right(scene: Scene, outcome: Outcome, point: str) -> bool:
    attempts = max(1, len(scene.fake.journal.of_case(outcome.case.id)))
    if point == "after-last" and outcome.verdict.ending == "well":
        # The dialect's end mark was there: an answer may be complete before its body is.
        return outcome.verdict.text == "tok " * 6 and outcome.answer.elapsed_s <= SILENCE_S + grace(1)
    in_time = SILENCE_S - 0.1 <= outcome.answer.elapsed_s <= attempts * (SILENCE_S + 1) + grace(0)
    return outcome.verdict.ending == "error" and in_time


def test_pings_alone_do_not_keep_a_silent_stream_alive_beyond_the_total(scene: Scene) -> None:
    case = Case(
        id="pings", caller="anthropic", model=model_of("anthropic"), stream=True,
        plan="tokens=6;fault=pings;fault=stall:mid-stream",
    )  # fmt: skip
    (outcome,) = run_cases(scene.house.port, [case])
    assert outcome.verdict.ending == "error"
    assert outcome.answer.elapsed_s < SILENCE_S + grace(1)
