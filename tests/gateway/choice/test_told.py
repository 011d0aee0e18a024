"""The line that says why a request went where it went, and the sentence made of it."""

import pytest

from salon.gateway.choice.told import line, sentence, with_passed


@pytest.mark.parametrize(
    ("told", "answered", "attempts", "expected"),
    [
        (None, "a/m", 1, None),
        ("strategy=cheapest", "a/m", 1, "a/m: the cheapest."),
        (
            "rule=code; strategy=cheapest; passed=b/m (its limits)",
            "a/m",
            1,
            "Rule “code”; a/m: the cheapest; b/m was skipped: its limits.",
        ),
        (
            "variant=next; strategy=priority; last=b/m (context)",
            "c/m",
            2,
            "Variant “next”; c/m answered, at attempt 2; b/m was put last: the request may not fit its context.",
        ),
        ("rule=x; strategy=weight", None, 0, "Rule “x”; nobody answered."),
        ("line 60 of msgbatch_1", "a/m", 1, "Line 60 of msgbatch_1."),
        (
            "line 3 of batch_1: rule=code; strategy=cheapest",
            "a/m",
            1,
            "Line 3 of batch_1. Rule “code”; a/m: the cheapest.",
        ),
        ("mirror of req_1", "a/m", 1, "A copy of req_1, sent to a/m to compare."),
    ],
)
def test_a_decision_is_read_as_a_sentence(
    told: str | None, answered: str | None, attempts: int, expected: str | None
) -> None:
    assert sentence(told, answered=answered, attempts=attempts) == expected


def test_reasons_that_hold_the_signs_of_the_line_are_read_whole() -> None:
    told = line("priority", rule="a; b (c)", variant=None, last=(), passed={"p/m": "region eu; or (us)"})
    expected = "Rule “a; b (c)”; q/m: the first in the list; p/m was skipped: region eu; or (us)."
    assert sentence(told, answered="q/m", attempts=1) == expected


def test_what_is_passed_over_when_its_turn_has_come_is_added() -> None:
    assert with_passed(None, "a/m", "its limits") == "passed=a/m (its limits)"
    assert with_passed("strategy=weight", "a/m", "x") == "strategy=weight; passed=a/m (x)"
