"""Compaction in the responses dialect: what is asked of the model, and what stands for its words."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import Unsupported
from salon.gateway.protocols import anthropic, responses
from salon.gateway.protocols.responses.compaction import opened, read_compaction, write_compaction

ITEM = write_compaction("cmp_1", "Grüße 👋")
ASKED = {"role": "user", "content": "q"}
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}


def decode(dialect: Any, **fields: Any) -> Any:
    return dialect.decode_request(dialect.read_envelope(json.dumps({"model": "m", **fields}).encode()))


def test_the_model_is_asked_for_words_alone() -> None:
    asked = decode(responses.COMPACT, input=[ASKED], tools=[TOOL], stream=True)
    assert (asked.stream, asked.tool_choice.mode, len(asked.tools)) == (False, "none", 1)
    assert asked.messages[-1].parts[0].text.startswith("Say in short")


def test_an_item_of_ours_is_words_for_any_model() -> None:
    sent = json.loads(
        anthropic.DIALECT.encode_request(decode(responses.DIALECT, input=[ITEM, ASKED]), quirks={}).body
    )
    assert sent["messages"][0]["content"][0]["text"].endswith("Grüße 👋")


def test_a_provider_of_the_dialect_gets_words_too() -> None:
    body = json.dumps({"model": "m", "input": [ITEM, ASKED]}).encode()
    envelope = responses.DIALECT.read_envelope(body)
    sent = responses.DIALECT.rewrite_request(envelope, model="o", stream=False, quirks={})
    first, last = json.loads(sent)["input"]
    assert first["content"].endswith("Grüße 👋")
    assert last == ASKED


@pytest.mark.parametrize("sealed", ["gAAA", "salon-compaction.$", "salon-compaction._w==", 7, None])
def test_another_s_item_stays_as_it_is(sealed: Any) -> None:
    item = {**ITEM, "encrypted_content": sealed}
    assert read_compaction(item) is None
    assert opened([item, ASKED]) == [item, ASKED]
    with pytest.raises(Unsupported):
        anthropic.DIALECT.encode_request(decode(responses.DIALECT, input=[item, ASKED]), quirks={})


def test_input_that_is_no_list_stays_as_it_is() -> None:
    assert opened("salon-compaction.") == "salon-compaction."
