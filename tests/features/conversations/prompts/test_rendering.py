"""A prompt is filled in with what fits its variables, once, and runs nothing."""

import pytest

from salon.features.conversations.prompts import Variable
from salon.features.conversations.prompts.rendering import check, render
from salon.foundation.kit.errors import InvalidRequest

KINDS = (
    Variable(name="word"),
    Variable(name="many", kind="number", default=3),
    Variable(name="tone", kind="select", options=("dry", "warm"), is_required=False),
    Variable(name="day", kind="date", is_required=False),
    Variable(name="short", kind="boolean", default=False),
)
TEXT = r"{{word}} {{ many }} {{tone}}{{day}} {{short}} {{word}} \{{word}} {x} {{}}"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"word": "a"}, r"a 3  no a {{word}} {x} {{}}"),
        ({"word": "{{many}}", "many": 2.5}, r"{{many}} 2.5  no {{many}} {{word}} {x} {{}}"),
        ({"word": "a", "many": "4", "short": True}, r"a 4  yes a {{word}} {x} {{}}"),
        ({"word": "a", "many": 1e300, "short": "No"}, r"a 1e+300  no a {{word}} {x} {{}}"),
        ({"word": "a", "tone": "dry", "day": "2026-03-01"}, r"a 3 dry2026-03-01 no a {{word}} {x} {{}}"),
        ({"word": r"\1 \g<0> {0} %s"}, r"\1 \g<0> {0} %s 3  no \1 \g<0> {0} %s {{word}} {x} {{}}"),
    ],
)
def test_values_are_filled_in_once(values, wanted) -> None:
    check(TEXT, KINDS)
    assert render(TEXT, KINDS, values) == wanted


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "values.word"),
        ({"word": 3}, "values.word"),
        ({"word": "x" * 100_001}, "values.word"),
        ({"word": "a", "many": "lots"}, "values.many"),
        ({"word": "a", "many": True}, "values.many"),
        ({"word": "a", "many": float("nan")}, "values.many"),
        ({"word": "a", "many": "inf"}, "values.many"),
        ({"word": "a", "tone": "cold"}, "values.tone"),
        ({"word": "a", "day": "tomorrow"}, "values.day"),
        ({"word": "a", "short": 1}, "values.short"),
        ({"word": "a", "other": "b"}, "values.other"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values, field) -> None:
    with pytest.raises(InvalidRequest) as refused:
        render(TEXT, KINDS, values)
    assert refused.value.param == field


def test_a_prompt_cannot_be_blown_up() -> None:
    text = "{{word}}" * 25_000
    with pytest.raises(InvalidRequest) as refused:
        render(text, KINDS, {"word": "x" * 1000})
    assert refused.value.param == "values"


@pytest.mark.parametrize(
    ("text", "variables", "field"),
    [
        ("", (), "text"),
        ("x" * 200_001, (), "text"),
        ("{{nobody}}", (), "text"),
        ("a", (Variable(name="a b"),), "variables.0.name"),
        ("a", (Variable(name="1a"),), "variables.0.name"),
        ("a", (Variable(name="a"), Variable(name="a")), "variables.1.name"),
        ("a", (Variable(name="a", kind="select"),), "variables.0.options"),
        ("a", (Variable(name="a", options=("b",)),), "variables.0.options"),
        ("a", (Variable(name="a", kind="select", options=("b",) * 201),), "variables.0.options"),
        ("a", (Variable(name="a", kind="number", default="many"),), "variables.0.default"),
        ("a", (Variable(name="a", kind="select", options=("b",), default="c"),), "variables.0.default"),
        ("a", (Variable(name="a", label="x" * 201),), "variables.0.label"),
        ("a", tuple(Variable(name=f"v{n}") for n in range(51)), "variables"),
    ],
)
def test_a_prompt_that_could_not_be_filled_in_is_refused(text, variables, field) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check(text, variables)
    assert refused.value.param == field
