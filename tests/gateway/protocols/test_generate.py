"""Ollama's generate: one prompt in, one text out, and what of it no chat can carry."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, Unsupported
from salon.foundation.messages import ImagePart, Message, ModelRequest, TextPart, Tool
from salon.gateway.protocols import anthropic, ollama
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import ResponseCollector, response_events

GENERATE = ollama.GENERATE
CONTEXT = EncodeContext(request_id="req_1", model="m", created_at_s=1)
PNG = "iVBORw0KGgo="


def asked(**fields: Any) -> Any:
    """Read a request of this dialect."""
    body = {"model": "g", "prompt": "hi", **fields}
    return GENERATE.decode_request(GENERATE.read_envelope(json.dumps(body).encode()))


def test_a_prompt_becomes_a_chat() -> None:
    request = asked(system="Be brief.", images=[PNG], format="json", think="low", options={"num_predict": 5})
    system, user = request.messages
    assert (system.role, user.role) == ("system", "user")
    assert system.parts == (TextPart(text="Be brief."),)
    assert user.parts == (TextPart(text="hi"), ImagePart(media_type="image/png", data=PNG))
    assert request.response_format.kind == "json"
    assert (request.reasoning_effort, request.max_output_tokens) == ("low", 5)
    assert request.stream


def test_what_a_chat_has_no_place_for_is_told_as_lost() -> None:
    lost = anthropic.DIALECT.encode_request(
        asked(context=[1, 2], template="", keep_alive="5m"), quirks={}
    ).lost
    assert {"context", "keep_alive"} <= set(lost)
    assert "template" not in lost
    raw = anthropic.DIALECT.encode_request(asked(raw=True, suffix=""), quirks={})
    assert "raw" in raw.lost
    assert json.loads(raw.body)["messages"][0]["content"]


def test_text_that_is_to_be_inserted_is_refused() -> None:
    with pytest.raises(Unsupported) as caught:
        asked(suffix="end")
    assert caught.value.fields["field"] == "suffix"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"prompt": 1}, "prompt"),
        ({"prompt": ["a long prompt"]}, "prompt"),
        ({"system": []}, "system"),
        ({"images": "x"}, "images"),
        ({"images": ["x", {}]}, "images[1]"),
        ({"raw": "yes"}, "raw"),
        ({"raw": True, "system": "x"}, "raw"),
        ({"context": 3}, "context"),
        ({"format": 1}, "format"),
        ({"options": []}, "options"),
        ({"model": ""}, "model"),
    ],
)
def test_mistakes_are_named(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        asked(**fields)
    assert caught.value.fields["field"] == path


@pytest.mark.parametrize(
    ("fields", "word"),
    [({}, "load"), ({"prompt": ""}, "load"), ({"prompt": None, "keep_alive": 0}, "unload")],
)
def test_nothing_asked_is_a_model_to_be_loaded(fields: dict[str, Any], word: str) -> None:
    envelope = GENERATE.read_envelope(json.dumps({"model": "g", **fields}).encode())
    assert GENERATE.own_answer is not None
    answer = GENERATE.own_answer(envelope)
    assert answer is not None
    told = json.loads(GENERATE.encode_response(answer, CONTEXT).body)
    assert (told["response"], told["done"], told["done_reason"]) == ("", True, word)
    with pytest.raises(Unsupported):
        GENERATE.decode_request(envelope)


def test_an_answer_reads_as_it_was_written() -> None:
    wire = b'{"model":"g","response":"Hi","thinking":"Hm","done":true,"done_reason":"stop","eval_count":3}'
    response = GENERATE.decode_response(wire)
    written = GENERATE.encode_response(response, CONTEXT)
    told = json.loads(written.body)
    assert (told["response"], told["thinking"], told["eval_count"]) == ("Hi", "Hm", 3)
    assert "message" not in told
    assert not written.lost
    assert GENERATE.read_answer(wire)[2] == 4


def test_a_stream_reads_as_it_was_written() -> None:
    wire = b'{"response":"Hi","thinking":"Hm","done":true,"done_reason":"length","eval_count":3}'
    encoder, decoder = GENERATE.stream_encoder(CONTEXT), GENERATE.stream_decoder()
    collector = ResponseCollector()
    sent = encoder.encode(response_events(GENERATE.decode_response(wire))) + encoder.finish()
    lines = [json.loads(line) for line in sent.splitlines()]
    assert [line["response"] for line in lines] == ["", "Hi", ""]
    assert not any("message" in line for line in lines)
    collector.add([*decoder.feed(sent), *decoder.finish()])
    answer = collector.response()
    assert (answer.text, answer.reasoning, answer.finish.reason) == ("Hi", "Hm", "length")


def test_one_prompt_is_all_that_can_be_said_to_it() -> None:
    user = Message(role="user", parts=(TextPart(text="hi"), ImagePart(media_type="image/png", data=PNG)))
    system = Message(role="system", parts=(TextPart(text="Be brief."),))
    request = ModelRequest(model="g", messages=(system, user))
    body = json.loads(GENERATE.encode_request(request, quirks={}).body)
    assert (body["system"], body["prompt"], body["images"]) == ("Be brief.", "hi", [PNG])
    tool = Tool(name="f", parameters={"type": "object"})
    for more in ({"messages": (user, user)}, {"messages": ()}, {"messages": (user,), "tools": (tool,)}):
        with pytest.raises(Unsupported):
            GENERATE.encode_request(ModelRequest(**{"model": "g", **more}), quirks={})
