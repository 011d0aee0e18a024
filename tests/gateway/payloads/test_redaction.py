"""What is taken out of bodies, wherever it hides in them."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salon.foundation.kit.patterns import Pattern
from salon.gateway.payloads.redaction import HIDDEN, Redaction

CARD = Pattern(r"\b\d{4}-?\d{4}-?\d{4}-?\d{4}\b")


def cleaned(value: Any, *patterns: Pattern) -> str:
    return json.dumps(Redaction(patterns).value(value))


@pytest.mark.parametrize(
    "value",
    [
        "my key is sk-live-abcdefghijklmnop",
        {"note": ["deep", {"er": "Bearer abcdefghijklmnop"}]},
        {"arguments": '{"key": "sk\\u002dlive-abcdefghijklmnop"}'},
        {"arguments": '{"inner": "{\\"key\\": \\"sk-live-abcdefghijklmnop\\"}"}'},
        {"sk-live-abcdefghijklmnop": 1},
        {"password": "abcdefghijklmnop"},
        {"api_key": "abcdefghijklmnop"},
    ],
)
def test_secrets_are_taken_out_wherever_they_stand(value: Any) -> None:
    redaction = Redaction(())
    shown = json.dumps(redaction.value(value))
    assert "abcdefghijklmnop" not in shown
    assert HIDDEN in shown
    assert redaction.count >= 1


def test_what_a_pattern_matches_is_taken_out_also_where_it_is_a_number() -> None:
    shown = cleaned({"text": "card 1234-5678-9012-3456", "card": 1234567890123456, "n": 12.5}, CARD)
    assert json.loads(shown) == {"text": f"card {HIDDEN}", "card": HIDDEN, "n": 12.5}


def test_what_stands_in_for_a_match_is_not_read_as_a_pattern() -> None:
    assert Pattern("a(b)").replace("ab", r"\1\0") == (r"\1\0", 1)


@pytest.mark.parametrize("text", ["(", "(?=a)", "(a)\\1", "", "a*", "x" * 1001])
def test_patterns_that_cannot_run_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Pattern(text)


def test_a_pattern_that_would_take_forever_elsewhere_is_quick() -> None:
    assert Pattern("(a+)+$").replace("a" * 50_000 + "!", "x")[1] == 0


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e4, 1e4, width=16)
    | st.text("ab {[\"'=:"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
@example(0.0200042724609375)
def test_a_body_without_secrets_stays_as_it_is(value: Any) -> None:
    redaction = Redaction((CARD,))
    assert redaction.value(value) == value
    assert redaction.count == 0
