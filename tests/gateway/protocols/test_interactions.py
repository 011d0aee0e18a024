"""Gemini's Interactions: requests as the official client's types know them, and answers step by step."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from google.genai._gaos.types.interactions.createmodelinteraction import CreateModelInteraction

from salon.foundation.kit.errors import Unsupported, UpstreamError, UpstreamRateLimited
from salon.foundation.messages import (
    CitationPart,
    ImagePart,
    Message,
    ModelRequest,
    OpaquePart,
    ReasoningPart,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
)
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.gemini.interactions import DIALECT

WEATHER = Tool(name="weather", description="Says it.", parameters={"type": "object", "properties": {}})
PROOF = "cHJvb2Y="
THOUGHT = ReasoningPart(text="Hm.", signature=PROOF, provider_data={"gemini": {"thought": True}})
CALL = ToolCallPart(id="c1", name="weather", arguments='{"city":"Bern"}')


def user(*parts: Any) -> Message:
    return Message(role="user", parts=parts)


def written(*messages: Message, **fields: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a request as it goes out, proven with the official client's types, and what it lost."""
    asked = ModelRequest(model="gemini-3.8-flash", messages=messages, **fields)
    encoded = DIALECT.encode_request(asked, quirks={})
    wire = json.loads(encoded.body)
    known = CreateModelInteraction.model_validate(wire)
    assert set(wire) <= set(known.model_dump(by_alias=True))
    assert all(type(step).__name__ != "UnknownStep" for step in known.input)
    return wire, encoded.lost


def test_a_conversation_is_written_as_steps_and_nothing_is_stored_there() -> None:
    wire, lost = written(
        Message(role="system", parts=(TextPart(text="Be short."),)),
        user(TextPart(text="Rain?"), ImagePart(data="iVBORw0KGgo=", media_type="image/png")),
        Message(role="assistant", parts=(THOUGHT, TextPart(text="I look."), CALL)),
        Message(role="tool", parts=(ToolResultPart(tool_call_id="c1", parts=(TextPart(text="No."),)),)),
    )
    assert (wire["store"], wire["system_instruction"], lost) == (False, "Be short.", ())
    image = {"type": "image", "data": "iVBORw0KGgo=", "mime_type": "image/png"}
    assert wire["input"] == [
        {"type": "user_input", "content": [{"type": "text", "text": "Rain?"}, image]},
        {"type": "thought", "signature": PROOF, "summary": [{"type": "text", "text": "Hm."}]},
        {"type": "model_output", "content": [{"type": "text", "text": "I look."}]},
        {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"city": "Bern"}},
        {"type": "function_result", "call_id": "c1", "name": "weather", "result": "No."},
    ]


def test_settings_have_their_names_and_losses_are_named() -> None:
    wire, lost = written(
        user(TextPart(text="Hi")),
        tools=(WEATHER,),
        tool_choice=ToolChoice(mode="tool", name="weather"),
        max_output_tokens=9,
        stop=("x",),
        top_k=3,
        reasoning_effort="low",
        service_tier="flex",
        response_format=ResponseFormat(kind="json-schema", schema={"type": "object"}),
        stream=True,
    )
    assert wire["generation_config"] == {
        "max_output_tokens": 9,
        "stop_sequences": ["x"],
        "thinking_level": "low",
        "thinking_summaries": "auto",
        "tool_choice": {"allowed_tools": {"mode": "any", "tools": ["weather"]}},
    }
    assert wire["response_format"] == {
        "type": "text", "mime_type": "application/json", "schema": {"type": "object"},
    }  # fmt: skip
    assert (wire["service_tier"], wire["stream"], lost) == ("flex", True, ("top_k",))


@pytest.mark.parametrize(
    ("fields", "level", "lost"),
    [
        ({"reasoning_effort": "high"}, "high", ()),
        ({"reasoning_effort": "none"}, "minimal", ("reasoning_effort",)),
        ({"reasoning_effort": "xhigh"}, "high", ("reasoning_effort",)),
        ({"reasoning_budget_tokens": 0}, "minimal", ("reasoning_budget_tokens",)),
        ({"reasoning_budget_tokens": 5000}, "medium", ("reasoning_budget_tokens",)),
    ],
)
def test_thinking_has_levels_alone(fields: dict[str, Any], level: str, lost: tuple[str, ...]) -> None:
    wire, told = written(user(TextPart(text="Hi")), **fields)
    assert (wire["generation_config"]["thinking_level"], told) == (level, lost)


def test_googles_own_tools_have_other_names_and_a_choice_needs_a_function() -> None:
    search = Tool(name="googleSearch", provider_data={"gemini": {"type": "googleSearch", "tool": {}}})
    wire, _ = written(user(TextPart(text="Hi")), tools=(search,), tool_choice=ToolChoice(mode="auto"))
    assert wire["tools"] == [{"type": "google_search"}]
    assert "generation_config" not in wire
    with pytest.raises(Unsupported):
        written(user(TextPart(text="Hi")), n=2)


def test_a_proof_that_came_back_with_its_call_is_written_as_the_thought_it_was() -> None:
    kept = {"openai": {"extra_content": {"google": {"thought_signature": PROOF}}}}
    call = ToolCallPart(id="c1", name="weather", arguments="{}", provider_data=kept)
    wire, _ = written(user(TextPart(text="Rain?")), Message(role="assistant", parts=(call,)))
    assert wire["input"][1] == {"type": "thought", "signature": PROOF}
    both, _ = written(user(TextPart(text="Rain?")), Message(role="assistant", parts=(THOUGHT, call)))
    assert [step["type"] for step in both["input"]] == ["user_input", "thought", "function_call"]


def finished(*steps: dict[str, Any], status: str = "completed", **more: Any) -> bytes:
    return json.dumps({"id": "v1_x", "status": status, "model": "m", "steps": steps, **more}).encode()


def test_places_of_sources_are_told_in_characters() -> None:
    note = {"type": "url_citation", "url": "https://a.b", "title": "A", "start_index": 0, "end_index": 8}
    content = {"type": "text", "text": "Zürich… is", "annotations": [note]}
    answer = DIALECT.decode_response(finished({"type": "model_output", "content": [content]}))
    (cited,) = [part for part in answer.parts if isinstance(part, CitationPart)]
    assert (cited.url, cited.title, cited.start, cited.end) == ("https://a.b", "A", 0, 6)


def test_steps_of_its_own_tools_go_back_as_they_came() -> None:
    search = {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["x"]}, "signature": ""}
    answer = DIALECT.decode_response(finished(search, {"type": "model_output", "content": []}))
    (kept,) = answer.parts
    assert isinstance(kept, OpaquePart)
    wire, lost = written(user(TextPart(text="?")), Message(role="assistant", parts=(kept,)))
    assert (wire["input"][1], lost) == (search, ())


def test_a_call_makes_an_answer_one_of_calls() -> None:
    call = {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"city": "Bern"}}
    for status in ("completed", "requires_action"):
        answer = DIALECT.decode_response(finished(call, status=status))
        assert (answer.finish.reason, answer.finish.raw) == ("tool-calls", status)
        assert answer.tool_calls[0].arguments == '{"city":"Bern"}'


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"errors": [{"code": "resource_exhausted", "message": "Slow down."}]}, UpstreamError),
        ({"errors": [{"code": "429", "message": "Slow down."}]}, UpstreamRateLimited),
        ({}, UpstreamError),
    ],
)
def test_an_interaction_that_failed_is_an_error_never_an_empty_answer(
    more: dict[str, Any], kind: type[UpstreamError]
) -> None:
    with pytest.raises(kind) as caught:
        DIALECT.decode_response(finished(status="failed", **more))
    assert caught.value.upstream_message == ("Slow down." if more else "The interaction ended as failed.")


def streamed(events: Sequence[dict[str, Any]]) -> ResponseCollector:
    collector, decoder = ResponseCollector(), DIALECT.stream_decoder()
    for event in events:
        collector.add(decoder.feed(b"data: " + json.dumps(event).encode() + b"\n\n"))
    collector.add(decoder.finish())
    return collector


BEGUN = {"event_type": "interaction.created", "interaction": {"id": "v1_x", "status": "in_progress"}}
SAID = {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "Half an"}}


def test_what_was_said_before_a_stream_failed_or_was_cut_is_kept() -> None:
    error = {"event_type": "error", "error": {"code": "resource_exhausted", "message": "Slow down."}}
    failed, cut = streamed([BEGUN, SAID, error]), streamed([BEGUN, SAID])
    assert failed.response().text == cut.response().text == "Half an"
    assert failed.error is not None
    told = InStreamError(message=failed.error.message, type=failed.error.type, status=failed.error.status)
    assert isinstance(DIALECT.classify_stream_error(told, provider="p"), UpstreamRateLimited)
    assert cut.error is not None
    assert cut.error.type == "stream_truncated"


def test_arguments_that_come_whole_with_the_start_are_kept() -> None:
    step = {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"city": "Bern"}}
    ended = {"event_type": "interaction.completed", "interaction": {"status": "requires_action"}}
    start = {"event_type": "step.start", "index": 0, "step": step}
    response = streamed([BEGUN, start, {"event_type": "step.stop", "index": 0}, ended]).response()
    assert [(call.name, call.arguments) for call in response.tool_calls] == [("weather", '{"city":"Bern"}')]
