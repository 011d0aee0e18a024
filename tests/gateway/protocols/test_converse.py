"""Bedrock's Converse: what is written to it, what is lost on the way, and streams of our own frames."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    AudioPart,
    FilePart,
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
    VideoPart,
)
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.converse import DIALECT
from salon.testing.fake_provider.aws import event, exception, pack

NOVA = "eu.amazon.nova-2-lite-v1:0"
CALL = ToolCallPart(id="call|1", name="time", arguments='{"zone":"CET"}')
RESULT = ToolResultPart(tool_call_id="call|1", parts=(TextPart(text="noon"),), is_error=True)


def user(*parts: Any) -> Message:
    """Return a message of a person."""
    return Message(role="user", parts=parts or (TextPart(text="hi"),))


def written(*messages: Message, model: str = "m", **fields: Any) -> tuple[dict[str, Any], set[str]]:
    """Return the body and what it lost."""
    request = ModelRequest(model=model, messages=messages or (user(),), **fields)
    encoded = DIALECT.encode_request(request, quirks={})
    return json.loads(encoded.body), set(encoded.lost)


def streamed(*frames: Any) -> ResponseCollector:
    """Read a stream of frames, a byte at a time."""
    decoder, collector = DIALECT.stream_decoder(), ResponseCollector()
    for byte in b"".join(frame.data for frame in frames):
        collector.add(decoder.feed(bytes([byte])))
    collector.add(decoder.finish())
    return collector


def delta(index: int, **value: Any) -> Any:
    """Return a piece of a block."""
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": value})


def test_every_setting_has_its_word() -> None:
    schema = {"type": "object"}
    shape = ResponseFormat(kind="json-schema", schema=schema, name="city", description="A city.")
    body, lost = written(
        model=NOVA, max_output_tokens=9, temperature=0.5, top_p=0.4, top_k=7, stop=("END",), service_tier="flex",
        metadata={"team": "a"}, reasoning_effort="high", response_format=shape,
    )  # fmt: skip
    assert lost == set()
    described = {"schema": '{"type":"object"}', "name": "city", "description": "A city."}
    assert body == {
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.4, "stopSequences": ["END"]},
        "additionalModelRequestFields": {
            "inferenceConfig": {"topK": 7},
            "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"},
        },
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": described}}},
        "requestMetadata": {"team": "a"},
        "serviceTier": {"type": "flex"},
    }


def test_what_it_does_not_take_is_told() -> None:
    body, lost = written(
        top_k=5, seed=3, user="u", service_tier="turbo", reasoning_budget_tokens=900, parallel_tool_calls=False,
        metadata={"deep": {"a": 1}}, response_format=ResponseFormat(kind="json"),
    )  # fmt: skip
    assert set(body) == {"messages"}
    assert lost == {
        "top_k", "seed", "user", "service_tier", "reasoning_budget_tokens", "parallel_tool_calls", "metadata",
        "response_format.json_object",
    }  # fmt: skip
    assert written(model="openai.gpt-oss-120b-1:0", reasoning_effort="low")[0][
        "additionalModelRequestFields"
    ] == {"reasoning_effort": "low"}
    with pytest.raises(Unsupported):
        written(n=2)


def test_roles_alternate_and_results_follow_their_calls() -> None:
    body, lost = written(
        Message(role="system", parts=(TextPart(text="be brief"),)),
        user(),
        user(TextPart(text="  "), TextPart(text="again")),
        Message(role="assistant", parts=(ReasoningPart(text="hm"), TextPart(text="Wait."), CALL)),
        Message(role="tool", parts=(RESULT,)),
        Message(role="developer", parts=(TextPart(text="in French"),)),
    )
    called = {"toolUseId": "call_1", "name": "time", "input": {"zone": "CET"}}
    result = {"toolUseId": "call_1", "content": [{"text": "noon"}], "status": "error"}
    assert body["system"] == [{"text": "be brief"}]
    assert body["messages"] == [
        {"role": "user", "content": [{"text": "hi"}, {"text": "again"}]},
        {"role": "assistant", "content": [{"text": "Wait."}, {"toolUse": called}]},
        {"role": "user", "content": [{"toolResult": result}, {"text": "in French"}]},
    ]
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["time"]
    assert lost == {"messages.reasoning", "messages.system_position"}


def test_tools_are_offered_forced_and_held_back() -> None:
    tool = Tool(name="time", description="Tells.", parameters={"type": "object"}, strict=True)
    body, lost = written(tools=(tool,), tool_choice=ToolChoice(mode="tool", name="time"))
    spec = {"name": "time", "description": "Tells.", "inputSchema": {"json": {"type": "object"}}}
    assert body["toolConfig"] == {"tools": [{"toolSpec": spec}], "toolChoice": {"tool": {"name": "time"}}}
    assert lost == {"tools.strict"}
    assert "toolConfig" not in written(tools=(tool,), tool_choice=ToolChoice(mode="none"))[0]
    past = (user(), Message(role="assistant", parts=(CALL,)), Message(role="tool", parts=(RESULT,)))
    with pytest.raises(Unsupported, match="kept from calling"):
        written(*past, tools=(tool,), tool_choice=ToolChoice(mode="none"))


def test_media_have_their_forms() -> None:
    body, _ = written(
        user(
            ImagePart(data="AAAA", media_type="image/jpeg"),
            FilePart(data="JVBERi0x", name="Bericht_2026: *geheim*.pdf"),
            FilePart(text="a,b", name="x"),
            VideoPart(data="AAAA", media_type="video/quicktime"),
            AudioPart(data="AAAA", media_type="audio/mpeg"),
        )
    )
    blocks = body["messages"][0]["content"]
    kinds = [(next(iter(block)), next(iter(block.values()))["format"]) for block in blocks]
    assert kinds == [
        ("image", "jpeg"),
        ("document", "pdf"),
        ("document", "txt"),
        ("video", "mov"),
        ("audio", "mp3"),
    ]
    assert blocks[1]["document"]["name"] == "Bericht 2026 geheim pdf"
    for refused in (ImagePart(url="https://x/y.png"), FilePart(data="AAAA", media_type="application/zip")):
        with pytest.raises(Unsupported):
            written(user(refused))


def test_thoughts_go_back_only_with_their_proof_and_marks_only_where_they_are_known() -> None:
    signed = ReasoningPart(text="hm", signature="c2ln")
    own = OpaquePart(dialect="converse", type="toolResult", raw={"toolResult": {"toolUseId": "t"}})
    said = Message(role="assistant", parts=(signed, ReasoningPart(redacted="cmVk"), own, TextPart(text="ok")))
    marked = user(TextPart(text="long", cache=True))
    body, lost = written(marked, said, model=NOVA)
    assert body["messages"][0]["content"] == [{"text": "long"}, {"cachePoint": {"type": "default"}}]
    assert body["messages"][1]["content"][:3] == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "cmVk"}},
        {"toolResult": {"toolUseId": "t"}},
    ]
    assert lost == set()
    assert written(marked, model="meta.llama4")[1] == {"cache_control"}


def test_a_stream_holds_thoughts_words_sources_and_what_only_it_understands() -> None:
    source = {
        "title": "Facts",
        "location": {"web": {"url": "https://f.example"}},
        "sourceContent": [{"text": "q"}],
    }
    started = {"toolUse": {"toolUseId": "t", "name": "nova_grounding", "type": "server_tool_use"}}
    collector = streamed(
        event("messageStart", {"role": "assistant"}),
        delta(0, reasoningContent={"text": "hm"}),
        delta(0, reasoningContent={"signature": "c2ln"}),
        delta(1, reasoningContent={"redactedContent": "cmVk"}),
        event("contentBlockStart", {"contentBlockIndex": 2, "start": started}),
        delta(2, toolUse={"input": "{}"}),
        event("contentBlockStop", {"contentBlockIndex": 2}),
        delta(3, text="It is "),
        delta(3, text="so."),
        delta(4, citation=source),
        event("messageStop", {"stopReason": "max_tokens"}),
        event("metadata", {"usage": {"inputTokens": 5, "outputTokens": 7, "cacheReadInputTokens": 90}}),
    )
    response = collector.response()
    assert (response.reasoning, response.text) == ("hm", "It is so.")
    assert [type(part).__name__ for part in response.parts] == [
        "ReasoningPart", "ReasoningPart", "OpaquePart", "TextPart", "CitationPart"
    ]  # fmt: skip
    assert response.parts[-1].url == "https://f.example"  # type: ignore[union-attr]
    assert response.finish is not None
    assert response.usage is not None
    assert (response.finish.reason, response.usage.input_tokens, response.usage.cached_tokens) == (
        "length",
        95,
        90,
    )


@pytest.mark.parametrize(
    ("last", "kind", "status"),
    [
        (exception("throttlingException", "slow down").data, "throttlingException", 429),
        (exception("ValidationException", "wrong").data, "ValidationException", 400),
        (pack(b"", {":message-type": "error", ":error-code": "x", ":error-message": "boom"}), "x", None),
        (event("metadata", {"usage": {}}).data, "stream_truncated", None),
        (event("contentBlockStop", {}).data[:-1], "stream_truncated", None),
        (b"\0" * 40, "invalid_event", None),
        (pack(b"{oops", {":event-type": "contentBlockDelta"}), "invalid_event", None),
    ],
)
def test_no_stream_ends_in_silence(last: bytes, kind: str, status: int | None) -> None:
    decoder, collector = DIALECT.stream_decoder(), ResponseCollector()
    collector.add([*decoder.feed(delta(0, text="half an ").data + last), *decoder.finish()])
    assert collector.error is not None
    assert (collector.error.type, collector.error.status) == (kind, status)
    assert collector.response().text == "half an "


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (400, "The provided model identifier is invalid.", "upstream_model_missing"),
        (403, "You don't have access to the model with the specified model ID.", "upstream_model_missing"),
        (403, "The security token included in the request is expired", "upstream_auth"),
        (400, "Input is too long for requested model.", "upstream_context_too_long"),
        (429, "Too many requests, please wait before trying again.", "upstream_rate_limited"),
    ],
)
def test_failures_have_their_class(status: int, message: str, code: str) -> None:
    error = DIALECT.decode_error(status, {}, json.dumps({"message": message}).encode(), provider="p")
    assert (error.code, error.upstream_message) == (code, message)
