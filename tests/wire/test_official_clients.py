"""What we serve is what the official clients accept: their own types parse every answer and event."""

import json
from typing import Any

import msgspec
import ollama as ollama_client
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter

from salon.gateway.protocols import anthropic, ollama, openai
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import response_events
from salon.gateway.protocols.sse import SseReader

CONTEXT = EncodeContext(request_id="req_0123", model="alias", created_at_s=1_800_000_000)
OWN_EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)


def _answers(recordings: Any, wire: Any) -> list[tuple[str, Any]]:
    answers: list[tuple[str, Any]] = []
    for recording in recordings():
        if recording.status != 200 or not recording.expected or "raises" in recording.expected:
            continue
        if recording.expected["text"] is None:
            continue
        if recording.is_stream:
            answers.append((recording.id, wire.collect(recording.dialect, recording.body).response()))
        else:
            answers.append((recording.id, recording.dialect.decode_response(recording.body)))
    return answers


def _plain(answer: Any, dialect: str) -> Any:
    """Leave out what a provider of the same dialect adds on its own: beta blocks, its own tier names."""
    parts = tuple(part for part in answer.parts if getattr(part, "dialect", None) != dialect)
    usage = answer.usage and msgspec.structs.replace(answer.usage, raw=None)
    return msgspec.structs.replace(answer, parts=parts, provider_data=None, usage=usage)


@pytest.fixture(scope="session")
def answers(recordings: Any, wire: Any) -> list[tuple[str, Any]]:
    """Every recorded answer, decoded."""
    return _answers(recordings, wire)


def test_openai_bodies_parse(answers: Any) -> None:
    for name, given in answers:
        answer = _plain(given, "openai")
        body = openai.DIALECT.encode_response(answer, CONTEXT).body
        parsed = ChatCompletion.model_validate_json(body, strict=False)
        assert (parsed.choices[0].message.content or "") == answer.text, name
        assert parsed.usage is not None
        assert parsed.choices[0].finish_reason in {
            "stop",
            "length",
            "tool_calls",
            "content_filter",
            "function_call",
        }


def test_openai_chunks_parse_and_end_well(answers: Any) -> None:
    for name, given in answers:
        answer = _plain(given, "openai")
        encoder = openai.DIALECT.stream_encoder(CONTEXT)
        wire = encoder.encode(response_events(answer)) + encoder.finish()
        data = [event.data for event in SseReader().feed(wire)]
        assert data[-1] == b"[DONE]", name
        chunks = [ChatCompletionChunk.model_validate_json(item) for item in data[:-1]]
        assert chunks[0].choices[0].delta.role == "assistant"
        assert chunks[-1].choices == []
        assert chunks[-1].usage is not None
        finishes = [
            c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason and not c.index
        ]
        assert len(finishes) == 1, name
        text = "".join(c.delta.content or "" for chunk in chunks for c in chunk.choices if not c.index)
        assert text == answer.text, name


def test_anthropic_bodies_parse(answers: Any) -> None:
    for name, given in answers:
        answer = _plain(given, "anthropic")
        parsed = Message.model_validate_json(anthropic.DIALECT.encode_response(answer, CONTEXT).body)
        text = "".join(getattr(block, "text", None) or "" for block in parsed.content if block.type == "text")
        refused = "".join(p.text for p in answer.parts if type(p).__name__ == "RefusalPart")
        assert sorted(text) == sorted(answer.text + refused), name
        if answer.tool_calls and answer.finish.reason == "tool-calls":
            assert parsed.stop_reason == "tool_use"


def _check_order(events: list[dict[str, Any]], name: str) -> None:
    """Start once, then whole blocks numbered from 0, then one message_delta with usage, then stop."""
    kinds = [event["type"] for event in events if event["type"] != "ping"]
    assert kinds[0] == "message_start", name
    assert kinds[-2:] == ["message_delta", "message_stop"], name
    assert kinds.count("message_start") == kinds.count("message_delta") == 1, name
    assert events[-2]["usage"]["output_tokens"] >= 0
    open_block: int | None = None
    count = 0
    for event in events:
        if event["type"] == "content_block_start":
            assert open_block is None, name
            assert event["index"] == count, name
            open_block, count = event["index"], count + 1
        elif event["type"] == "content_block_delta":
            assert event["index"] == open_block, name
        elif event["type"] == "content_block_stop":
            assert event["index"] == open_block, name
            open_block = None
    assert open_block is None, name


def test_anthropic_events_parse_in_order(answers: Any) -> None:
    for name, given in answers:
        answer = _plain(given, "anthropic")
        encoder = anthropic.DIALECT.stream_encoder(CONTEXT)
        wire = encoder.encode(response_events(answer)) + encoder.finish()
        parsed = SseReader().feed(wire)
        events = [json.loads(event.data) for event in parsed]
        assert [event.event.decode() for event in parsed] == [event["type"] for event in events]
        _check_order(events, name)
        for event in events:
            if event["type"] != "ping":
                OWN_EVENTS.validate_python(event)


def test_ollama_answers_parse(answers: Any) -> None:
    for name, answer in answers:
        body = json.loads(ollama.DIALECT.encode_response(answer, CONTEXT).body)
        parsed = ollama_client.ChatResponse(**body)
        assert parsed.done, name
        assert len(parsed.message.tool_calls or ()) == len(answer.tool_calls), name


def test_ollama_lines_parse_and_end_with_counts(answers: Any) -> None:
    for name, answer in answers:
        encoder = ollama.DIALECT.stream_encoder(CONTEXT)
        wire = encoder.encode(response_events(answer)) + encoder.finish()
        lines = [ollama_client.ChatResponse(**json.loads(line)) for line in wire.splitlines()]
        assert [line.done for line in lines] == [False] * (len(lines) - 1) + [True], name
        if answer.usage:
            assert lines[-1].eval_count == answer.usage.output_tokens
            assert lines[-1].eval_duration
        assert lines[-1].done_reason in {"stop", "length"}


def test_a_providers_own_blocks_keep_their_place_in_the_order(answers: Any) -> None:
    for name, answer in answers:
        encoder = anthropic.DIALECT.stream_encoder(CONTEXT)
        wire = encoder.encode(response_events(answer)) + encoder.finish()
        _check_order([json.loads(event.data) for event in SseReader().feed(wire)], name)
