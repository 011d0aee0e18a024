"""Each recorded answer, told in each other dialect and read again, still says the same."""

import json
from typing import Any

import pytest

from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, EncodeContext
from salon.gateway.protocols.collect import ResponseCollector, response_events

DIALECTS: list[Dialect] = [
    openai.DIALECT,
    responses.DIALECT,
    anthropic.DIALECT,
    ollama.DIALECT,
    gemini.DIALECT,
]
KEEPS_REFUSALS = {"openai", "responses"}
CONTRADICTS_ITSELF = "shell-container-1"
"""A recording whose deltas make another text than its end tells: a stream of other dialects has no end."""

CONTEXT = EncodeContext(request_id="req_0123", model="alias", created_at_s=1_800_000_000)


def _calls(response: Any) -> list[tuple[str, Any]]:
    calls: list[tuple[str, Any]] = []
    for call in response.tool_calls:
        try:
            calls.append((call.name, json.loads(call.arguments or "{}")))
        except ValueError:
            calls.append((call.name, "unreadable"))
    return [
        (name, "unreadable" if isinstance(value, dict) and "unreadable_arguments" in value else value)
        for name, value in calls
    ]


def _said(response: Any) -> dict[str, Any]:
    usage = response.usage
    return {
        "text": response.text,
        "calls": _calls(response),
        "input": usage.input_tokens if usage else 0,
        "output": usage.output_tokens if usage else 0,
    }


def _expected(source: Any, target: Dialect) -> dict[str, Any]:
    """What ``source`` says in ``target``: a refusal is text where there is no other word for it."""
    refused = "".join(p.text for p in source.parts if type(p).__name__ == "RefusalPart")
    said = _said(source)
    return said if target.name in KEEPS_REFUSALS else {**said, "text": said["text"] + refused}


def _answered(recordings: Any, *, stream: bool) -> list[Any]:
    chosen = [r for r in recordings(stream=stream) if r.status == 200 and r.expected]
    return [r for r in chosen if "raises" not in r.expected and r.expected["text"] is not None]


@pytest.mark.parametrize("target", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_stream_says_the_same_in_another_dialect(target: Dialect, recordings: Any, wire: Any) -> None:
    for recording in _answered(recordings, stream=True):
        decoder = recording.dialect.stream_decoder()
        encoder = target.stream_encoder(CONTEXT)
        source, out = ResponseCollector(), b""
        for piece in [*wire.pieces(recording.body, 1009), None]:
            events = decoder.finish() if piece is None else decoder.feed(piece)
            source.add(events)
            out += encoder.encode(events)
        told = wire.collect(target, out + encoder.finish(), 7)
        assert told.error is None, recording.id
        expected = _expected(source.response(), target)
        if CONTRADICTS_ITSELF not in recording.id:
            assert _said(told.response()) == expected, recording.id
        assert told.response().model == "alias"


@pytest.mark.parametrize("target", DIALECTS, ids=lambda dialect: dialect.name)
def test_reasoning_survives_another_dialect(target: Dialect, recordings: Any, wire: Any) -> None:
    for recording in _answered(recordings, stream=True):
        source = wire.collect(recording.dialect, recording.body).response()
        encoder = target.stream_encoder(CONTEXT)
        out = encoder.encode(response_events(source)) + encoder.finish()
        told = wire.collect(target, out).response()
        assert told.reasoning == source.reasoning, recording.id


@pytest.mark.parametrize("target", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_finished_answer_says_the_same_in_another_dialect(target: Dialect, recordings: Any) -> None:
    for recording in _answered(recordings, stream=False):
        source = recording.dialect.decode_response(recording.body)
        told = target.decode_response(target.encode_response(source, CONTEXT).body)
        assert _said(told) == _expected(source, target), recording.id
        assert told.reasoning == source.reasoning, recording.id


def test_thinking_signatures_return_through_the_chat_dialect(recordings: Any, wire: Any) -> None:
    signed = 0
    for recording in _answered(recordings, stream=True):
        if recording.api != "messages":
            continue
        source = wire.collect(recording.dialect, recording.body).response()
        wanted = [part.signature for part in source.parts if getattr(part, "signature", None)]
        encoder = openai.DIALECT.stream_encoder(CONTEXT)
        out = encoder.encode(response_events(source)) + encoder.finish()
        told = wire.collect(openai.DIALECT, out).response()
        assert [p.signature for p in told.parts if getattr(p, "signature", None)] == wanted, recording.id
        signed += len(wanted)
    assert signed > 5


def test_opaque_blocks_go_back_unchanged_to_their_own_dialect(recordings: Any, wire: Any) -> None:
    kept = 0
    for recording in _answered(recordings, stream=True):
        if recording.api != "messages":
            continue
        source = wire.collect(recording.dialect, recording.body).response()
        encoder = recording.dialect.stream_encoder(CONTEXT)
        told = wire.collect(
            recording.dialect, encoder.encode(response_events(source)) + encoder.finish()
        ).response()
        assert told.parts == source.parts, recording.id
        kept += sum(type(part).__name__ == "OpaquePart" for part in source.parts)
    assert kept > 20
