"""What only the responses dialect has: items, encrypted reasoning, numbered events, and no store."""

import json
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.errors import BudgetExceeded, InvalidRequest, Unsupported
from salon.foundation.messages import (
    CitationPart,
    Finish,
    Message,
    ModelRequest,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    Response,
    TextPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from salon.gateway.protocols import openai, responses
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import ResponseCollector, response_events

DIALECT = responses.DIALECT
CONTEXT = EncodeContext(request_id="req_7", model="alias", created_at_s=1_800_000_000)


def decode(**fields: Any) -> Any:
    body = json.dumps({"model": "m", "input": "hi", **fields}).encode()
    return DIALECT.decode_request(DIALECT.read_envelope(body))


def rewrite(**fields: Any) -> dict[str, Any]:
    body = json.dumps({"model": "m", "input": "hi", **fields}).encode()
    return json.loads(
        DIALECT.rewrite_request(DIALECT.read_envelope(body), model="other", stream=False, quirks={})
    )


def events_of(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: ")]


def answer(*parts: Any, **fields: Any) -> Response:
    fields.setdefault("finish", Finish(reason="stop"))
    return Response(id="a", model="m", parts=parts, usage=Usage(input_tokens=3, output_tokens=2), **fields)


def streamed(response: Response, context: EncodeContext = CONTEXT) -> bytes:
    encoder = DIALECT.stream_encoder(context)
    return encoder.encode(response_events(response)) + encoder.finish()


THINKS = ReasoningPart(text="hm", signature="sig")
CALL = ToolCallPart(id="c1", name="f", arguments='{"a":1}')
RICH = answer(THINKS, TextPart(text="hi"), CitationPart(url="https://e.org", title="E"), CALL)


def test_what_the_model_said_in_one_turn_is_one_message(samples: Any) -> None:
    request = samples.decode(DIALECT, samples.requests["responses"])
    assert [message.role for message in request.messages] == [
        "system", "developer", "user", "assistant", "tool", "tool", "user",
    ]  # fmt: skip
    turn = request.messages[3].parts
    assert [type(part) for part in turn] == [ReasoningPart, TextPart, OpaquePart, ToolCallPart, ToolCallPart]
    assert isinstance(request.messages[4].parts[0], ToolResultPart)


def test_a_request_comes_back_as_it_was(samples: Any) -> None:
    sample = samples.requests["responses"]
    written = json.loads(DIALECT.encode_request(samples.decode(DIALECT, sample), quirks={}).body)
    for name in (
        "instructions",
        "tools",
        "text",
        "metadata",
        "prompt_cache_key",
        "top_logprobs",
        "truncation",
    ):
        assert written[name] == sample[name], name
    assert written["store"] is False
    kinds = [item.get("type", "message") for item in sample["input"]]
    assert [item.get("type", "message") for item in written["input"]] == kinds
    assert written["input"][2] == sample["input"][2], "reasoning goes back with its encrypted content"


def test_chat_requests_keep_what_both_dialects_have() -> None:
    wire = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "verbosity": "low"}
    wire |= {"prompt_cache_key": "k", "logit_bias": {"1": 1}, "stop": ["x"]}
    request = openai.DIALECT.decode_request(openai.DIALECT.read_envelope(json.dumps(wire).encode()))
    written = DIALECT.encode_request(request, quirks={})
    assert json.loads(written.body)["text"] == {"verbosity": "low"}
    assert json.loads(written.body)["prompt_cache_key"] == "k"
    assert set(written.lost) == {"stop", "logit_bias"}


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode(max_output_tokens=-1)
    assert caught.value.param == "max_output_tokens"


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "background"])
def test_what_needs_a_store_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode(**{name: "x"})
    assert caught.value.param == name
    decode(**{name: None})


@pytest.mark.parametrize("item", [{"type": "item_reference", "id": "msg_1"}, {"id": "msg_1"}])
def test_a_reference_to_a_stored_item_is_refused(item: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match="stored"):
        decode(input=[item])


def test_a_provider_is_told_to_store_nothing() -> None:
    assert rewrite()["store"] is False
    assert rewrite(store=True)["store"] is False
    assert DIALECT.read_envelope(b'{"model":"m","input":"x","store":true}').lost == ("store",)
    assert DIALECT.read_envelope(b'{"model":"m","input":"x"}').lost == ()


def test_reasoning_a_provider_cannot_read_back_is_left_out() -> None:
    foreign = json.loads(DIALECT.encode_response(RICH, CONTEXT).body)["output"][0]
    own = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    bare = {"type": "reasoning", "id": "rs_2", "summary": []}
    said = {"role": "user", "content": "hi"}
    assert rewrite(input=[foreign, own, bare, said])["input"] == [own, said]


def test_another_dialects_proof_returns_in_encrypted_content() -> None:
    item = json.loads(DIALECT.encode_response(RICH, CONTEXT).body)["output"][0]
    assert item["summary"] == [{"type": "summary_text", "text": "hm"}]
    back = decode(input=[item, {"role": "user", "content": "go on"}]).messages[0].parts[0]
    assert (back.text, back.signature, back.redacted) == ("hm", "sig", None)


def test_a_broken_proof_is_no_proof() -> None:
    for sealed in ("salon.@@", "salon.W10=", "salon.eyJhIjox"):
        item = {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": sealed}
        back = decode(input=[item, {"role": "user", "content": "x"}]).messages[0].parts[0]
        assert (back.signature, back.redacted) == (None, None)


def test_a_compaction_is_refused_by_other_dialects() -> None:
    request = decode(
        input=[{"type": "compaction", "encrypted_content": "x"}, {"role": "user", "content": "y"}]
    )
    with pytest.raises(Unsupported):
        openai.DIALECT.encode_request(request, quirks={})
    assert json.loads(DIALECT.encode_request(request, quirks={}).body)["input"][0]["type"] == "compaction"


def test_built_in_tools_are_refused_by_other_dialects() -> None:
    request = decode(tools=[{"type": "web_search"}])
    assert request.tools == (Tool(name="web_search", provider_data={"responses": {"type": "web_search"}}),)
    with pytest.raises(Unsupported):
        openai.DIALECT.encode_request(request, quirks={})


def test_a_stream_ends_with_what_a_finished_answer_is() -> None:
    events = events_of(streamed(RICH))
    whole = json.loads(DIALECT.encode_response(RICH, CONTEXT).body)
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"] == whole
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [item["type"] for item in whole["output"]] == ["reasoning", "message", "function_call"]


def test_events_name_their_item_and_place() -> None:
    events = events_of(streamed(RICH))
    items = {e["item"]["id"]: e["output_index"] for e in events if e["type"] == "response.output_item.added"}
    assert list(items.values()) == [0, 1, 2]
    placed = [event for event in events if "item_id" in event]
    assert placed
    assert all(items[event["item_id"]] == event["output_index"] for event in placed)
    done = [event["item"]["id"] for event in events if event["type"] == "response.output_item.done"]
    assert done == list(items)


def test_words_after_a_tool_call_are_another_message() -> None:
    events = events_of(streamed(answer(TextPart(text="a"), CALL, TextPart(text="b"), RefusalPart(text="no"))))
    output = events[-1]["response"]["output"]
    kinds = [[part["type"] for part in item.get("content", [])] for item in output]
    assert sorted(kinds) == [[], ["output_text"], ["output_text", "refusal"]]


def test_the_answer_tells_back_what_was_asked() -> None:
    body = b'{"model":"m","input":"x","instructions":"be brief","metadata":{"a":"b"},"temperature":null}'
    context = EncodeContext(
        request_id="req_7", model="m", created_at_s=1, fields=DIALECT.read_envelope(body).fields
    )
    told = json.loads(DIALECT.encode_response(RICH, context).body)
    assert (told["instructions"], told["metadata"], told["temperature"]) == ("be brief", {"a": "b"}, 1.0)
    assert told["id"] == "resp_7"
    assert (told["presence_penalty"], told["frequency_penalty"]) == (0.0, 0.0)


def test_an_answer_tells_when_it_was_complete() -> None:
    context = msgspec.structs.replace(CONTEXT, duration_ns=4_000_000_000)
    told = json.loads(DIALECT.encode_response(RICH, context).body)
    assert told["completed_at"] == CONTEXT.created_at_s + 4
    cut = answer(TextPart(text="a"), finish=Finish(reason="length"))
    assert json.loads(DIALECT.encode_response(cut, context).body)["completed_at"] is None
    begun, *_, ended = events_of(streamed(RICH))
    assert begun["response"]["completed_at"] is None
    assert ended["response"]["completed_at"] >= CONTEXT.created_at_s


@pytest.mark.parametrize(
    ("finish", "status", "details"),
    [
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content-filter", "incomplete", {"reason": "content_filter"}),
        ("refusal", "incomplete", {"reason": "content_filter"}),
        ("tool-calls", "completed", None),
        ("error", "failed", None),
    ],
)
def test_endings_have_their_status(finish: Any, status: str, details: Any) -> None:
    told = answer(TextPart(text="x"), finish=Finish(reason=finish))
    last = events_of(streamed(told))[-1]
    assert last["type"] == f"response.{status}"
    assert last["response"]["incomplete_details"] == details
    assert (last["response"]["error"] is not None) == (status == "failed")


def test_an_error_ends_a_stream_twice_told() -> None:
    encoder = DIALECT.stream_encoder(CONTEXT)
    begun = encoder.encode(response_events(RICH)[:3])
    events = events_of(begun + encoder.error(BudgetExceeded()) + encoder.finish())
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert events[-2]["error"]["code"] == events[-2]["code"] == "insufficient_quota"
    assert events[-1]["response"]["status"] == "failed"
    decoder = DIALECT.stream_decoder()
    collector = ResponseCollector()
    collector.add([*decoder.feed(begun + encoder.error(BudgetExceeded())), *decoder.finish()])
    assert collector.error is not None


def test_log_probabilities_cross_between_openais_dialects() -> None:
    tokens = [{"token": "hi", "logprob": -0.1, "bytes": [104, 105], "top_logprobs": []}]
    own = {"openai": {"logprobs": {"content": tokens}}}
    told = answer(TextPart(text="hi"), provider_data=own)
    finished = json.loads(DIALECT.encode_response(told, CONTEXT).body)
    assert finished["output"][0]["content"][0]["logprobs"] == tokens
    assert events_of(streamed(told))[-1]["response"]["output"][0]["content"][0]["logprobs"] == tokens
    back = DIALECT.decode_response(json.dumps(finished).encode())
    assert back.provider_data["openai"] == own["openai"]


def test_what_a_chat_provider_tells_beside_is_shown_or_named() -> None:
    tier = DIALECT.encode_response(answer(provider_data={"openai": {"service_tier": "flex"}}), CONTEXT)
    assert (json.loads(tier.body)["service_tier"], tier.lost) == ("flex", ())
    print_ = DIALECT.encode_response(answer(provider_data={"openai": {"system_fingerprint": "f"}}), CONTEXT)
    assert print_.lost == ("provider_data",)


def test_an_item_told_only_at_the_end_is_told() -> None:
    whole = {"id": "r", "status": "completed", "model": "m", "output": [
        {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": '{"a":1}'},
    ]}  # fmt: skip
    body = b'data: {"type":"response.completed","response":' + json.dumps(whole).encode() + b"}\n\n"
    decoder, collector = DIALECT.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(body), *decoder.finish()])
    assert collector.response().tool_calls[0].arguments == '{"a":1}'
    assert collector.response().finish == Finish(reason="tool-calls", raw="completed")


ENCRYPTED = ["reasoning.encrypted_content"]


@pytest.mark.parametrize(
    ("fields", "include"),
    [
        ({"model": "gpt-5.2"}, ENCRYPTED),
        ({"model": "gpt-4o"}, None),
        ({"model": "gpt-5.2-chat-latest"}, None),
        ({"model": "grok-4", "reasoning": {"effort": "high"}}, ENCRYPTED),
        ({"model": "o3", "reasoning": {"summary": "auto"}, "include": ["x"]}, ["x", *ENCRYPTED]),
        ({"model": "gpt-5.2", "reasoning": {"effort": "none"}}, None),
        ({"model": "gpt-5.2", "include": ENCRYPTED}, ENCRYPTED),
        ({"model": "gpt-5.2", "store": False}, None),
    ],
)
def test_who_counted_on_the_store_gets_reasoning_that_can_go_back(
    fields: dict[str, Any], include: list[str] | None
) -> None:
    asked = responses.DIALECT.read_envelope(json.dumps({"input": "hi", **fields}).encode())
    body = responses.DIALECT.rewrite_request(asked, model=asked.model, stream=False, quirks={})
    assert json.loads(body).get("include") == include
    other = responses.DIALECT.rewrite_request(asked, model=asked.model, stream=False, quirks={"store": False})
    assert json.loads(other).get("include") == fields.get("include")


def test_a_translated_request_asks_for_reasoning_that_can_go_back() -> None:
    said = (Message(role="user", parts=(TextPart(text="hi"),)),)
    cases = [("gpt-4o", None, None), ("gpt-4o", "low", ENCRYPTED), ("o3", None, ENCRYPTED)]
    for model, effort, include in cases:
        request = ModelRequest(model=model, messages=said, reasoning_effort=effort)
        assert json.loads(responses.DIALECT.encode_request(request, quirks={}).body).get("include") == include
        plain = responses.DIALECT.encode_request(request, quirks={"store": False})
        assert "include" not in json.loads(plain.body)
