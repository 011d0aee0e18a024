"""Tools that only the responses dialect has: free text, groups under a name, and those OpenAI runs itself."""

import json
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.errors import InvalidRequest, Unsupported
from salon.foundation.messages import Finish, Response, ToolCallPart, Usage
from salon.gateway.protocols import anthropic, cohere, converse, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, EncodeContext
from salon.gateway.protocols.collect import response_events

DIALECT = responses.DIALECT
FUNCTION = {"type": "function", "name": "run", "parameters": {"type": "object", "properties": {}}}
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch"'}
PATCH = {"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": GRAMMAR}
AGENTS = {
    "type": "namespace",
    "name": "agents",
    "description": "Helpers.",
    "tools": [{**FUNCTION, "name": "spawn"}, {**FUNCTION, "name": "wait"}],
}
SEARCH = {"type": "web_search"}
OTHERS = [openai.DIALECT, anthropic.DIALECT, gemini.DIALECT, ollama.DIALECT, cohere.DIALECT, converse.DIALECT]


def decode(**fields: Any) -> Any:
    body = json.dumps({"model": "m", "input": "hi", **fields}).encode()
    return DIALECT.decode_request(DIALECT.read_envelope(body))


def wire(dialect: Dialect, request: Any) -> Any:
    return json.loads(dialect.encode_request(request, quirks={}).body)


def context(*tools: Any) -> EncodeContext:
    body = json.dumps({"model": "m", "input": "hi", "tools": tools}).encode()
    fields = DIALECT.read_envelope(body).fields
    return EncodeContext(request_id="req_7", model="m", created_at_s=1_800_000_000, fields=fields)


def answer(name: str, arguments: str) -> Response:
    call = ToolCallPart(id="c1", name=name, arguments=arguments)
    finish = Finish(reason="tool-calls")
    return Response(
        id="a", model="m", parts=(call,), finish=finish, usage=Usage(input_tokens=1, output_tokens=1)
    )


def item_told(name: str, arguments: str, *tools: Any) -> dict[str, Any]:
    """Return the call as a caller reads it, who gets the same whole and streamed."""
    given, asked = answer(name, arguments), context(*tools)
    whole = json.loads(DIALECT.encode_response(given, asked).body)["output"]
    encoder = DIALECT.stream_encoder(asked)
    lines = (encoder.encode(response_events(given)) + encoder.finish()).splitlines()
    events = [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
    assert events[-1]["response"]["output"] == whole
    return whole[0]


@pytest.mark.parametrize("dialect", OTHERS, ids=lambda one: one.name)
def test_a_search_is_left_out_where_other_tools_are_left(dialect: Dialect) -> None:
    told = dialect.encode_request(decode(tools=[FUNCTION, SEARCH]), quirks={})
    assert "tools.web_search" in told.lost
    assert b"web_search" not in told.body
    assert b'"run"' in told.body


@pytest.mark.parametrize("dialect", OTHERS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [SEARCH]},
        {"tools": [FUNCTION, SEARCH], "tool_choice": "required"},
        {"tools": [FUNCTION, SEARCH], "tool_choice": SEARCH},
    ],
    ids=["alone", "a call is demanded", "it is demanded"],
)
def test_a_search_that_is_asked_for_is_refused(dialect: Dialect, fields: Any) -> None:
    with pytest.raises(Unsupported):
        dialect.encode_request(decode(**fields), quirks={})


def test_a_custom_tool_is_a_function_elsewhere() -> None:
    function = wire(openai.DIALECT, decode(tools=[PATCH]))["tools"][0]["function"]
    assert (function["name"], function["description"]) == ("apply_patch", "Edits files.")
    assert function["parameters"]["required"] == ["input"]
    assert "*** Begin Patch" in function["parameters"]["properties"]["input"]["description"]


def test_custom_calls_of_the_past_are_calls_of_that_function() -> None:
    call = {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** x"}
    result = {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"}
    request = decode(input=[{"role": "user", "content": "q"}, call, result], tools=[PATCH])
    _, called, told = wire(anthropic.DIALECT, request)["messages"]
    assert called["content"][0]["input"] == {"input": "*** x"}
    assert told["content"][0] == {"type": "tool_result", "tool_use_id": "c1", "content": "done"}
    assert wire(DIALECT, request)["input"][1:] == [call, result]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [('{"input":"*** x"}', "*** x"), ("*** x", "*** x"), ('{"patch":1}', '{"patch":1}'), ("{}", "")],
)
def test_a_call_of_a_custom_tool_comes_back_as_one(arguments: str, text: str) -> None:
    item = item_told("apply_patch", arguments, FUNCTION, PATCH)
    assert (item["type"], item["name"], item["input"]) == ("custom_tool_call", "apply_patch", text)
    assert (item["call_id"], item["status"]) == ("c1", "completed")


def test_tools_of_a_namespace_carry_both_names_elsewhere() -> None:
    request = decode(tools=[AGENTS, FUNCTION])
    names = [tool["name"] for tool in wire(anthropic.DIALECT, request)["tools"]]
    assert names == ["agents__spawn", "agents__wait", "run"]
    assert [tool["name"] for tool in wire(DIALECT, request)["tools"]] == ["agents", "run"]
    assert wire(DIALECT, request)["tools"][0] == AGENTS


def test_a_call_into_a_namespace_comes_back_as_one() -> None:
    item = item_told("agents__wait", "{}", AGENTS)
    assert (item["type"], item["namespace"], item["name"]) == ("function_call", "agents", "wait")
    request = decode(input=[{"role": "user", "content": "q"}, item], tools=[AGENTS])
    assert wire(openai.DIALECT, request)["messages"][1]["tool_calls"][0]["function"]["name"] == "agents__wait"
    assert wire(DIALECT, request)["input"][1] == item


def test_a_long_name_is_cut_and_still_found() -> None:
    tool = {**FUNCTION, "name": "n" * 60}
    group = {"type": "namespace", "name": "agents", "tools": [tool, {**tool, "name": "n" * 61}]}
    first, second = (tool["name"] for tool in wire(anthropic.DIALECT, decode(tools=[group]))["tools"])
    assert first != second
    assert len(first) == len(second) == 64
    assert item_told(second, "{}", group)["name"] == "n" * 61


def test_a_tool_of_a_namespace_can_be_demanded() -> None:
    choice = {"type": "function", "name": "wait", "namespace": "agents"}
    sent = wire(anthropic.DIALECT, decode(tools=[AGENTS], tool_choice=choice))
    assert sent["tool_choice"] == {"type": "tool", "name": "agents__wait"}


ADDED = {"type": "additional_tools", "role": "developer", "tools": [AGENTS, PATCH, SEARCH]}
ASKED = {"role": "user", "content": "q"}


def test_tools_in_the_input_are_tools_like_the_rest() -> None:
    told = anthropic.DIALECT.encode_request(decode(tools=[FUNCTION], input=[ADDED, ASKED]), quirks={})
    names = [tool["name"] for tool in json.loads(told.body)["tools"]]
    assert names == ["run", "agents__spawn", "agents__wait", "apply_patch"]
    assert len(json.loads(told.body)["messages"]) == 1
    assert "tools.web_search" in told.lost
    assert "additional_tools" not in told.lost


def test_tools_in_the_input_stay_there_for_who_knows_them() -> None:
    sent = wire(DIALECT, decode(input=[ADDED, ASKED], tools=[FUNCTION]))
    assert (sent["input"][0], len(sent["input"])) == (ADDED, 2)
    assert [tool["name"] for tool in sent["tools"]] == ["run"]


def test_a_call_of_a_tool_in_the_input_comes_back_as_the_caller_knows_it() -> None:
    body = json.dumps({"model": "m", "input": [ADDED, ASKED]}).encode()
    asked = msgspec.structs.replace(context(), fields=DIALECT.read_envelope(body).fields)
    item = json.loads(DIALECT.encode_response(answer("agents__wait", "{}"), asked).body)["output"][0]
    assert (item["namespace"], item["name"]) == ("agents", "wait")


def test_malformed_tools_in_the_input_are_named() -> None:
    for tools, field in ((7, "input[0].tools"), ([{"type": "function"}], "input[0].tools[0].name")):
        with pytest.raises(InvalidRequest) as caught:
            decode(input=[{**ADDED, "tools": tools}, ASKED])
        assert caught.value.fields["field"] == field


@pytest.mark.parametrize(
    ("tool", "field"),
    [
        ({"type": "namespace", "tools": []}, "tools[0].name"),
        ({"type": "namespace", "name": "n", "tools": [{"type": "function"}]}, "tools[0].tools[0].name"),
        ({"type": "namespace", "name": "n", "tools": [SEARCH]}, "tools[0].tools[0].type"),
        ({"type": "custom"}, "tools[0].name"),
    ],
)
def test_a_malformed_tool_is_named(tool: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode(tools=[tool])
    assert caught.value.fields["field"] == field
