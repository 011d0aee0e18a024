"""What only the Gemini dialect has: signatures, calls without ids, two spellings, grounding, levels."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, RateLimited, Unsupported, UpstreamRateLimited
from salon.foundation.messages import (
    CitationPart,
    Message,
    ModelRequest,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols import anthropic, gemini, openai
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import ResponseCollector, response_events
from salon.gateway.protocols.gemini.json_array import JsonArraySplitter
from salon.gateway.protocols.gemini.request import with_address

GEMINI = gemini.DIALECT
CONTEXT = EncodeContext(request_id="req_1", model="m", created_at_s=1)
SIGNATURE = "skip_thought_signature_validator"


def answer(*parts: dict[str, Any], **candidate: Any) -> bytes:
    """Return a finished answer with one candidate."""
    whole = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", **candidate}
    return json.dumps({"candidates": [whole], "modelVersion": "g", "usageMetadata": {}}).encode()


def asked(**fields: Any) -> Any:
    """Read a request of this dialect."""
    body = {"model": "g", "contents": [{"parts": [{"text": "hi"}]}], **fields}
    return GEMINI.decode_request(GEMINI.read_envelope(json.dumps(body).encode()))


def written(request: ModelRequest, **quirks: Any) -> dict[str, Any]:
    """Write a request for a provider of this dialect."""
    return json.loads(GEMINI.encode_request(request, quirks=quirks).body)


def turn(model: str, *parts: Any, **fields: Any) -> ModelRequest:
    """Return a question whose history holds an answer with ``parts``."""
    user = Message(role="user", parts=(TextPart(text="hi"),))
    return ModelRequest(model=model, messages=(user, Message(role="assistant", parts=parts), user), **fields)


CALL = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}


def test_a_signature_returns_through_the_chat_dialect() -> None:
    response = GEMINI.decode_response(answer(CALL))
    shown = json.loads(openai.DIALECT.encode_response(response, CONTEXT).body)["choices"][0]["message"]
    chat = {"model": "gemini-3-pro", "messages": [{"role": "user", "content": "x"}, shown]}
    envelope = openai.DIALECT.read_envelope(json.dumps(chat).encode())
    back = written(openai.DIALECT.decode_request(envelope))["contents"][1]["parts"]
    assert [part["thoughtSignature"] for part in back] == ["c2ln"]


@pytest.mark.parametrize(("model", "mark"), [("gemini-3-flash", SIGNATURE), ("gemini-2.5-pro", None)])
def test_the_first_call_of_another_model_is_marked_where_proof_is_demanded(
    model: str, mark: str | None
) -> None:
    calls = [ToolCallPart(id=name, name=name, arguments="{}") for name in "ab"]
    parts = written(turn(model, *calls))["contents"][1]["parts"]
    assert [part.get("thoughtSignature") for part in parts] == [mark, None]


def test_results_without_ids_answer_the_calls_of_their_name_in_order() -> None:
    calls = [{"functionCall": {"name": name}} for name in ("f", "g", "f")]
    results = [{"function_response": {"name": name, "response": {"n": i}}} for i, name in enumerate("ffg")]
    request = asked(contents=[{"role": "model", "parts": calls}, {"role": "function", "parts": results}])
    made = [part.id for part in request.messages[0].parts]
    assert len(set(made)) == 3
    told = [(part.tool_call_id, part.name) for part in request.messages[1].parts]
    assert told == [(made[0], "f"), (made[2], "f"), (made[1], "g")]


def test_results_of_one_turn_stand_in_one_content_and_their_pictures_follow() -> None:
    calls = tuple(ToolCallPart(id=name, name=name, arguments="{}") for name in "ab")
    results = [
        Message(role="tool", parts=(ToolResultPart(tool_call_id="a", parts=(TextPart(text='{"x":1}'),)),)),
        Message(role="tool", parts=(ToolResultPart(tool_call_id="b", is_error=True),)),
    ]
    user = Message(role="user", parts=(TextPart(text="hi"),))
    request = ModelRequest(model="g", messages=(user, Message(role="assistant", parts=calls), *results, user))
    contents = written(request)["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user", "user"]
    assert [part["functionResponse"] for part in contents[2]["parts"]] == [
        {"name": "a", "response": {"x": 1}, "id": "a"},
        {"name": "b", "response": {"error": ""}, "id": "b"},
    ]


def test_both_spellings_are_one_field_and_keys_of_people_stay() -> None:
    arguments = {"some_key": {"inner_key": 1}}
    snake = asked(
        contents=[{"role": "model", "parts": [{"function_call": {"name": "f", "args": arguments}}]}],
        system_instruction={"parts": [{"text": "s"}]},
        generation_config={"top_p": 0.5, "stop_sequences": ["x"], "thinking_config": {"thinking_budget": 5}},
        tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]}},
        tools=[{"function_declarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
    )
    assert (snake.top_p, snake.stop, snake.reasoning_budget_tokens) == (0.5, ("x",), 5)
    assert snake.messages[0].role == "system"
    assert json.loads(snake.messages[1].parts[0].arguments) == arguments
    assert (snake.tool_choice.mode, snake.tool_choice.name) == ("tool", "f")
    assert snake.tools[0].parameters == {"type": "object"}


def test_bytes_in_the_alphabet_of_addresses_are_read() -> None:
    media = {"inlineData": {"mimeType": "image/png", "data": "-_-_"}}
    assert asked(contents=[{"parts": [media]}]).messages[0].parts[0].data == "+/+/"


def test_built_in_tools_go_back_word_for_word_and_nowhere_else() -> None:
    tools = [{"googleSearch": {}}, {"urlContext": {}, "functionDeclarations": [{"name": "f"}]}]
    request = asked(tools=tools)
    assert written(request)["tools"] == [
        {"functionDeclarations": [{"name": "f"}]},
        {"googleSearch": {}},
        {"urlContext": {}},
    ]
    elsewhere = anthropic.DIALECT.encode_request(request, quirks={})
    assert [tool["name"] for tool in json.loads(elsewhere.body)["tools"]] == ["f"]
    assert elsewhere.lost == ("tools.googleSearch", "tools.urlContext")
    with pytest.raises(Unsupported):
        anthropic.DIALECT.encode_request(asked(tools=tools[:1]), quirks={})


LEVELS = [
    ("gemini-2.5-flash", "low", {"thinkingBudget": 1024, "includeThoughts": True}),
    ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
    ("gemini-2.5-pro", "none", {"thinkingBudget": 128}),
    ("gemini-3-pro-preview", "none", {"thinkingLevel": "low"}),
    ("gemini-3.6-flash", "none", {"thinkingLevel": "minimal"}),
    ("gemini-3.6-flash", "xhigh", {"thinkingLevel": "high", "includeThoughts": True}),
    ("gemini-2.0-flash", "high", None),
]


@pytest.mark.parametrize(("model", "effort", "wire"), LEVELS)
def test_effort_is_said_as_each_generation_wants(model: str, effort: str, wire: Any) -> None:
    settings = written(turn(model, TextPart(text="x"), reasoning_effort=effort)).get("generationConfig", {})
    assert settings.get("thinkingConfig") == wire


def test_grounding_tells_sources_by_characters() -> None:
    text = "Zürich is big. Bern is not."
    supports = [
        {"segment": {"endIndex": 15, "text": "Zürich is big."}, "groundingChunkIndices": [0]},
        {"segment": {"startIndex": 1, "endIndex": 4, "text": "other"}, "groundingChunkIndices": [1]},
    ]
    chunks = [{"web": {"uri": "https://a.example", "title": "A"}}, {"web": {"uri": "https://b.example"}}]
    grounding = {"groundingChunks": chunks, "groundingSupports": supports}
    response = GEMINI.decode_response(answer({"text": text}, groundingMetadata=grounding))
    notes = [part for part in response.parts if isinstance(part, CitationPart)]
    assert [(note.url, note.start, note.end) for note in notes] == [
        ("https://a.example", 0, 14),
        ("https://b.example", None, None),
    ]
    again = json.loads(GEMINI.encode_response(response, CONTEXT).body)["candidates"][0]
    assert again["groundingMetadata"] == grounding


def test_sources_of_another_dialect_become_grounding() -> None:
    note = CitationPart(url="https://a.example", title="A", start=0, end=6)
    response = GEMINI.decode_response(answer({"text": "Zürich"}))
    cited = type(response)(id=None, model=None, parts=(*response.parts, note), finish=None, usage=None)
    encoder = GEMINI.stream_encoder(CONTEXT)
    out = encoder.encode(response_events(cited)) + encoder.finish()
    last = json.loads(out.strip().splitlines()[-1][6:])["candidates"][0]["groundingMetadata"]
    assert last["groundingSupports"][0]["segment"] == {"startIndex": 0, "endIndex": 7, "text": "Zürich"}


def test_a_refused_prompt_is_an_answer_without_words() -> None:
    body = json.dumps({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": "g"}).encode()
    response = GEMINI.decode_response(body)
    assert (response.finish and response.finish.reason, response.parts) == ("content-filter", ())
    decoder = GEMINI.stream_decoder()
    events = [*decoder.feed(b"data: " + body + b"\n\n"), *decoder.finish()]
    encoder = GEMINI.stream_encoder(CONTEXT)
    told = json.loads((encoder.encode(events) + encoder.finish())[6:])
    assert (told["promptFeedback"], "candidates" in told) == ({"blockReason": "PROHIBITED_CONTENT"}, False)
    assert json.loads(GEMINI.encode_response(response, CONTEXT).body)["promptFeedback"]


def test_log_probabilities_cross_to_the_chat_dialect_and_back() -> None:
    token = {"token": "a", "logProbability": -0.5}
    result = {"chosenCandidates": [token], "topCandidates": [{"candidates": [token]}]}
    response = GEMINI.decode_response(answer({"text": "a"}, logprobsResult=result))
    chat = json.loads(openai.DIALECT.encode_response(response, CONTEXT).body)["choices"][0]["logprobs"]
    assert [(item["token"], item["logprob"]) for item in chat["content"]] == [("a", -0.5)]
    again = json.loads(GEMINI.encode_response(response, CONTEXT).body)["candidates"][0]
    assert again["logprobsResult"] == result


def test_every_chunk_may_say_stop_and_the_answer_goes_on() -> None:
    chunks = [b"data: " + answer({"text": word}) + b"\r\n\r\n" for word in ("one ", "two")]
    decoder, tap = GEMINI.stream_decoder(), GEMINI.stream_tap(withhold_usage=False, model=None)
    collector = ResponseCollector()
    for chunk in chunks:
        collector.add(decoder.feed(chunk))
        assert tap.feed(chunk) == chunk
        assert not tap.saw_end
    collector.add(decoder.finish())
    assert (tap.finish(), tap.saw_end) == (b"", True)
    assert collector.response().text == "one two"


def test_an_answer_cut_before_its_finish_is_truncated() -> None:
    body = b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n'
    decoder, tap = GEMINI.stream_decoder(), GEMINI.stream_tap(withhold_usage=False, model=None)
    assert [getattr(event, "type", "") for event in [*decoder.feed(body), *decoder.finish()]][-1] == (
        "stream_truncated"
    )
    tap.feed(body)
    tap.finish()
    assert not tap.saw_end


def test_our_wait_is_told_and_theirs_is_read() -> None:
    body = GEMINI.encode_error(RateLimited(limit="requests", retry_after_s=2.5), request_id="req_1")
    told = json.loads(body)["error"]
    assert (told["code"], told["status"]) == (429, "RESOURCE_EXHAUSTED")
    error = GEMINI.decode_error(429, {}, body, provider="p")
    assert (type(error), error.retry_after_s) == (UpstreamRateLimited, 2.5)


@pytest.mark.parametrize("body", [b'{"contents":[]}', b" { } \n", b'{"a":1,"model":"evil","stream":false}'])
def test_the_address_wins_over_the_body(body: bytes) -> None:
    value = json.loads(with_address(body, model="a/b", stream=True))
    assert (value["model"], value["stream"]) == ("a/b", True)
    assert {name: value[name] for name in value if name not in {"model", "stream"}} == {
        name: item for name, item in json.loads(body).items() if name not in {"model", "stream"}
    }


def test_model_and_stream_do_not_travel_in_the_body() -> None:
    body = b'{"contents": [ {"parts":[]} ], "cachedContent":"c","model":"models/a","stream":true}'
    envelope = GEMINI.read_envelope(body)
    assert (envelope.model, envelope.stream) == ("a", True)
    edited = GEMINI.rewrite_request(envelope, model="b", stream=True, quirks={})
    assert edited == b'{"contents":[ {"parts":[]} ],"cachedContent":"c"}'


def test_several_candidates_are_counted_where_money_is_held_and_travel_as_they_came() -> None:
    body = b'{"contents":[],"n":9,"generationConfig":{"candidateCount":3},"model":"a"}'
    envelope = GEMINI.read_envelope(body)
    assert bytes(envelope.fields["n"]) == b"3"
    edited = GEMINI.rewrite_request(envelope, model="b", stream=False, quirks={})
    assert edited == b'{"contents":[],"generationConfig":{"candidateCount":3}}'
    with pytest.raises(InvalidRequest, match="candidateCount"):
        GEMINI.read_envelope(body.replace(b"3", b"0"))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_an_array_is_cut_into_items_wherever_it_is_cut(size: int) -> None:
    items = [{"a": '}]"\\'}, {"b": [[{}], "\\\\"]}, {}]
    for body in (json.dumps(items, indent=1), json.dumps(items[0])):
        splitter, found = JsonArraySplitter(), list[bytes]()
        for at in range(0, len(body), size):
            found += splitter.feed(body[at : at + size].encode())
        whole = json.loads(body)
        assert [json.loads(item) for item in found] == (whole if isinstance(whole, list) else [whole])
        assert splitter.ended
        assert not splitter.pending
