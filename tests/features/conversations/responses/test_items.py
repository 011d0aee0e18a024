"""Items of OpenAI's Responses as messages of the tree, and back."""

from typing import Any

import msgspec
import pytest

from salon.features.conversations.models import Author, Content, Message
from salon.features.conversations.responses.chain import continued, input_items, with_input, with_referred
from salon.features.conversations.responses.items import items_of, sent, turns_of, with_ids
from salon.features.conversations.responses.told import ToldResponse
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import TextPart, ToolCallPart, ToolResultPart
from salon.gateway.protocols.fields import read_fields

USER = {"type": "message", "role": "user", "content": "hello"}
CALL = {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "sunny"}
THOUGHT = {"type": "reasoning", "summary": [], "encrypted_content": "x"}
SAID = {"type": "message", "role": "assistant", "content": "it is sunny"}


def message(role: Any, content: Content) -> Message:
    return Message(
        id="msg_1", space_id="spc_1", created_by=None, conversation_id="cnv_1", parent_id=None, depth=0, role=role,
        author=Author(kind="person"), status="complete", content=content, size_bytes=1, tokens=1, run_id=None,
        origin=None, pinned_at_ms=None, excluded_at_ms=None, hidden_at_ms=None, deleted_at_ms=None, created_at_ms=1,
    )  # fmt: skip


def test_one_turn_of_the_model_is_one_message() -> None:
    turns = turns_of(with_ids([USER, THOUGHT, CALL, RESULT, THOUGHT, SAID]))
    assert [role for role, _ in turns] == ["user", "assistant", "tool", "assistant"]
    assert [type(part) for part in turns[2][1].parts] == [ToolResultPart]
    assert ToolCallPart in [type(part) for part in turns[1][1].parts]


def test_items_come_back_as_they_were_kept() -> None:
    kept = with_ids([USER, CALL, RESULT, SAID])
    back = [item for role, content in turns_of(kept) for item in items_of(message(role, content))]
    assert back == kept
    assert len({item["id"] for item in back}) == 4


def test_items_with_a_picture_are_written_from_their_parts() -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 70_000, "detail": "auto"}
    kept = with_ids([{**USER, "content": [{"type": "input_text", "text": "look"}, picture]}])
    ((role, content),) = turns_of(kept)
    (item,) = items_of(message(role, content))
    assert content.provider_data is None
    assert item["content"] == kept[0]["content"]
    assert item["id"].startswith("msg_")


def test_what_was_said_elsewhere_in_the_house_is_written_as_items() -> None:
    said = message("user", Content(parts=(TextPart(text="from the page"),)))
    (item,) = items_of(said)
    assert item["content"] == [{"type": "input_text", "text": "from the page"}]
    assert items_of(msgspec.structs.replace(said, content=None)) == []


def test_ids_of_ours_are_not_sent_on() -> None:
    kept = with_ids([USER, CALL])
    assert ["id" in item for item in sent(kept)] == [False, True]


@pytest.mark.parametrize(("value", "count"), [(None, 0), ("hello", 1), ([USER, CALL], 2)])
def test_an_input_is_a_text_or_items(value: Any, count: int) -> None:
    assert len(input_items(value)) == count


@pytest.mark.parametrize(("value", "field"), [(7, "input"), ([7], "input[0]")])
def test_an_input_of_another_kind_is_refused_by_its_place(value: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        input_items(value)
    assert error.value.param == field


def test_a_result_needs_its_call() -> None:
    assert continued([CALL], [RESULT]) == [CALL, RESULT]
    with pytest.raises(InvalidRequest) as error:
        continued([], [USER, RESULT])
    assert error.value.param == "input[1].call_id"


def test_a_request_needs_nothing_stored_any_more() -> None:
    asked = b'{"model":"m","previous_response_id":"resp_1","conversation":"c","background":true,"top_p":0.5}'
    fields = read_fields(with_input(read_fields(asked), [USER], store=False))
    assert set(fields) == {"model", "top_p", "input", "store"}


@pytest.mark.parametrize("wrong", [{"functionCall": {}}, ["c1"], 1, True])
def test_an_id_that_is_no_text_is_refused_with_its_place(wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"input\[1\].call_id"):
        continued([CALL], [USER, {**RESULT, "call_id": wrong}])
    with pytest.raises(InvalidRequest, match=r"input\[0\].id"):
        with_referred([{"type": "item_reference", "id": wrong}], {}, history=[{**USER, "id": "msg_1"}])


def test_an_event_whose_type_is_no_text_is_told_as_it_came() -> None:
    block = b'data: {"type":{"a":1},"response":{"id":"resp_1"}}\n\n'
    assert ToldResponse({"id": "resp_2"}).block(block) == block
