"""Callers that leave at a random byte: the provider is let go at once, and one right row is written."""

import random
from collections.abc import Callable

import pytest

from salon.testing.fake_provider import Exchange
from salon.testing.load import Case, Outcome, run_cases, until
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of
from salon.testing.soak import grace, scaled

TOKENS = 40
RATE = 40
IN_FLIGHT = RATE // 10
"""Tokens a provider may speak in the tenth of a second until it hears that the caller has left."""


def draw(source: random.Random, number: int, *, stream: bool) -> Case:
    pair = {"caller": source.choice(CALLERS), "model": model_of(source.choice(DIALECTS))}
    if stream:
        plan, cut = f"tokens={TOKENS};rate={RATE}", {"cut_after_bytes": source.randint(1, 3000)}
    else:
        plan, cut = f"tokens={TOKENS};delay=5", {"cut_after_s": source.uniform(0.005, 0.35)}
    return Case(id=f"c{stream}{number}", stream=stream, plan=plan, **pair, **cut)  # type: ignore[arg-type]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_cut_request_leaves_one_right_row_and_no_upstream(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None], stream: bool
) -> None:
    before = {row[0] for row in scene.house.rows("SELECT request_id FROM ledger_requests")}
    scene.house.load_all()
    tasks = scene.house.live_tasks()
    outcomes = run_cases(
        scene.house.port, [draw(chance, number, stream=stream) for number in range(scaled(1000))]
    )
    until(lambda: scene.house.live_tasks() <= tasks, what="the tasks' end")
    problems = [problem for outcome in outcomes for problem in judge_upstream(scene, outcome)]
    assert not problems, "\n".join(problems[:20])
    until(lambda: len(new_rows(scene, before)) >= len(outcomes), what="a row for each request")
    rows = new_rows(scene, before)
    figure("requests", len(outcomes))
    figure("rows", len(rows))
    figure("cut before the end", sum(outcome.answer.cut for outcome in outcomes))
    assert sum(row[1] == "cancelled" for row in rows) > len(rows) // 3
    assert len(rows) == len(outcomes)
    assert not (wrong := wrong_rows(scene, outcomes, rows)), "\n".join(wrong[:20])


def judge_upstream(scene: Scene, outcome: Outcome) -> list[str]:
    attempts = scene.fake.journal.of_case(outcome.case.id)
    if len(attempts) > 1:
        return [f"{len(attempts)} attempts: {outcome}"]
    if not attempts or not outcome.answer.cut:
        return []
    until(lambda: attempts[0].ended_s is not None, what="the provider's end of the exchange")
    late_s = (attempts[0].ended_s or 0) - outcome.ended_s
    return (
        [f"the provider was let go {late_s:.2f} s after the caller left: {outcome}"]
        if late_s > grace(1)
        else []
    )


def new_rows(scene: Scene, before: set[str]) -> list[tuple[str, str, int, str, int]]:
    query = "SELECT request_id, status, output_tokens, dialect, stream FROM ledger_requests"
    return [row for row in scene.house.rows(query) if row[0] not in before]


def wrong_rows(
    scene: Scene, outcomes: list[Outcome], rows: list[tuple[str, str, int, str, int]]
) -> list[str]:
    """Compare what the ledger says with what the provider did, as two sorted lists of facts."""
    found: list[str] = []
    exchanges = [exchange for one in outcomes for exchange in scene.fake.journal.of_case(one.case.id)]
    whole = sum(exchange.outcome == "complete" for exchange in exchanges)
    ok = sum(row[1] == "ok" for row in rows)
    if not whole - len(exchanges) // 20 - 2 <= ok <= whole + 2:
        found.append(f"{ok} rows are ok, {whole} answers were complete")
    if {row[1] for row in rows} - {"ok", "cancelled"}:
        found.append(f"statuses {sorted({row[1] for row in rows})}")
    spoken = sorted(tokens_spoken(exchange) for exchange in exchanges)
    counted = sorted(row[2] for row in rows)[len(rows) - len(spoken) :]
    unheard = IN_FLIGHT + RATE * heard_late_s(scene, outcomes)
    far = [
        (ours, theirs) for ours, theirs in zip(counted, spoken, strict=True) if abs(ours - theirs) > unheard
    ]
    if far:
        found.append(f"output tokens (ours, theirs) differ: {far[:10]}")
    return found


def heard_late_s(scene: Scene, outcomes: list[Outcome]) -> float:
    """Return how long after a caller left its provider heard of it, at worst."""
    late_s = [
        (exchange.ended_s or 0) - one.ended_s
        for one in outcomes
        for exchange in scene.fake.journal.of_case(one.case.id)
    ]
    return max(0.0, *late_s)


def tokens_spoken(exchange: Exchange) -> int:
    return exchange.tokens_sent
