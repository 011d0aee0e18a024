"""Streams of the chat dialect: reasoning in details, likelihoods without words, calls of custom tools."""

import json
from typing import Any

from tests.gateway.protocols.test_streams import read, told

from salon.foundation.messages import Finish, ReasoningPart, Response, ToolCallPart
from salon.gateway.protocols import openai
from salon.gateway.protocols.collect import response_events


def thought(*deltas: Any) -> list[Any]:
    """Return how the chat dialect's decoder reads the reasoning of these deltas."""
    chunks: list[Any] = [
        {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta}]} for delta in deltas
    ]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    body = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks)
    parts = read(openai.DIALECT, body + b"data: [DONE]\n\n").response().parts
    return [(part.text, part.signature, part.redacted) for part in parts if isinstance(part, ReasoningPart)]


def detail(**fields: Any) -> dict[str, Any]:
    return {"reasoning_details": [{"type": "reasoning.text", "index": 0, **fields}]}


def test_words_that_come_only_in_details_are_read_beside_an_empty_field() -> None:
    empty = {"reasoning_content": ""}
    deltas = [{**empty, **detail(text="so ")}, {**empty, **detail(text="what")}, {**empty, "content": "x"}]
    assert thought(*deltas) == [("so what", None, None)]


def test_words_told_again_with_what_proves_them_count_once() -> None:
    told_before = [{"reasoning_content": "so "}, {"reasoning_content": "what"}]
    again = {"reasoning_content": "", **detail(text="so what", signature="c2ln")}
    assert thought(*told_before, again, {"content": "x"}) == [("so what", "c2ln", None)]


def test_hidden_reasoning_in_a_stream_is_a_part_of_its_own() -> None:
    hidden = {"reasoning_details": [{"type": "reasoning.encrypted", "data": "Zm9v", "index": 1}]}
    parts = thought({"reasoning": "hm"}, hidden, {"content": "x"})
    assert parts == [("hm", None, None), ("", None, "Zm9v")]


def test_a_call_of_a_custom_tool_is_one_in_a_stream_too() -> None:
    call = ToolCallPart(id="c", name="grep", arguments="a b", provider_data={"openai": {"custom": True}})
    answer = Response(id="a", model="m", parts=(call,), finish=Finish(reason="tool-calls"), usage=None)
    body, _ = told(openai.DIALECT, *response_events(answer))
    assert b'"type":"custom","custom":{"name":"grep","input":""}' in body
    assert b'{"index":0,"custom":{"input":"a b"}}' in body
    assert read(openai.DIALECT, body).response().parts == (call,)


def test_likelihoods_without_words_of_their_own_are_kept() -> None:
    def chunk(text: str, token: str) -> bytes:
        likely: dict[str, Any] = {
            "content": [{"token": token, "logprob": -0.5, "bytes": None, "top_logprobs": []}]
        }
        choice: dict[str, Any] = {"index": 0, "delta": {"content": text}, "logprobs": likely}
        return b"data: %b\n\n" % json.dumps({"id": "c", "model": "m", "choices": [choice]}).encode()

    chunks = chunk("a", "a") + chunk("", "\\xf0\\x9f") + chunk("🦜", "\\xa6\\x9c")
    end = b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    answer = read(openai.DIALECT, chunks + end).response()
    kept = (answer.provider_data or {})["openai"]["logprobs"]["content"]
    assert (answer.text, len(kept)) == ("a🦜", 3)
