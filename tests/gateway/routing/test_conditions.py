"""When rules hold."""

import datetime
import time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway.routing.conditions import Condition, check_condition, why_not

NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)  # a Friday


class Known(msgspec.Struct, kw_only=True):
    key_names: tuple[str, ...] = ("research", "key_1")
    space_id: str = "spc_home"
    stream: bool = False
    tools: bool = False
    images: bool = False
    tokens: int = 100
    said: str | None = "Please translate this Straße"

    def now(self, zone: str) -> datetime.datetime:
        return NOON.astimezone(ZoneInfo(zone))


def condition(**fields: Any) -> Condition:
    return msgspec.convert(fields, Condition)


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"keys": ["res*"]}, True),
        ({"keys": ["key_1"]}, True),
        ({"keys": ["other"]}, False),
        ({"spaces": ["spc_*"]}, True),
        ({"spaces": ["spc_team"]}, False),
        ({"stream": False}, True),
        ({"tools": True}, False),
        ({"images": False, "tools": False}, True),
        ({"images": False, "tools": True}, False),
        ({"tokens_over": 99}, True),
        ({"tokens_over": 100}, False),
        ({"tokens_under": 101}, True),
        ({"tokens_under": 100}, False),
        ({"contains": ["nothing", "STRASSE"]}, True),
        ({"contains": ["nothing"]}, False),
        ({"matches": ["^Please.*stra(ß|ss)e$"]}, False),
        ({"matches": ["nothing", "(?i)^please.*STRA(ß|ss)e$"]}, True),
        ({"matches": [r"\btranslate\b"], "tools": True}, False),
        ({"hours": "12:00-13:00"}, True),
        ({"hours": "11:00-12:00"}, False),
        ({"hours": "22:00-12:01"}, True),
        ({"hours": "22:00-06:00"}, False),
        ({"hours": "22:00-06:00", "zone": "Asia/Tokyo"}, False),
        ({"hours": "21:00-22:00", "zone": "Asia/Tokyo"}, True),
        ({"days": ["fri"]}, True),
        ({"days": ["sat", "sun"]}, False),
        ({"all": [{"stream": False}, {"tokens_over": 1}]}, True),
        ({"all": [{"stream": False}, {"tokens_over": 1000}]}, False),
        ({"any": [{"tools": True}, {"tokens_over": 1}]}, True),
        ({"any": [{"tools": True}, {"tokens_over": 1000}]}, False),
        ({"not": {"tools": True}}, True),
        ({"not": {"any": [{"tools": True}, {"stream": False}]}}, False),
    ],
)
def test_a_condition_holds_when_all_that_it_names_does(fields: dict[str, Any], holds: bool) -> None:
    reason = why_not(condition(**fields), Known())
    assert (reason is None) is holds, reason


def test_words_in_a_request_that_cannot_be_read_are_not_there() -> None:
    assert why_not(condition(contains=["a"]), Known(said=None)) == "what was said cannot be read"


def test_a_pattern_reads_a_long_hostile_text_at_once() -> None:
    hostile = condition(matches=["(a+)+b", "(x|x|x)*y"])
    started_s = time.monotonic()
    assert why_not(hostile, Known(said="a" * 1_000_000 + "\ud800")) is not None
    assert time.monotonic() - started_s < 20


def test_a_wrong_pattern_names_its_rule() -> None:
    with pytest.raises(ConfigError) as caught:
        check_condition(condition(matches=["(a"]), key="models.a.rules[1].when", rule="numbers")
    assert "the pattern “(a” cannot be used: missing ): (a (rule “numbers”)." in caught.value.message


def test_why_a_condition_does_not_hold_names_what_was_found() -> None:
    nested = condition(any=[{"tokens_over": 500}, {"hours": "01:00-02:00"}])
    reason = why_not(nested, Known())
    assert reason == "none of any holds: 100 tokens are not over 500; it is 12:00 in UTC"


def nested(depth: int) -> dict[str, Any]:
    return {"tools": True} if depth == 1 else {"not": nested(depth - 1)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "names nothing"),
        ({"zone": "UTC", "not": {}}, "names nothing"),
        ({"hours": "25:00-26:00"}, "no span of time"),
        ({"hours": "01:00-02:00", "zone": "Nowhere/Here"}, "no time zone"),
        ({"tokens_over": -1}, "below zero"),
        ({"contains": [""]}, "empty text"),
        ({"matches": ["(a"]}, "missing )"),
        ({"matches": ["(?=a)"]}, "cannot be used"),
        ({"matches": ["x*"]}, "matches where there is nothing"),
        ({"matches": ["a" * 1001]}, "1 to 1000 characters"),
        ({"matches": ["((a{100}){100}){100}"]}, "cannot be used"),
        ({"matches": [f"a{number}" for number in range(51)]}, "more than 50 patterns"),
        (nested(9), "nested"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_condition(condition(**fields), key="models.a.rules[1].when")
    assert words in caught.value.message
    assert "models.a.rules[1].when" in caught.value.message


def test_conditions_may_be_nested_as_deep_as_is_said() -> None:
    check_condition(condition(**nested(8)), key="here")
