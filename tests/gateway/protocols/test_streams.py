"""Streams: limits, order across dialects, and what a tap withholds."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
    Finish,
    OpaqueReceived,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, EncodeContext
from salon.gateway.protocols.collect import ResponseCollector, response_events
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.sse import MAX_EVENT_BYTES, SseReader

DIALECTS: list[Dialect] = [
    openai.DIALECT,
    responses.DIALECT,
    anthropic.DIALECT,
    ollama.DIALECT,
    gemini.DIALECT,
]
CONTEXT = EncodeContext(request_id="req_1", model="m", created_at_s=1)
DONE = StreamFinish(finish=Finish(reason="stop"))


def told(dialect: Dialect, *events: Any, context: EncodeContext = CONTEXT) -> tuple[bytes, set[Loss]]:
    """Write events; return the bytes and what was lost."""
    encoder = dialect.stream_encoder(context)
    return encoder.encode(events) + encoder.finish(), encoder.lost


def read(dialect: Dialect, body: bytes) -> ResponseCollector:
    """Read a stream whole."""
    decoder = dialect.stream_decoder()
    collector = ResponseCollector()
    collector.add([*decoder.feed(body), *decoder.finish()])
    return collector


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_an_event_without_end_is_an_error_in_bounded_memory(dialect: Dialect) -> None:
    decoder, tap = dialect.stream_decoder(), dialect.stream_tap(withhold_usage=False, model=None)
    piece = b"x" * (MAX_EVENT_BYTES // 4)
    events = [event for _ in range(6) for event in decoder.feed(piece)]
    assert [type(event) for event in events] == [StreamError]
    assert all(tap.feed(piece) == b"" for _ in range(6))
    assert tap.error is not None
    assert tap.error.type == "event_too_large"


def test_interleaved_calls_are_shown_one_block_at_a_time() -> None:
    body, lost = told(
        anthropic.DIALECT,
        ResponseStart(),
        ToolCallStart(index=0, id="a", name="f"),
        ToolCallStart(index=1, id="b", name="g"),
        ToolCallDelta(index=0, arguments='{"x":'),
        ToolCallDelta(index=1, arguments='{"y":2}'),
        OpaqueReceived(index=2, dialect="anthropic", type="note", raw={"type": "note"}),
        ToolCallDelta(index=0, arguments="1}"),
        ToolCallEnd(index=0),
        ToolCallEnd(index=1),
        DONE,
    )
    response = read(anthropic.DIALECT, body).response()
    assert [(c.id, c.arguments) for c in response.tool_calls] == [("a", '{"x":1}'), ("b", '{"y":2}')]
    assert [type(part).__name__ for part in response.parts][-1] == "OpaquePart"
    assert lost == set()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_stream_of_nothing_ends_well(dialect: Dialect) -> None:
    body, _ = told(dialect)
    collector = read(dialect, body)
    assert collector.error is None
    assert collector.response().parts == ()


@pytest.mark.parametrize("dialect", DIALECTS[1:4], ids=lambda d: d.name)
def test_further_choices_are_named_as_lost(dialect: Dialect) -> None:
    events = [
        TextStart(index=0, choice=1),
        TextDelta(index=0, choice=1, text="b"),
        TextEnd(index=0, choice=1),
    ]
    body, lost = told(dialect, ResponseStart(), *events, DONE)
    assert lost == {"n"}
    assert read(dialect, body).response().text == ""


def test_what_a_stream_cannot_carry_is_named() -> None:
    events = [
        TextStart(index=0),
        TextDelta(index=0, text="a"),
        CitationAdded(index=0, citation=CitationPart(text="passage")),
        OpaqueReceived(dialect="elsewhere", type="map"),
        TextEnd(index=0),
        DONE,
    ]
    assert [told(dialect, *events)[1] for dialect in DIALECTS] == [{"citations", "map"}] * 5


def test_a_refusal_keeps_its_meaning() -> None:
    events = [ResponseStart(), RefusalDelta(index=0, text="no"), DONE]
    assert b'"refusal":"no"' in told(openai.DIALECT, *events)[0]
    response = read(anthropic.DIALECT, told(anthropic.DIALECT, *events)[0]).response()
    assert (response.text, response.finish and response.finish.reason) == ("no", "refusal")
    assert read(ollama.DIALECT, told(ollama.DIALECT, *events)[0]).response().text == "no"


def test_usage_is_shown_only_to_those_who_asked() -> None:
    events = [ResponseStart(), UsageReported(usage=Usage(input_tokens=3, output_tokens=2)), DONE]
    silent = EncodeContext(request_id="req_1", model="m", created_at_s=1, include_usage=False)
    assert b'"usage"' not in told(openai.DIALECT, *events, context=silent)[0]
    assert b'"prompt_tokens":3' in told(openai.DIALECT, *events)[0]


def test_a_provider_s_extra_counts_are_kept_in_its_dialect() -> None:
    raw = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "cost": 0.25}
    usage = Usage(input_tokens=3, output_tokens=2, raw=raw)
    assert b'"cost":0.25' in told(openai.DIALECT, UsageReported(usage=usage), DONE)[0]
    assert b"cost" not in told(anthropic.DIALECT, UsageReported(usage=usage), DONE)[0]


def test_a_withheld_chunk_is_only_the_one_we_asked_for() -> None:
    head = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":null}\n\n'
    usage = b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n'
    filters = b'data: {"id":"","choices":[],"prompt_filter_results":[]}\n\n'
    tap = openai.DIALECT.stream_tap(withhold_usage=True, model=None)
    assert tap.feed(filters + head + usage + b"data: [DONE]\n\n") == filters + head + b"data: [DONE]\n\n"
    assert tap.usage is not None
    assert (tap.events, tap.output_bytes, tap.saw_end) == (1, 1, True)


def test_a_tap_forwards_whole_events_only() -> None:
    body = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
    tap = openai.DIALECT.stream_tap(withhold_usage=False, model=None)
    assert tap.feed(body) is body
    assert tap.feed(body[:10]) == b""
    assert tap.feed(body[10:] + body[:5]) == body
    assert tap.finish() == b""


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_last_event_without_its_blank_line_is_ended(end: bytes) -> None:
    event = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}'
    tap = openai.DIALECT.stream_tap(withhold_usage=False, model=None)
    assert tap.feed(event + end) == b""
    out = tap.finish() + b"data: [DONE]\n\n"
    assert [e.data for e in SseReader().feed(out)] == [event[6:], b"[DONE]"]
    assert tap.finish_reason is not None


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize(
    ("dialect", "mark"),
    [
        (openai.DIALECT, b"data: [DONE]"),
        (openai.DIALECT, b"data: [DONE]\n: bye"),
        (anthropic.DIALECT, b'event: message_stop\ndata: {"type":"message_stop"}'),
    ],
)
def test_an_end_mark_without_its_blank_line_is_ended(dialect: Dialect, mark: bytes, end: bytes) -> None:
    tap = dialect.stream_tap(withhold_usage=False, model=None)
    out = tap.feed(mark + end) + tap.finish()
    assert tap.saw_end
    assert out.startswith(mark)
    assert out.endswith((b"\n\n", b"\r\n\r\n"))
    assert len(SseReader().feed(out)) == 1


def test_an_end_line_without_its_end_is_ended() -> None:
    line = b'{"model":"m","message":{"content":""},"done":true,"done_reason":"stop"}'
    tap = ollama.DIALECT.stream_tap(withhold_usage=False, model=None)
    assert (tap.feed(line), tap.finish()) == (b"", line + b"\n")
    assert tap.saw_end


def test_a_last_line_without_its_end_is_ended() -> None:
    line = b'{"model":"m","message":{"content":"a"},"done":false}'
    tap = ollama.DIALECT.stream_tap(withhold_usage=False, model=None)
    assert (tap.feed(line), tap.finish()) == (b"", line + b"\n")
    assert (tap.feed(line[:9]), tap.finish()) == (b"", b"")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'"x"', b"\xff"])
def test_a_body_that_is_no_answer_is_broken(dialect: Dialect, body: bytes) -> None:
    with pytest.raises(UpstreamBroken):
        dialect.decode_response(body)
    assert dialect.read_answer(body) == (None, None, 0) or dialect.name == "ollama"


def test_audio_and_log_probabilities_stay_in_their_dialect() -> None:
    logprobs = {
        "content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}],
        "refusal": None,
    }
    message = {"role": "assistant", "content": "a", "audio": {"id": "au1", "data": "AA==", "transcript": "a"}}
    body = {"id": "c", "choices": [{"message": message, "logprobs": logprobs, "finish_reason": "stop"}]}
    response = openai.DIALECT.decode_response(json.dumps(body).encode())
    again = json.loads(openai.DIALECT.encode_response(response, CONTEXT).body)["choices"][0]
    assert (again["message"]["audio"], again["logprobs"]) == (message["audio"], logprobs)
    assert b'"audio":{"id":"au1"' in told(openai.DIALECT, *response_events(response))[0]
    assert told(anthropic.DIALECT, *response_events(response))[1] == {"audio", "logprobs"}


def test_a_finished_answer_told_as_a_stream_keeps_what_its_dialect_knows() -> None:
    logprobs = {"content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}]}
    body = {
        "id": "c",
        "choices": [{"message": {"content": "a"}, "logprobs": logprobs, "finish_reason": "stop"}],
        "system_fingerprint": "fp",
        "search_results": [{"url": "https://example.org", "title": "t"}],
    }
    events = response_events(openai.DIALECT.decode_response(json.dumps(body).encode()))
    again = read(openai.DIALECT, told(openai.DIALECT, *events)[0]).response()
    kept = (again.provider_data or {})["openai"]
    assert (kept["logprobs"], kept["system_fingerprint"]) == (logprobs, "fp")
    assert kept["search_results"] == body["search_results"]


@pytest.mark.parametrize(
    "dialect", [anthropic.DIALECT, ollama.DIALECT, gemini.DIALECT, responses.DIALECT], ids=lambda d: d.name
)
def test_what_comes_after_the_end_of_a_call_is_told_as_lost(dialect: Dialect) -> None:
    call = [
        ToolCallStart(index=0, id="c", name="f"),
        ToolCallDelta(index=0, arguments="{}"),
        ToolCallEnd(index=0),
    ]
    body, lost = told(dialect, *call, ToolCallDelta(index=0, arguments='{"more":1}'), DONE)
    assert b"more" not in body
    assert lost == {"late_content"}
