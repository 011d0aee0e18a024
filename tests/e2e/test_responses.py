"""OpenAI's Responses through the doors: the official client, and OpenAI's own document."""

import asyncio
from pathlib import Path
from typing import Any

import jsonschema
import openai
import orjson
import pydantic
import pytest

from salon.testing.fake_provider.answer import FREE_TEXT
from salon.testing.questions import WEATHER, WEATHER_ARGUMENTS
from salon.testing.raw_http import ask, chat_request, request_bytes
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.verdicts import sse_values

TOOL: dict[str, Any] = {"type": "function", "strict": True, **WEATHER}


class Weather(pydantic.BaseModel):
    city: str
    days: int


@pytest.fixture
def client(scene: Scene, key: str) -> Any:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def document(shared_dir: Path) -> dict[str, Any]:
    return orjson.loads((shared_dir / "suites" / "openai" / "openapi.json").read_bytes())


NULL_AT_OPENAI_TOO = {"user", "usage"}
"""Where OpenAI's own answers hold null although its document has no null there."""


def event_names(document: dict[str, Any]) -> dict[str, str]:
    """Type of an event -> name of its schema."""
    schemas = document["components"]["schemas"]
    names = [one["$ref"].rpartition("/")[2] for one in schemas["ResponseStreamEvent"]["anyOf"]]
    return {schemas[name]["properties"]["type"]["enum"][0]: name for name in names}


def breaches(document: dict[str, Any], name: str, value: Any) -> list[str]:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message:.200}"
        for error in errors
        if not (error.instance is None and error.absolute_path[-1] in NULL_AT_OPENAI_TOO)
    ]


@pytest.mark.parametrize("provider", DIALECTS)
def test_an_answer_is_parsed_by_its_schema(client: Any, provider: str) -> None:
    answer = client.responses.parse(model=model_of(provider), input="weather?", text_format=Weather)
    assert answer.output_parsed == Weather(city="Zürich", days=7)
    assert (answer.status, answer.store) == ("completed", False)


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_stream_is_told_in_numbered_events(client: Any, provider: str) -> None:
    prompt = "{{fake tokens=3;think=2}}"
    with client.responses.stream(
        model=model_of(provider), input=prompt, reasoning={"effort": "low"}
    ) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1].type == "response.completed"
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert told == final.output_text == "tok " * 3
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert len({item.id for item in final.output}) == 2


@pytest.mark.parametrize("provider", DIALECTS)
def test_items_of_an_answer_go_back_as_they_came(client: Any, scene: Scene, provider: str) -> None:
    fields: dict[str, Any] = {"model": model_of(provider), "tools": [TOOL], "reasoning": {"effort": "low"}}
    said: list[Any] = [{"role": "user", "content": "weather? {{fake call;think=2}}"}]
    first = client.responses.create(input=said, **fields)
    call = next(item for item in first.output if item.type == "function_call")
    assert orjson.loads(call.arguments) == WEATHER_ARGUMENTS
    said += [item.model_dump(exclude_none=True) for item in first.output]
    said.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
    second = client.responses.create(input=said, **fields)
    assert second.output_text == "The tool said: sunny"
    sent = orjson.loads(scene.fake.journal.exchanges[-1].body)
    if provider == "anthropic":
        assert sent["messages"][1]["content"][0]["signature"], "thinking goes back with its proof"
    elif provider == "responses":
        assert sent["store"] is False
        kinds = [item.get("type") for item in sent["input"]]
        assert kinds == [None, "reasoning", "function_call", "function_call_output"]
        assert sent["input"][1]["encrypted_content"], "reasoning goes back with its proof"


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_custom_tool_makes_the_round_trip(client: Any, provider: str, stream: bool) -> None:
    fields: dict[str, Any] = {"model": model_of(provider), "tools": [{"type": "custom", "name": "shell"}]}
    said: list[Any] = [{"role": "user", "content": "weather? {{fake call}}"}]
    if stream:
        with client.responses.stream(input=said, **fields) as events:
            first = events.get_final_response()
    else:
        first = client.responses.create(input=said, **fields)
    call = next(item for item in first.output if item.type == "custom_tool_call")
    assert (call.name, call.input) == ("shell", FREE_TEXT if provider == "responses" else "Zürich")
    said += [item.model_dump(exclude_none=True) for item in first.output]
    said.append({"type": "custom_tool_call_output", "call_id": call.call_id, "output": "sunny"})
    assert client.responses.create(input=said, **fields).output_text == "The tool said: sunny"


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_failure_raises_in_the_official_client(client: Any, provider: str, stream: bool) -> None:
    prompt = "{{fake tokens=4;fault=error-in-stream}}"
    with pytest.raises(openai.APIError, match="failure"):
        list(client.responses.create(model=model_of(provider), input=prompt, stream=stream))


def test_a_limit_makes_an_answer_incomplete(client: Any) -> None:
    for provider in DIALECTS:
        answer = client.responses.create(
            model=model_of(provider), input="{{fake tokens=9}}", max_output_tokens=2
        )
        assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")
        assert answer.output_text == "tok tok "


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("conversation", "conv_1"),
        ("background", True),
        ("input", [{"type": "item_reference", "id": "msg_1"}]),
        ("prompt", {"id": "pmpt_1"}),
    ],
)
def test_what_needs_a_store_is_refused_by_name(client: Any, field: str, value: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**{"model": model_of("openai"), "input": "hi", field: value})
    assert caught.value.param.startswith(field)


def test_a_wish_to_store_of_who_may_not_is_told_as_lost(scene: Scene, key: str) -> None:
    for provider in DIALECTS:
        for stream in (True, False):
            request = chat_request(
                "responses", "hi", model=model_of(provider), stream=stream, store=True, key=key
            )
            answer = asyncio.run(ask(scene.house.port, request))
            assert "store" in answer.headers["x-salon-lost"].split(", ")


def test_reasoning_left_out_is_told_as_lost(scene: Scene) -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    items = [thought, {"role": "user", "content": "hi"}]
    request = chat_request("responses", "", model=model_of("responses"), input=items)
    answer = asyncio.run(ask(scene.house.port, request))
    assert answer.headers["x-salon-lost"] == "input.reasoning"


def test_the_demo_answers_too(client: Any) -> None:
    with client.responses.stream(model="demo", input="Hello", store=False) as stream:
        assert stream.get_final_response().output_text


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
@pytest.mark.parametrize("plan", ["tokens=2;think=2", "call", "tokens=9", "tokens=2;fault=no-usage"])
def test_answers_and_events_follow_openais_document(
    scene: Scene, document: dict[str, Any], provider: str, plan: str
) -> None:
    names = event_names(document)
    fields: dict[str, Any] = {"max_output_tokens": 4, "instructions": "Be brief."}
    if plan == "call":
        fields["tools"] = [{"type": "function", "name": "weather", "parameters": WEATHER["parameters"]}]
    for stream in (True, False):
        request = chat_request(
            "responses", f"{{{{fake {plan}}}}}", model=model_of(provider), stream=stream, **fields
        )
        answer = asyncio.run(ask(scene.house.port, request))
        assert answer.status == 200, answer.body
        if stream:
            values = [value for _, value in sse_values(answer.body)]
            assert [value["sequence_number"] for value in values] == list(range(len(values)))
            found = [breach for value in values for breach in breaches(document, names[value["type"]], value)]
        else:
            found = breaches(document, "Response", answer.json())
        assert found == []


def test_an_address_below_answers_in_the_same_words(scene: Scene) -> None:
    answer = asyncio.run(ask(scene.house.port, request_bytes("GET", "/v1/responses/resp_1", b"")))
    assert answer.status == 404
    assert answer.json()["error"]["message"]
