"""Each fact measured on real streams, with bytes of our own: a parser that misses one is wrong on real traffic."""

import json
from typing import Any

import pytest

from salon.foundation.messages import Response
from salon.gateway.protocols import anthropic, ollama, openai

CUTS = [0, 1, 2, 3, 7]


def chunk(delta: dict[str, Any] | None = None, *, finish: str | None = None, **top: Any) -> bytes:
    """One chat chunk of our own."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
        **top,
    }
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


END = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def call(index: int | None, call_id: str | None, name: str | None, arguments: str) -> dict[str, Any]:
    """One tool call delta."""
    function: dict[str, Any] = {"arguments": arguments}
    if name is not None:
        function["name"] = name
    delta: dict[str, Any] = {"type": "function", "function": function}
    if index is not None:
        delta["index"] = index
    if call_id is not None:
        delta["id"] = call_id
    return {"tool_calls": [delta]}


def chat(wire: Any, *parts: bytes, cut: int = 0) -> Response:
    """Read a chat stream that has no error."""
    collector = wire.collect(openai.DIALECT, b"".join(parts), cut)
    assert collector.error is None
    return collector.response()


@pytest.mark.parametrize("cut", CUTS)
def test_characters_may_be_cut_between_reads(wire: Any, cut: int) -> None:
    said = "naïve — 日本語 \U0001f468‍\U0001f469‍\U0001f467"
    response = chat(wire, chunk({"content": said}), chunk({}, finish="stop"), END, cut=cut)
    assert response.text == said


@pytest.mark.parametrize("cut", CUTS)
def test_usage_may_come_in_a_chunk_without_choices(wire: Any, cut: int) -> None:
    response = chat(wire, chunk({"content": "a"}, finish="stop"), chunk(usage=USAGE), END, cut=cut)
    assert (response.usage and response.usage.total_tokens) == 5


@pytest.mark.parametrize("cut", CUTS)
def test_usage_may_come_with_a_choice(wire: Any, cut: int) -> None:
    response = chat(wire, chunk({"content": "a"}, finish="stop", usage=USAGE), END, cut=cut)
    assert (response.usage and response.usage.output_tokens) == 2


@pytest.mark.parametrize("cut", CUTS)
def test_lines_may_end_in_crlf(wire: Any, cut: int) -> None:
    body = (chunk({"content": "a"}) + chunk({}, finish="stop", usage=USAGE) + END).replace(b"\n", b"\r\n")
    response = chat(wire, body, cut=cut)
    assert (response.text, response.usage is not None) == ("a", True)


@pytest.mark.parametrize("cut", CUTS)
def test_pings_are_no_content(wire: Any, cut: int) -> None:
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'
    start = b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}\n\n'
    stop = (
        b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
        b'"usage":{"output_tokens":1}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'
    )
    response = wire.collect(anthropic.DIALECT, start + ping + ping + stop, cut).response()
    assert (response.parts, response.usage.total_tokens) == ((), 2)


@pytest.mark.parametrize("cut", CUTS)
def test_repeated_usage_is_replaced_and_never_added(wire: Any, cut: int) -> None:
    first = {**USAGE, "completion_tokens": 1, "citation_tokens": 4}
    body = chunk({"content": "a"}, usage=first) + chunk({"content": "b"}, finish="stop", usage=USAGE)
    response = chat(wire, body, END, cut=cut)
    assert response.usage is not None
    assert response.usage.raw == {**USAGE, "citation_tokens": 4}


def test_a_finished_stream_without_usage_has_none(wire: Any) -> None:
    response = chat(wire, chunk({"content": "a"}, finish="stop"), END)
    assert (response.usage, response.finish and response.finish.reason) == (None, "stop")


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_has_two_spellings(wire: Any, field: str) -> None:
    response = chat(wire, chunk({field: "hm", "content": ""}), chunk({"content": "a"}, finish="stop"), END)
    assert (response.reasoning, response.text) == ("hm", "a")


def test_reasoning_details_carry_signatures(wire: Any) -> None:
    details = [{"type": "reasoning.text", "text": "hm", "signature": "sig", "index": 0}]
    response = chat(
        wire, chunk({"reasoning": "hm", "reasoning_details": details}), chunk({}, finish="stop"), END
    )
    assert [(p.text, p.signature) for p in response.parts] == [("hm", "sig")]  # type: ignore[union-attr]


@pytest.mark.parametrize("cut", CUTS)
def test_comments_are_skipped(wire: Any, cut: int) -> None:
    comment = b": OPENROUTER PROCESSING\n\n"
    response = chat(
        wire, comment, comment, chunk({"content": "a"}), comment, chunk({}, finish="stop"), END, cut=cut
    )
    assert response.text == "a"


def test_an_empty_id_is_no_id(wire: Any) -> None:
    response = chat(wire, chunk({"content": "a"}, finish="stop", id=""), END)
    assert (response.id, response.text) == (None, "a")


def test_the_first_chunk_may_have_no_choices(wire: Any) -> None:
    filters = chunk(prompt_filter_results=[{"prompt_index": 0}], id="", model="")
    response = chat(wire, filters, chunk({"content": "a"}, finish="stop"), END)
    assert (response.id, response.model, response.text) == ("c1", "m", "a")


def test_the_end_mark_may_be_missing(wire: Any) -> None:
    response = chat(wire, chunk({"content": "a"}), chunk({}, finish="stop"))
    assert response.finish is not None
    assert response.finish.reason == "stop"


def test_a_stream_cut_before_its_finish_is_an_error(wire: Any) -> None:
    collector = wire.collect(openai.DIALECT, chunk({"content": "a"}) + b'data: {"cho')
    assert (collector.response().text, collector.error.type) == ("a", "stream_truncated")


@pytest.mark.parametrize("cut", CUTS)
def test_content_may_be_a_list(wire: Any, cut: int) -> None:
    thinking = {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}
    words = {"content": [{"type": "text", "text": "a"}, {"type": "reference", "reference_ids": [1]}]}
    response = chat(wire, chunk(thinking), chunk(words), chunk({"content": "b"}, finish="stop"), END, cut=cut)
    assert (response.reasoning, response.text) == ("hm", "ab")
    assert [type(part).__name__ for part in response.parts] == [
        "ReasoningPart",
        "TextPart",
        "OpaquePart",
        "TextPart",
    ]


@pytest.mark.parametrize("cut", CUTS)
def test_the_last_event_may_lack_its_blank_line(wire: Any, cut: int) -> None:
    body = chunk({"content": "a"}) + chunk({}, finish="stop", usage=USAGE)
    response = chat(wire, body.rstrip(b"\n"), cut=cut)
    assert response.usage is not None


@pytest.mark.parametrize("cut", CUTS)
def test_an_error_object_may_come_inside_a_stream(wire: Any, cut: int) -> None:
    failed = chunk({"content": ""}, usage=USAGE, error={"code": 502, "message": "Provider gone"})
    collector = wire.collect(openai.DIALECT, chunk({"content": "a"}) + failed + END, cut)
    error = collector.error
    assert (error.message, error.code, error.status) == ("Provider gone", "502", 502)
    assert (collector.response().text, collector.response().usage.total_tokens) == ("a", 5)


def test_two_ids_on_one_index_are_two_calls(wire: Any) -> None:
    body = (
        chunk(call(0, "a", "f", "{}")) + chunk(call(0, "b", "f", '{"x":')) + chunk(call(0, None, None, "1}"))
    )
    response = chat(wire, body, chunk({}, finish="tool_calls"), END)
    assert [(c.id, c.arguments) for c in response.tool_calls] == [("a", "{}"), ("b", '{"x":1}')]


def test_a_call_may_lack_its_index(wire: Any) -> None:
    body = chunk(call(None, "a", "f", "")) + chunk(call(None, None, None, '{"x":1}'))
    body += chunk(call(None, "b", "g", "{}"))
    response = chat(wire, body, chunk({}, finish="tool_calls"), END)
    assert [(c.id, c.name, c.arguments) for c in response.tool_calls] == [
        ("a", "f", '{"x":1}'),
        ("b", "g", "{}"),
    ]


def test_a_call_may_lack_its_id(wire: Any) -> None:
    body = chunk(call(0, None, "f", "{}")) + chunk(call(1, "", "g", "{}"))
    response = chat(wire, body, chunk({}, finish="stop"), END)
    ids = [c.id for c in response.tool_calls]
    assert all(ids)
    assert len(set(ids)) == 2
    assert response.finish is not None
    assert response.finish.reason == "tool-calls"


def test_whole_calls_without_ids_on_one_index_stay_apart(wire: Any) -> None:
    body = chunk(call(0, None, "f", '{"a":1}')) + chunk(call(0, None, "f", '{"a":2}'))
    response = chat(wire, body, chunk({}, finish="tool_calls"), END)
    assert [c.arguments for c in response.tool_calls] == ['{"a":1}', '{"a":2}']


def test_a_repeated_name_is_not_doubled(wire: Any) -> None:
    body = chunk(call(0, "a", "f", "")) + chunk(call(0, "a", "f", "{}"))
    response = chat(wire, body, chunk({}, finish="tool_calls"), END)
    assert [(c.name, c.arguments) for c in response.tool_calls] == [("f", "{}")]


def test_interleaved_calls_keep_their_arguments(wire: Any) -> None:
    body = b"".join(
        chunk(call(*given))
        for given in [
            (0, "a", "f", '{"x"'),
            (1, "b", "g", '{"y"'),
            (0, None, None, ":1}"),
            (1, None, None, ":2}"),
        ]
    )
    response = chat(wire, body, chunk({}, finish="tool_calls"), END)
    assert [c.arguments for c in response.tool_calls] == ['{"x":1}', '{"y":2}']


def test_not_a_number_in_log_probabilities_is_no_failure(wire: Any) -> None:
    body = chunk({"content": "a"}).replace(
        b'"finish_reason"', b'"logprobs":{"content":[-Infinity, NaN]},"finish_reason"'
    )
    assert chat(wire, body, chunk({}, finish="stop"), END).text == "a"


def test_a_lone_surrogate_is_replaced(wire: Any) -> None:
    body = chunk({"content": "a"}).replace(b'"a"', b'"a\\ud83d"')
    assert chat(wire, body, chunk({}, finish="stop"), END).text == "a�"


def test_parallel_choices_are_kept_apart(wire: Any) -> None:
    second = chunk({"content": "b"}).replace(b'"index": 0', b'"index": 1')
    done = chunk({}, finish="length").replace(b'"index": 0', b'"index": 1')
    response = chat(wire, chunk({"content": "a"}), second, chunk({}, finish="stop"), done, END)
    assert response.text == "a"
    assert [(other.text, other.finish and other.finish.raw) for other in response.alternatives] == [
        ("b", "length")
    ]


@pytest.mark.parametrize("cut", CUTS)
def test_an_overloaded_error_may_end_a_messages_stream(wire: Any, cut: int) -> None:
    body = (
        b'event: message_start\r\ndata: {"type":"message_start","message":{"id":"m"}}\r\n\r\n'
        b'event: error\r\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\r\n\r\n'
    )
    error = wire.collect(anthropic.DIALECT, body, cut).error
    assert (error.message, error.type, error.status) == ("Overloaded", "overloaded_error", 529)


def test_an_error_line_may_end_an_ollama_stream(wire: Any) -> None:
    body = b'{"model":"m","message":{"role":"assistant","content":"a"},"done":false}\n{"error":"out of memory"}\n'
    collector = wire.collect(ollama.DIALECT, body)
    assert (collector.response().text, collector.error.message) == ("a", "out of memory")


def test_redacted_thinking_is_kept(wire: Any) -> None:
    body = (
        b'data: {"type":"message_start","message":{"id":"m"}}\n\n'
        b'data: {"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"Zm9v"}}\n\n'
        b'data: {"type":"content_block_stop","index":0}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\n'
        b'data: {"type":"message_stop"}\n\n'
    )
    parts = wire.collect(anthropic.DIALECT, body).response().parts
    assert [part.redacted for part in parts] == ["Zm9v"]
