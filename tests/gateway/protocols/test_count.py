"""Counts of tokens: what is taken for one, and what an estimate is made of."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, Unsupported, UpstreamBroken
from salon.foundation.messages import ImagePart, Message, ModelRequest, TextPart, Tool, ToolCallPart
from salon.gateway.protocols import anthropic
from salon.gateway.protocols.estimate import estimate_tokens

COUNT = anthropic.COUNT
HELLO = [{"role": "user", "content": "hi"}]


def estimated(*parts: Any, **fields: Any) -> int:
    return estimate_tokens(
        ModelRequest(model="m", messages=(Message(role="user", parts=parts),), **fields),
    )


def envelope(**fields: Any) -> Any:
    return COUNT.read_envelope(json.dumps({"model": "m", "messages": HELLO, **fields}).encode())


def test_a_count_is_known_by_its_number() -> None:
    usage, finish, _ = COUNT.read_answer(b'{"input_tokens":12,"more":{}}')
    assert finish is not None
    assert usage is not None
    assert usage.total_tokens == 0  # to count costs nothing
    for odd in (b"{}", b'{"input_tokens":"12"}', b"[1]", b"", b"\xff"):
        assert COUNT.read_answer(odd)[1] is None
    with pytest.raises(UpstreamBroken):
        COUNT.decode_response(b"{}")


def test_a_request_goes_on_with_its_model_changed_alone() -> None:
    asked = envelope(thinking={"type": "disabled"})
    body = COUNT.rewrite_request(asked, model="other", stream=True, quirks={})
    assert json.loads(body) == {"model": "other", "messages": HELLO, "thinking": {"type": "disabled"}}
    assert COUNT.rewrite_request(asked, model="m", stream=False, quirks={}) == asked.body
    with pytest.raises(Unsupported):
        COUNT.decode_request(asked)


@pytest.mark.parametrize("fields", [{"messages": 5}, {"system": 5}, {"tools": [5]}])
def test_a_mistake_is_named_where_we_count(fields: dict[str, Any]) -> None:
    assert COUNT.own_answer is not None
    with pytest.raises(InvalidRequest) as caught:
        COUNT.own_answer(envelope(**fields))
    assert str(caught.value.fields["field"]).startswith(next(iter(fields)))


def test_everything_a_model_reads_is_estimated() -> None:
    bare = estimated(TextPart(text="x"))
    assert estimated(TextPart(text="x" * 401)) == bare + 100
    assert estimated(ImagePart(media_type="image/png", data="A" * 9)) >= 1600
    assert estimated(ToolCallPart(id="c", name="f", arguments="x" * 400)) > 100
    assert estimated(TextPart(text="x"), tools=(Tool(name="f", description="x" * 400),)) > bare + 100
