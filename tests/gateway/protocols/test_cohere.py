"""Cohere's chat: what is written to it, what is lost on the way, and streams of our own bytes."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    CitationAdded,
    FilePart,
    ImagePart,
    Message,
    ModelRequest,
    ReasoningPart,
    ResponseFormat,
    StreamError,
    StreamFinish,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
)
from salon.gateway.protocols.cohere import DIALECT
from salon.gateway.protocols.collect import ResponseCollector

WEATHER = Tool(name="weather", description="Tells.", parameters={"type": "object"}, strict=True)
TIME = Tool(name="time")


def user(*parts: Any) -> Message:
    """Return a message of a person."""
    return Message(role="user", parts=parts or (TextPart(text="hi"),))


def written(*messages: Message, **fields: Any) -> tuple[dict[str, Any], set[str]]:
    """Return the body and what it lost."""
    encoded = DIALECT.encode_request(
        ModelRequest(model="m", messages=messages or (user(),), **fields), quirks={}
    )
    return json.loads(encoded.body), set(encoded.lost)


def event(kind: str, **fields: Any) -> bytes:
    """Return one event of a stream."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def text(index: int, words: str) -> bytes:
    """Return a piece of a text."""
    return event("content-delta", index=index, delta={"message": {"content": {"text": words}}})


def test_every_setting_has_its_word() -> None:
    body, lost = written(
        max_output_tokens=9, temperature=0.5, top_p=0.4, top_k=7, seed=3, stop=("END",), presence_penalty=0.1,
        frequency_penalty=0.2, logprobs=True, reasoning_budget_tokens=500,
    )  # fmt: skip
    assert lost == set()
    assert body == {
        "model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": False, "max_tokens": 9,
        "temperature": 0.5, "p": 0.4, "k": 7, "seed": 3, "stop_sequences": ["END"], "presence_penalty": 0.1,
        "frequency_penalty": 0.2, "logprobs": True, "thinking": {"type": "enabled", "token_budget": 500},
    }  # fmt: skip


def test_what_it_does_not_take_is_moved_or_told() -> None:
    body, lost = written(
        top_p=1.0, presence_penalty=1.7, frequency_penalty=-1.0, user="u", parallel_tool_calls=False
    )
    assert (body["p"], body["presence_penalty"], body["frequency_penalty"]) == (0.99, 1.0, 0.0)
    assert lost == {"presence_penalty", "frequency_penalty", "user", "parallel_tool_calls"}
    assert written(reasoning_effort="none")[0]["thinking"] == {"type": "disabled"}
    assert written(reasoning_effort="high")[1] == {"reasoning_effort"}
    with pytest.raises(Unsupported):
        written(n=2)


def test_a_tool_that_must_be_called_is_the_only_one_offered() -> None:
    body, _ = written(tools=(WEATHER, TIME), tool_choice=ToolChoice(mode="tool", name="time"))
    assert [tool["function"]["name"] for tool in body["tools"]] == ["time"]
    assert (body["tool_choice"], body["strict_tools"]) == ("REQUIRED", True)
    assert "tool_choice" not in written(tools=(TIME,), tool_choice=ToolChoice(mode="auto"))[0]
    with pytest.raises(Unsupported, match="There is no tool nothing"):
        written(tools=(TIME,), tool_choice=ToolChoice(mode="tool", name="nothing"))


def test_a_schema_and_json_have_their_forms() -> None:
    schema = {"type": "object", "properties": {}}
    shape = written(response_format=ResponseFormat(kind="json-schema", schema=schema))[0]["response_format"]
    assert shape == {"type": "json_object", "json_schema": schema}
    assert written(response_format=ResponseFormat(kind="json"))[0]["response_format"] == {
        "type": "json_object"
    }


def test_plans_calls_results_and_pictures_go_back() -> None:
    call = ToolCallPart(id="c1", name="time", arguments="")
    body, lost = written(
        Message(role="developer", parts=(TextPart(text="be brief"),)),
        user(TextPart(text="look"), ImagePart(data="AAAA", media_type="image/png", detail="low")),
        Message(role="assistant", parts=(ReasoningPart(text="ask the clock"), call)),
        Message(role="tool", parts=(ToolResultPart(tool_call_id="c1", parts=(TextPart(text="noon"),)),)),
        Message(role="assistant", parts=(ReasoningPart(text="easy"), TextPart(text="It is noon."))),
    )
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
    called = {"id": "c1", "type": "function", "function": {"name": "time", "arguments": "{}"}}
    assert body["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "look"}, picture]},
        {"role": "assistant", "tool_calls": [called], "tool_plan": "ask the clock"},
        {"role": "tool", "tool_call_id": "c1", "content": "noon"},
        {"role": "assistant", "content": "It is noon."},
    ]
    assert lost == {"messages.reasoning"}
    with pytest.raises(Unsupported, match="no place for files"):
        written(user(FilePart(data="AAAA", media_type="application/pdf")))


def test_a_citation_joins_its_text_even_when_it_comes_first() -> None:
    source = {"type": "document", "id": "doc:0", "document": {"title": "Facts", "url": "https://f.example"}}
    cited = {"start": 0, "end": 4, "text": "Ruby", "sources": [source], "content_index": 1}
    end = event("message-end", delta={"finish_reason": "MAX_TOKENS"})
    stream = (
        event("citation-start", index=0, delta={"message": {"citations": cited}}) + text(1, "Ruby is") + end
    )
    decoder = DIALECT.stream_decoder()
    events = [one for byte in stream for one in decoder.feed(bytes([byte]))]
    (added,) = (one for one in events if isinstance(one, CitationAdded))
    assert (added.index, added.citation.title, added.citation.url) == (0, "Facts", "https://f.example")
    assert isinstance(events[-1], StreamFinish)
    assert events[-1].finish.reason == "length"


@pytest.mark.parametrize(
    ("last", "kind", "words"),
    [
        (event("message-end", delta={"finish_reason": "TIMEOUT"}), "server_error", "TIMEOUT"),
        (event("message-end", delta={}), "stream_truncated", "ended before"),
        (b"", "stream_truncated", "ended before"),
        (b"data: {nonsense\n\n", "invalid_event", "not JSON"),
        (b'data: {"message": "boom"}\n\n', None, "boom"),
    ],
)
def test_no_stream_ends_in_silence(last: bytes, kind: str | None, words: str) -> None:
    decoder, collector = DIALECT.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(text(0, "half an ") + last), *decoder.finish()])
    assert isinstance(collector.error, StreamError)
    assert collector.error.type == kind
    assert words in collector.error.message
    assert collector.response().text == "half an "
