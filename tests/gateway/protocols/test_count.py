"""Counts of tokens: what is taken for one, what goes on of a request, and what is counted by a rule."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, UpstreamBroken
from salon.foundation.messages import ImagePart, Message, ModelRequest, TextPart, Tool, ToolCallPart
from salon.gateway.counting.measure import measure
from salon.gateway.protocols import anthropic, gemini, responses
from salon.gateway.protocols.base import Dialect

COUNTS = [(anthropic.COUNT, "input_tokens"), (responses.COUNT, "input_tokens"), (gemini.COUNT, "totalTokens")]
HELLO = [{"role": "user", "content": "hi"}]
CONTENTS = [{"parts": [{"text": "hi"}]}]


def envelope(dialect: Dialect, **fields: Any) -> Any:
    return dialect.read_envelope(json.dumps({"model": "m", **fields}).encode())


@pytest.mark.parametrize(("dialect", "field"), COUNTS)
def test_a_count_is_known_by_its_number(dialect: Dialect, field: str) -> None:
    usage, finish, _ = dialect.read_answer(json.dumps({field: 12, "more": {}}).encode())
    assert finish is not None
    assert usage is not None
    assert usage.total_tokens == 0  # to count costs nothing
    for odd in (
        b"{}",
        b'{"%b":"12"}' % field.encode(),
        b"[1]",
        b"",
        b"\xff",
        b'{"%b":true}' % field.encode(),
    ):
        assert dialect.read_answer(odd)[1] is None
        with pytest.raises(UpstreamBroken):
            dialect.decode_response(odd)


def test_a_request_goes_on_with_its_model_changed_alone() -> None:
    asked = envelope(anthropic.COUNT, messages=HELLO, thinking={"type": "disabled"})
    body = anthropic.COUNT.rewrite_request(asked, model="other", stream=True, quirks={})
    assert json.loads(body) == {"model": "other", "messages": HELLO, "thinking": {"type": "disabled"}}
    assert anthropic.COUNT.rewrite_request(asked, model="m", stream=False, quirks={}) == asked.body
    asked = envelope(responses.COUNT, input="hi", text={"verbosity": "low"})
    body = responses.COUNT.rewrite_request(asked, model="other", stream=False, quirks={})
    assert json.loads(body) == {"model": "other", "input": "hi", "text": {"verbosity": "low"}}


def test_contents_alone_and_a_whole_request_go_on_as_they_came() -> None:
    asked = envelope(gemini.COUNT, contents=CONTENTS, stream=False)
    assert json.loads(gemini.COUNT.rewrite_request(asked, model="o", stream=False, quirks={})) == {
        "contents": CONTENTS
    }
    whole = {"contents": CONTENTS, "tools": [{"googleSearch": {}}], "model": "models/m"}
    asked = envelope(gemini.COUNT, generateContentRequest=whole, stream=False)
    body = gemini.COUNT.rewrite_request(asked, model="o", stream=False, quirks={})
    assert json.loads(body) == {"generateContentRequest": {**whole, "model": "models/o"}}
    assert gemini.COUNT.decode_request(asked).tools[0].name == "googleSearch"


def test_a_request_of_another_dialect_is_written_without_what_an_answer_needs() -> None:
    request = ModelRequest(
        model="m", messages=(Message(role="user", parts=(TextPart(text="hi"),)),), max_output_tokens=5,
        temperature=0.5, tools=(Tool(name="f", parameters={"type": "object"}),), stream=True,
    )  # fmt: skip
    written = [json.loads(dialect.encode_request(request, quirks={}).body) for dialect, _ in COUNTS]
    assert [sorted(body) for body in written] == [
        ["messages", "model", "tools"],
        ["input", "model", "tools"],
        ["generateContentRequest"],
    ]
    assert written[2]["generateContentRequest"]["model"] == "models/m"


@pytest.mark.parametrize("fields", [{"messages": 5}, {"system": 5}, {"tools": [5]}])
def test_a_mistake_is_named_where_we_count(fields: dict[str, Any]) -> None:
    asked = envelope(anthropic.COUNT, **{"messages": HELLO, **fields})
    with pytest.raises(InvalidRequest) as caught:
        anthropic.COUNT.decode_request(asked)
    assert str(caught.value.fields["field"]).startswith(next(iter(fields)))


def measured(*parts: Any, **fields: Any) -> Any:
    return measure(ModelRequest(model="m", messages=(Message(role="user", parts=parts),), **fields))


def test_everything_a_model_reads_is_measured() -> None:
    bare = measured(TextPart(text="x"))
    assert (bare.texts, bare.is_exact) == (["x"], True)
    picture = measured(TextPart(text="x"), ImagePart(media_type="image/png", data="A" * 9))
    assert (picture.texts, picture.tokens, picture.is_exact) == (["x"], bare.tokens + 1600, False)
    call = measured(ToolCallPart(id="c", name="f", arguments="{}"))
    assert (call.texts, call.is_exact) == (["f", "{}"], False)
    tool = measured(TextPart(text="x"), tools=(Tool(name="f", description="what it does"),))
    assert "what it does" in tool.texts[1]
    assert not tool.is_exact
