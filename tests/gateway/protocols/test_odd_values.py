"""Dialects that are only spoken: a value of a wrong type in a stream is an error, or is passed over."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError
from salon.foundation.messages import StreamError, StreamFinish
from salon.gateway.dialects import ONLY_SPOKEN
from salon.testing.fake_provider.aws import event

ODD: tuple[Any, ...] = (None, True, -1, 1e300, "", "x", [], {}, [{}], {"a": [1]})
COHERE = (
    {"type": "message-start", "id": "i", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi"}}}},
    {"type": "citation-start", "delta": {"message": {"citations": {"content_index": 0, "text": "Hi"}}}},
    {
        "type": "tool-call-start",
        "index": 0,
        "delta": {"message": {"tool_calls": {"id": "c", "function": {}}}},
    },
    {"type": "tool-call-end", "index": 0},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 1}}}},
)
CONVERSE = (
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}},
    {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "c", "name": "f"}}}},
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{}"}}}},
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 1}}},
)
INTERACTIONS = (
    {"event_type": "interaction.created", "interaction": {"id": "v1_x", "created": "2026-05-15T18:52:36Z"}},
    {"event_type": "step.start", "index": 0, "step": {"type": "thought", "summary": [{"text": "Hm"}]}},
    {"event_type": "step.delta", "index": 1, "delta": {"type": "text", "text": "Hi"}},
    {
        "event_type": "step.delta",
        "index": 1,
        "delta": {"type": "text_annotation", "annotations": [{"url": "u"}]},
    },
    {"event_type": "step.start", "index": 2, "step": {"type": "function_call", "id": "c", "name": "f"}},
    {"event_type": "step.delta", "index": 2, "delta": {"type": "arguments_delta", "arguments": "{}"}},
    {"event_type": "step.stop", "index": 2},
    {
        "event_type": "interaction.completed",
        "interaction": {"status": "completed", "usage": {"total_tokens": 1}},
    },
)
LLAMA = ({"generation": "Hi", "prompt_token_count": 1}, {"generation": "", "stop_reason": "stop"})
TITAN = ({"outputText": "Hi"}, {"outputText": "", "completionReason": "FINISH", "inputTextTokenCount": 1})
STREAMS = {
    "cohere": COHERE,
    "converse": CONVERSE,
    "bedrock-nova": CONVERSE,
    "interactions": INTERACTIONS,
    "bedrock-llama": LLAMA,
    "bedrock-titan": TITAN,
    "writer-completions": ({"value": "Hi"}, {"value": "!"}),
}


def bent(value: Any, odd: Any) -> Iterator[Any]:
    """Yield ``value`` with each of the values in it replaced by ``odd``, one at a time."""
    yield odd
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: other} for other in bent(inner, odd))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from ([*value[:i], other, *value[i + 1 :]] for other in bent(inner, odd))


def framed(name: str, value: Any) -> bytes:
    if name != "converse":
        return b"data: " + json.dumps(value).encode() + b"\n\n"
    kind, told = next(iter(value.items())) if isinstance(value, dict) and value else ("x", value)
    return event(kind, told).data


@pytest.mark.parametrize("name", STREAMS)
def test_an_odd_value_breaks_no_decoder(name: str) -> None:
    dialect, events = ONLY_SPOKEN[name], STREAMS[name]  # type: ignore[index] - a name of a dialect
    for place, value in enumerate(events):
        for odd in ODD:
            for other in bent(value, odd):
                sent = b"".join(framed(name, one) for one in (*events[:place], other, *events[place + 1 :]))
                decoder = dialect.stream_decoder()
                told = [*decoder.feed(sent), *decoder.finish()]
                ends = [one for one in told if isinstance(one, StreamFinish | StreamError)]
                assert len(ends) == 1, (other, told)


WHOLE = {
    "cohere": {
        "id": "i",
        "message": {"content": [{"type": "text", "text": "Hi"}]},
        "finish_reason": "COMPLETE",
    },
    "converse": {
        "output": {"message": {"content": [{"text": "Hi"}]}},
        "stopReason": "end_turn",
        "usage": {"x": 1},
    },
    "interactions": {"id": "v1_x", "status": "completed", "steps": [{"type": "model_output", "content": []}]},
    "bedrock-llama": {"generation": "Hi", "stop_reason": "stop", "prompt_token_count": 1},
    "bedrock-titan": {"results": [{"outputText": "Hi", "tokenCount": 1, "completionReason": "FINISH"}]},
    "writer-completions": {"choices": [{"text": "Hi", "log_probs": None}], "model": "m"},
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_odd_value_in_a_finished_answer_is_an_error_or_passed_over(name: str) -> None:
    dialect = ONLY_SPOKEN[name]  # type: ignore[index] - a name of a dialect
    for odd in ODD:
        for other in bent(WHOLE[name], odd):
            with contextlib.suppress(UpstreamError):
                dialect.decode_response(json.dumps(other).encode())
