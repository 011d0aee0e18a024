"""Requests: read with the field's path named, carried across, and edited in place for the same dialect."""

import copy
import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, Unsupported
from salon.foundation.messages import (
    FilePart,
    ImagePart,
    Message,
    ModelRequest,
    OpaquePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
)
from salon.gateway.protocols import anthropic, gemini, ollama, openai

OPENAI, ANTHROPIC, OLLAMA = openai.DIALECT, anthropic.DIALECT, ollama.DIALECT
GEMINI = gemini.DIALECT
NAMES = ["openai", "anthropic", "ollama", "gemini"]


def encoded(dialect: Any, request: ModelRequest, **quirks: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Write a request; return its value and what was lost."""
    written = dialect.encode_request(request, quirks=quirks)
    body = json.loads(written.body)
    if dialect is GEMINI:  # the address says both
        body |= {"model": request.model, "stream": request.stream}
    return body, written.lost


def chat(samples: Any, **changes: Any) -> ModelRequest:
    """Read a small chat request."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **changes}
    return samples.decode(OPENAI, body)


def without_pictures(request: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only some dialects carry: pictures by address, documents."""
    copied = copy.deepcopy(request)
    for content in copied.get("contents", ()):
        content["parts"] = [part for part in content["parts"] if "https" not in json.dumps(part)]
        content["parts"] = [part for part in content["parts"] if "inline_data" not in part]
    for message in copied.get("messages", ()):
        if isinstance(message["content"], list):
            message["content"] = [
                part
                for part in message["content"]
                if "https" not in json.dumps(part) and part["type"] not in {"file", "document"}
            ]
    return copied


@pytest.mark.parametrize("name", NAMES)
def test_a_rich_request_is_read_whole(name: str, samples: Any) -> None:
    dialect = next(d for d in samples.dialects if d.name == name)
    request = samples.decode(dialect, samples.requests[name])
    kinds = {type(part) for message in request.messages for part in message.parts}
    assert {TextPart, ImagePart, ReasoningPart, ToolCallPart, ToolResultPart} <= kinds
    assert request.max_output_tokens == 500
    assert request.stop == ("END",)
    assert request.stream
    assert request.response_format is not None
    assert request.response_format.schema == samples.schema
    results = [p for m in request.messages for p in m.parts if isinstance(p, ToolResultPart)]
    calls = [p.id for m in request.messages for p in m.parts if isinstance(p, ToolCallPart)]
    assert [result.tool_call_id for result in results] == calls


@pytest.mark.parametrize("name", NAMES)
def test_a_request_read_and_written_in_its_own_dialect_is_the_same(name: str, samples: Any) -> None:
    dialect = next(d for d in samples.dialects if d.name == name)
    first = samples.decode(dialect, samples.requests[name])
    quirks = {"reasoning_field": "reasoning_content"}
    body, lost = encoded(dialect, first, **quirks)
    assert lost == ()
    assert samples.decode(dialect, body) == first


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_words_tools_and_pictures_cross_every_pair(source: str, target: str, samples: Any) -> None:
    by_name = {dialect.name: dialect for dialect in samples.dialects}
    request = samples.decode(by_name[source], without_pictures(samples.requests[source]))
    body, _ = encoded(by_name[target], request)
    again = samples.decode(by_name[target], body)
    for kind in (ToolCallPart, ImagePart):
        sent, got = (
            [p for m in r.messages for p in m.parts if isinstance(p, kind)] for r in (request, again)
        )
        assert [(getattr(p, "name", ""), getattr(p, "data", "")) for p in sent] == [
            (getattr(p, "name", ""), getattr(p, "data", "")) for p in got
        ]
    assert [tool.parameters for tool in again.tools] == [tool.parameters for tool in request.tools]
    assert (again.max_output_tokens, again.stop, again.stream) == (500, ("END",), True)
    texts = [p.text for m in request.messages for p in m.parts if isinstance(p, TextPart)]
    assert all(text in body_text for body_text in [json.dumps(body)] for text in texts)


PATHS: list[tuple[str, dict[str, Any], str]] = [
    ("openai", {"messages": None}, "messages"),
    ("openai", {"messages": "hi"}, "messages"),
    ("openai", {"messages": []}, "messages"),
    ("openai", {"messages": [{"content": "hi"}]}, "messages[0].role"),
    ("openai", {"messages": [{"role": "king", "content": "hi"}]}, "messages[0].role"),
    ("openai", {"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
    (
        "openai",
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        "messages[0].content[0].text",
    ),
    ("openai", {"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    ("openai", {"temperature": "hot"}, "temperature"),
    ("openai", {"max_tokens": 1.5}, "max_tokens"),
    ("openai", {"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
    ("openai", {"tool_choice": "sometimes"}, "tool_choice"),
    ("openai", {"response_format": {"type": "xml"}}, "response_format.type"),
    ("openai", {"stream": "yes"}, "stream"),
    ("openai", {"model": 5}, "model"),
    ("anthropic", {"max_tokens": None}, "max_tokens"),
    ("anthropic", {"max_tokens": 0}, "max_tokens"),
    ("anthropic", {"messages": [{"role": "user"}]}, "messages[0].content"),
    (
        "anthropic",
        {"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]},
        "messages[0].content[0].tool_use_id",
    ),
    (
        "anthropic",
        {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64"}}]}]},
        "messages[0].content[0].source.data",
    ),
    ("anthropic", {"tools": [{"description": "x"}]}, "tools[0].name"),
    ("anthropic", {"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
    ("anthropic", {"tool_choice": {"type": "some"}}, "tool_choice.type"),
    ("ollama", {"options": {"temperature": "hot"}}, "options.temperature"),
    ("ollama", {"think": 3}, "think"),
    ("ollama", {"format": "xml"}, "format"),
    ("ollama", {"messages": [{"role": "user", "images": ["not base64!"]}]}, "messages[0].images[0]"),
    ("gemini", {"model": "models/"}, "model"),
    ("gemini", {"contents": None}, "contents"),
    ("gemini", {"contents": []}, "contents"),
    ("gemini", {"contents": [{"role": "king", "parts": []}]}, "contents[0].role"),
    ("gemini", {"contents": [{"parts": [{"text": 7}]}]}, "contents[0].parts[0].text"),
    (
        "gemini",
        {"contents": [{"parts": [{"inline_data": {"mime_type": "image/png"}}]}]},
        "contents[0].parts[0].inlineData.data",
    ),
    (
        "gemini",
        {"contents": [{"parts": [{"functionCall": {"args": {}}}]}]},
        "contents[0].parts[0].functionCall.name",
    ),
    ("openai", {"n": 0}, "n"),
    ("gemini", {"systemInstruction": 7}, "systemInstruction"),
    ("gemini", {"generation_config": {"topP": "x"}}, "generationConfig.topP"),
    ("gemini", {"generationConfig": {"maxOutputTokens": "x"}}, "generationConfig.maxOutputTokens"),
    ("gemini", {"generationConfig": {"responseMimeType": "x/y"}}, "generationConfig.responseMimeType"),
    ("gemini", {"tools": [{"functionDeclarations": [{}]}]}, "tools[0].functionDeclarations[0].name"),
    (
        "gemini",
        {"toolConfig": {"functionCallingConfig": {"mode": "SOME"}}},
        "toolConfig.functionCallingConfig.mode",
    ),
]


@pytest.mark.parametrize(("name", "changes", "path"), PATHS, ids=[f"{p[0]}-{p[2]}" for p in PATHS])
def test_what_is_wrong_is_named_by_its_path(
    name: str, changes: dict[str, Any], path: str, samples: Any
) -> None:
    dialect = next(d for d in samples.dialects if d.name == name)
    messages = [{"role": "user", "content": "hi"}]
    contents = [{"parts": [{"text": "hi"}]}]
    asked = {"contents": contents} if dialect is GEMINI else {"max_tokens": 5, "messages": messages}
    body = {"model": "m", **asked, **changes}
    with pytest.raises(InvalidRequest) as caught:
        samples.decode(dialect, {k: v for k, v in body.items() if v is not None})
    assert caught.value.param == path


def test_the_same_dialect_keeps_every_byte_but_the_edits() -> None:
    body = b'{"messages": [ {"role":"user", "content":"\\u00e9 \xc3\xa9  "} ], "model":"a", "x": 1.0e3, "stream":true}'
    envelope = OPENAI.read_envelope(body)
    assert OPENAI.rewrite_request(envelope, model="a", stream=True, quirks={"stream_usage": False}) is body
    edited = OPENAI.rewrite_request(envelope, model="b/c", stream=True, quirks={})
    assert b'"messages":[ {"role":"user", "content":"\\u00e9 \xc3\xa9  "} ],"model":"b/c","x":1.0e3' in edited
    value = json.loads(edited)
    assert (value["model"], value["stream_options"]) == ("b/c", {"include_usage": True})


def test_a_callers_stream_options_are_kept() -> None:
    body = b'{"model":"a","messages":[],"stream":true,"stream_options":{"include_obfuscation":false}}'
    envelope = OPENAI.read_envelope(body)
    assert not envelope.wants_usage
    edited = json.loads(OPENAI.rewrite_request(envelope, model="a", stream=True, quirks={}))
    assert edited["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    plain = json.loads(OPENAI.rewrite_request(envelope, model="a", stream=False, quirks={}))
    assert "stream_options" not in plain
    assert plain["stream"] is False


def test_a_null_stream_is_edited() -> None:
    body = b'{"model":"a","max_tokens":1,"messages":[],"stream":null}'
    for dialect in (OPENAI, ANTHROPIC):
        edited = dialect.rewrite_request(dialect.read_envelope(body), model="b", stream=True, quirks={})
        assert json.loads(edited)["stream"] is True


def test_ollama_streams_unless_told_otherwise() -> None:
    assert OLLAMA.read_envelope(b'{"model":"m","messages":[]}').stream
    envelope = OLLAMA.read_envelope(b'{"model":"m","messages":[],"stream":false}')
    assert not envelope.stream
    assert json.loads(OLLAMA.rewrite_request(envelope, model="m", stream=True, quirks={}))["stream"] is True


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"seed": 1, "logit_bias": {"1": 2}}, {"seed", "logit_bias"}),
        ({"temperature": 1.7}, {"temperature"}),
        ({"service_tier": "flex"}, {"service_tier"}),
        ({"metadata": {"a": "b"}, "user": "u"}, {"metadata"}),
        ({"response_format": {"type": "json_object"}}, {"response_format.json_object"}),
    ],
)
def test_what_anthropic_cannot_carry_is_named(changes: dict[str, Any], lost: set[str], samples: Any) -> None:
    assert set(encoded(ANTHROPIC, chat(samples, **changes))[1]) == lost


def test_what_would_change_the_meaning_is_refused(samples: Any) -> None:
    two = chat(samples, n=2)
    forced = chat(samples, tools=[{"type": "function", "function": {"name": "f"}}], tool_choice="required")
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    heard = chat(samples, messages=[{"role": "user", "content": [sound]}])
    for dialect, request in [
        (ANTHROPIC, two),
        (OLLAMA, two),
        (OLLAMA, forced),
        (ANTHROPIC, heard),
        (OLLAMA, heard),
    ]:
        with pytest.raises(Unsupported) as caught:
            dialect.encode_request(request, quirks={})
        assert caught.value.param


def test_a_providers_own_tool_is_refused_elsewhere(samples: Any) -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
    body = {**samples.requests["anthropic"], "tools": [search]}
    request = samples.decode(ANTHROPIC, body)
    assert encoded(ANTHROPIC, request)[0]["tools"] == [search]
    with pytest.raises(Unsupported):
        OPENAI.encode_request(request, quirks={})


def test_files_of_another_store_are_refused(samples: Any) -> None:
    part = {"type": "file", "file": {"file_id": "file-1"}}
    request = chat(samples, messages=[{"role": "user", "content": [part]}])
    assert encoded(OPENAI, request)[0]["messages"][0]["content"] == [part]
    with pytest.raises(Unsupported):
        ANTHROPIC.encode_request(request, quirks={})


def test_unknown_parts_go_back_unchanged_to_their_dialect(samples: Any) -> None:
    part = {"type": "document_url", "document_url": "https://example.org/a.pdf", "extra": [1]}
    request = chat(samples, messages=[{"role": "user", "content": [part]}])
    assert request.messages[0].parts == (OpaquePart(dialect="openai", type="document_url", raw=part),)
    assert encoded(OPENAI, request)[0]["messages"][0]["content"] == [part]
    with pytest.raises(Unsupported):
        ANTHROPIC.encode_request(request, quirks={})


def test_anthropic_wants_results_first_and_roles_in_turn(samples: Any) -> None:
    body, _ = encoded(ANTHROPIC, samples.decode(OPENAI, samples.requests["openai"]))
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert [b["type"] for b in body["messages"][2]["content"]] == ["tool_result", "tool_result", "text"]


def test_pictures_in_a_tool_result_follow_as_the_users(samples: Any) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": samples.png}}
    messages = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [picture]}]},
    ]
    request = samples.decode(ANTHROPIC, {"model": "m", "max_tokens": 5, "messages": messages})
    body, _ = encoded(OPENAI, request)
    assert [message["role"] for message in body["messages"]] == ["assistant", "tool", "user"]
    assert body["messages"][2]["content"][1]["type"] == "image_url"


def test_cache_marks_cross_where_a_provider_takes_them(samples: Any) -> None:
    marked = {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [marked]}]}
    request = samples.decode(ANTHROPIC, body)
    assert encoded(OPENAI, request)[1] == ("cache_control",)
    routed, lost = encoded(OPENAI, request, cache_marks="cache_control")
    assert (routed["messages"][0]["content"], lost) == ([marked], ())


@pytest.mark.parametrize(
    ("effort", "wire"),
    [
        ("none", {"type": "disabled"}),
        ("low", {"type": "adaptive"}),
    ],
)
def test_effort_becomes_thinking(effort: str, wire: dict[str, Any], samples: Any) -> None:
    body, _ = encoded(ANTHROPIC, chat(samples, reasoning_effort=effort))
    assert body["thinking"] == wire
    assert encoded(OLLAMA, chat(samples, reasoning_effort=effort))[0]["think"] == (
        False if effort == "none" else effort
    )


def test_old_models_get_a_budget_within_the_limit(samples: Any) -> None:
    request = chat(samples, reasoning_effort="high", max_tokens=2000)
    assert encoded(ANTHROPIC, request, thinking="budget")[0]["thinking"] == {
        "type": "enabled",
        "budget_tokens": 1999,
    }
    small = chat(samples, reasoning_effort="high", max_tokens=100)
    assert encoded(ANTHROPIC, small, thinking="budget")[1] == ("reasoning_effort",)


def test_legacy_functions_round_trip(samples: Any) -> None:
    messages = [
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "done"},
    ]
    request = chat(samples, messages=messages, functions=[{"name": "f"}], function_call={"name": "f"})
    assert request.tool_choice == ToolChoice(mode="tool", name="f")
    assert encoded(OPENAI, request)[0]["messages"][1] == messages[1]
    body, _ = encoded(ANTHROPIC, request)
    assert body["messages"][1]["content"][0]["tool_use_id"] == body["messages"][0]["content"][0]["id"]


def test_text_documents_become_words_where_there_are_no_documents(samples: Any) -> None:
    request = samples.decode(ANTHROPIC, samples.requests["anthropic"])
    document = next(p for m in request.messages for p in m.parts if isinstance(p, FilePart) and p.text)
    assert document.text == "Words"
    assert "<document>\\nWords\\n</document>" in OPENAI.encode_request(request, quirks={}).body.decode()


def test_quirks_bend_the_request(samples: Any) -> None:
    request = chat(samples, max_tokens=9, reasoning_effort="low", stream=True, top_k=3)
    body, _ = encoded(
        OPENAI, request, max_tokens_field="max_tokens", stream_usage=False, top_k=True, reasoning_object=True
    )
    assert (body["max_tokens"], body["top_k"], body["reasoning"]) == (9, 3, {"effort": "low"})
    assert "stream_options" not in body


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("claude-3-7-sonnet-20250219", "enabled"),
        ("claude-sonnet-4-20250514", "enabled"),
        ("anthropic.claude-opus-4-1-20250805-v1:0", "enabled"),
        ("claude-haiku-4-5", "enabled"),
        ("claude-opus-4-6", "adaptive"),
        ("claude-sonnet-5", "adaptive"),
    ],
)
def test_the_kind_of_thinking_follows_the_model(model: str, kind: str, samples: Any) -> None:
    request = chat(samples, model=model, reasoning_effort="low", max_tokens=9000)
    assert encoded(ANTHROPIC, request)[0]["thinking"]["type"] == kind


def test_thinking_is_not_asked_for_where_it_is_refused(samples: Any) -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    forced = chat(samples, tools=[tool], tool_choice="required", reasoning_effort="low")
    body, lost = encoded(ANTHROPIC, forced)
    assert ("thinking" in body, lost) == (False, ("reasoning_effort",))
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "x"},
    ]
    within = chat(samples, tools=[tool], messages=messages, reasoning_effort="low", max_tokens=9000)
    assert "thinking" not in encoded(ANTHROPIC, within, thinking="budget")[0]
    assert "thinking" in encoded(ANTHROPIC, within, thinking="adaptive")[0]


def test_plain_text_servers_get_strings(samples: Any) -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    request = chat(samples, messages=[{"role": "user", "content": parts}])
    assert encoded(OPENAI, request)[0]["messages"][0]["content"] == parts
    assert encoded(OPENAI, request, plain_text=True)[0]["messages"][0]["content"] == "a\n\nb"


def test_a_provider_that_refuses_names_gets_none_and_takes_only_its_own_tiers() -> None:
    said = (
        Message(role="user", name="ann", parts=(TextPart(text="hi"),)),
        Message(role="assistant", name="bot", parts=(TextPart(text="hello"),)),
    )
    quirks: dict[str, Any] = {"names": False, "service_tiers": ("auto", "flex")}
    for tier, sent, told in (("flex", "flex", False), ("priority", None, True), ("default", None, False)):
        request = ModelRequest(model="m", messages=said, service_tier=tier)
        body, lost = encoded(OPENAI, request, **quirks)
        assert [message.get("name") for message in body["messages"]] == [None, None]
        assert (body.get("service_tier"), "service_tier" in lost, "messages.name" in lost) == (
            sent,
            told,
            True,
        )
    body, lost = encoded(OPENAI, ModelRequest(model="m", messages=said, service_tier="priority"))
    assert ([message["name"] for message in body["messages"]], body["service_tier"]) == (
        ["ann", "bot"],
        "priority",
    )
    assert lost == ()
