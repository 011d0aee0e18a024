from typing import Any

import orjson
import pytest

from salon.gateway.providers.demo.schema import example
from salon.gateway.providers.demo.script import plan

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}},
            "required": ["city"],
        },
    },
}


def ask(text: str, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **fields}


def test_it_says_that_it_is_no_model_and_says_the_same_again() -> None:
    assert "no language model runs here" in plan(ask("hello")).text
    assert "hello" in plan(ask("hello")).text
    assert plan(ask("hello")) == plan(ask("hello"))


def test_it_calls_a_tool_when_asked_to_and_answers_after_its_result() -> None:
    called = plan(ask("Use the tool, please", tools=[TOOL]))
    assert called.finish == "tool_calls"
    assert orjson.loads(called.calls[0][1]) == {"city": "city", "unit": "c"}
    request = ask("Use the tool", tools=[TOOL])
    request["messages"].append({"role": "tool", "tool_call_id": "1", "content": "21 degrees"})
    assert "21 degrees" in plan(request).text


@pytest.mark.parametrize(
    ("text", "choice", "calls"),
    [
        ("hello", None, 0),
        ("hello", "required", 1),
        ("use the tool", "none", 0),
        ("what does get_weather say?", None, 1),
        ("demo:call get_weather", None, 1),
        ("hello", {"type": "function", "function": {"name": "get_weather"}}, 1),
    ],
)
def test_tool_choice_is_obeyed(text: str, choice: Any, calls: int) -> None:
    assert len(plan(ask(text, tools=[TOOL], tool_choice=choice)).calls) == calls


def test_limits_and_stop_sequences_shorten_the_answer() -> None:
    assert plan(ask("hello", max_tokens=2)).finish == "length"
    assert len(plan(ask("hello", max_tokens=2)).text.encode()) <= 8
    assert plan(ask("demo:echo one STOP two", stop=["STOP"])).text == "one "


def test_it_reasons_when_an_effort_is_asked_for() -> None:
    assert plan(ask("hello", reasoning_effort="low")).reasoning
    assert not plan(ask("hello", reasoning_effort="none")).reasoning
    assert plan(ask("demo:think hello")).reasoning


@pytest.mark.parametrize(
    ("text", "status", "trouble", "delay_s"),
    [
        ("demo:fail 429", 429, None, 0),
        ("demo:fail", 500, None, 0),
        ("demo:fail 200", 400, None, 0),
        ("demo:stall", 200, "stall", 0),
        ("demo:stall-mid", 200, "stall-mid", 0),
        ("demo:slow 50", 200, None, 0.05),
        ("please demo:break now", 200, "break", 0),
    ],
)
def test_it_fails_as_it_is_told(text: str, status: int, trouble: str | None, delay_s: float) -> None:
    planned = plan(ask(text))
    assert (planned.status, planned.trouble, planned.delay_s) == (status, trouble, delay_s)


@pytest.mark.parametrize(
    "messages", [None, 1, [], [None], [{}], [{"role": "user"}], [{"role": "user", "content": [1]}]]
)
def test_odd_messages_get_an_answer(messages: Any) -> None:
    assert plan({"messages": messages}).text


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"a": {"type": "integer", "minimum": 5, "maximum": 7}}, "required": ["a"]},
    {"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 2, "uniqueItems": True},
    {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 9}]},
    {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}, "required": ["next"]}}},
    {"allOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": {"type": "boolean"}}, "required": ["b"]}], "type": "object"},
    {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
    {"type": "integer", "exclusiveMinimum": 3, "multipleOf": 4},
    {"type": ["null", "string"], "format": "date", "maxLength": 10},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2},
    {"type": "object", "properties": {"e": {"type": "string", "format": "email"}}, "additionalProperties": False},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_json_is_valid_against_the_schema(schema: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema_rs", reason="no JSON Schema validator is installed")
    jsonschema.validate(schema, example(schema))
