"""Thousands of requests to a failing provider: bounded attempts, honest ends, nothing left behind."""

import random
from collections import Counter
from collections.abc import Callable

from salon.testing.house import HASTY, SILENCE_S
from salon.testing.load import Case, Outcome, run_cases, until
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of
from salon.testing.soak import grace, scaled

MAX_ATTEMPTS = 3
GATEWAY = HASTY

FAULTS = (
    "429:0", "429:1", "400", "401", "403", "404", "413", "500", "502", "503", "504", "529",
    "stall:before-headers", "stall:after-headers", "stall:mid-stream", "stall:after-last",
    "reset:before-headers", "reset:after-headers", "reset:mid-stream", "reset:after-last",
    "close:before-headers", "close:after-headers", "close:mid-stream", "close:after-last",
    "half-close", "bad-json", "bad-chunk", "garbage", "html", "truncated", "error-in-stream",
    "no-done", "slow-headers:0.3",
)  # fmt: skip
HARMLESS = (
    "split:1",
    "split:7",
    "crlf",
    "no-final-blank",
    "no-usage",
    "usage-twice",
    "pings",
    "close-at-once",
)


def draw(source: random.Random, number: int) -> Case:
    harmless = source.random() < 0.15
    fault = source.choice(HARMLESS if harmless else FAULTS)
    times = source.choice((0, 0, 1, 2)) if not harmless else 0
    return Case(
        id=f"f{number}",
        caller=source.choice(CALLERS),
        model=source.choice([*map(model_of, DIALECTS), "team"]),
        stream=source.random() < 0.6,
        plan=f"tokens={source.randint(1, 60)};think={source.choice((0, 3))};times={times};fault={fault}",
        timeout_s=MAX_ATTEMPTS * (SILENCE_S + 2) + grace(5),
    )


def test_every_failure_is_bounded_honest_and_told_in_time(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    run_cases(scene.house.port, [draw(chance, number) for number in range(10_000, 10_030)])
    until(lambda: scene.fake.journal.open_sockets <= 64, what="the pool's rest")
    scene.house.load_all()
    descriptors, tasks = scene.house.open_descriptors(), scene.house.live_tasks()
    cases = [draw(chance, number) for number in range(scaled(5000))]
    outcomes = run_cases(scene.house.port, cases)
    problems = [problem for outcome in outcomes for problem in judge_one(scene, outcome)]
    figure("requests", len(cases))
    figure("most attempts", max(scene.fake.journal.attempts.values()))
    figure("by status", dict(Counter(outcome.answer.status for outcome in outcomes).most_common()))
    figure("answered with an error", sum(outcome.verdict.ending == "error" for outcome in outcomes))
    assert not problems, "\n".join([f"{len(problems)} problems", *problems[:20]])
    until(lambda: scene.house.live_tasks() <= tasks, what="tasks back to baseline")
    until(
        lambda: scene.house.open_descriptors() <= descriptors + 16,
        what=f"descriptors back to {descriptors} (now {scene.house.open_descriptors()})",
    )


def judge_one(scene: Scene, outcome: Outcome) -> list[str]:
    """Return what is wrong with an outcome."""
    case, verdict = outcome.case, outcome.verdict
    attempts = scene.fake.journal.of_case(case.id)
    found: list[str] = []
    if len(attempts) > MAX_ATTEMPTS:
        found.append(f"{len(attempts)} attempts")
    if verdict.ending == "silent":
        found.append("a silent end")
    if outcome.answer.status == 500:
        found.append("status 500")
    said = verdict.text.removesuffix(" ") + verdict.thinking.removesuffix(" ")
    if said.replace("tok", "").strip():
        found.append(f"text that nobody sent: {said!r}")
    speaking = [attempt for attempt in attempts if attempt.tokens_sent]
    if (verdict.text or verdict.thinking) and attempts[-1:] != speaking[-1:]:
        found.append("retried after something was sent")
    # Each attempt may use its whole deadline, and wait a Retry-After of 1 s or a jittered pause after it.
    limit = len(attempts) * (SILENCE_S + 1.0) + grace(1.0)
    if outcome.answer.elapsed_s > limit:
        found.append(f"took {outcome.answer.elapsed_s:.2f} s of {limit:.2f} s")
    return [f"{problem}: {outcome}" for problem in found]


def test_a_closed_port_is_told_as_an_error_in_every_dialect(scene: Scene) -> None:
    cases = [
        Case(id=f"r{caller}{stream}{to}", caller=caller, model=model_of(to), stream=stream)
        for caller in CALLERS
        for to in DIALECTS
        for stream in (True, False)
    ]
    scene.fake.run_in_loop(scene.fake.refuse())
    try:
        outcomes = run_cases(scene.house.port, cases)
    finally:
        scene.fake.run_in_loop(scene.fake.accept_again())
    assert [outcome.verdict.ending for outcome in outcomes] == ["error"] * len(cases)
    assert {outcome.answer.status for outcome in outcomes} == {502}
