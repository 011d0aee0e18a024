"""One answer with its calls becomes messages by role that every dialect takes."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.features.turns.conftest import TurnBench, said

from salon.features.turns import ContextMessage, expanded
from salon.foundation.messages import (
    Message,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)

Play = Callable[..., None]
TEXT = TextPart(text="I look.")
THOUGHT = ReasoningPart(text="hm", signature="sig")
DONE = TextPart(text="Done.")


def call(id_: str) -> ToolCallPart:
    return ToolCallPart(id=id_, name="look", arguments='{"city":"Bonn"}')


def result(id_: str) -> ToolResultPart:
    return ToolResultPart(tool_call_id=id_, name="look", parts=(TextPart(text="sun"),))


def answer(*parts: Any, **fields: Any) -> ContextMessage:
    return ContextMessage(role="assistant", parts=parts, **fields)


def test_an_answer_is_what_was_said_then_what_tools_returned_in_order() -> None:
    whole = answer(THOUGHT, TEXT, call("a"), call("b"), result("a"), result("b"), DONE, name="m")
    assert expanded([said("go"), whole]) == (
        Message(role="user", parts=(TextPart(text="go"),)),
        Message(role="assistant", parts=(THOUGHT, TEXT, call("a"), call("b")), name="m"),
        Message(role="tool", parts=(result("a"), result("b"))),
        Message(role="assistant", parts=(DONE,), name="m"),
    )


def test_ids_that_come_again_in_a_later_step_get_one_of_their_own() -> None:
    whole = answer(call("a"), result("a"), call("a"), call("a_2"), result("a"), result("a_2"))
    assert expanded([whole, answer(call("a"), result("a"))]) == (
        Message(role="assistant", parts=(call("a"),)),
        Message(role="tool", parts=(result("a"),)),
        Message(role="assistant", parts=(call("a_2"), call("a_2_2"))),
        Message(role="tool", parts=(result("a_2"), result("a_2_2"))),
        Message(role="assistant", parts=(call("a_3"),)),
        Message(role="tool", parts=(result("a_3"),)),
    )


def test_calls_of_one_answer_with_one_id_are_answered_in_their_order() -> None:
    other = ToolResultPart(tool_call_id="a", parts=(TextPart(text="rain"),))
    found = expanded([answer(call("a"), call("a"), result("a"), other)])
    again = ToolResultPart(tool_call_id="a_2", parts=(TextPart(text="rain"),))
    assert found[0].parts == (call("a"), call("a_2"))
    assert found[1].parts == (result("a"), again)


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ((TEXT, call("a")), (TEXT,)),
        ((call("a"),), None),
        ((result("a"), DONE), (DONE,)),
    ],
)
def test_half_of_a_pair_is_left_out(parts: tuple[Any, ...], kept: tuple[Any, ...] | None) -> None:
    found = expanded([answer(*parts)])
    assert found == (() if kept is None else (Message(role="assistant", parts=kept),))


def test_a_result_in_a_message_of_its_own_answers_the_call_before_it() -> None:
    messages = [answer(call("a")), ContextMessage(role="tool", parts=(result("a"),))]
    assert [message.role for message in expanded(messages)] == ["assistant", "tool"]


@pytest.mark.parametrize("model", ["openai/fake", "anthropic/fake", "gemini/fake", "ollama/fake"])
def test_every_dialect_takes_an_earlier_answer_with_its_calls(play: Play, model: str) -> None:
    async def scene(bench: TurnBench) -> None:
        tool = Tool(name="look", parameters={"type": "object"})
        earlier = answer(THOUGHT, TEXT, call("a"), call("b"), result("a"), result("b"), DONE, id="msg_2")
        messages = [said("go", id="msg_1"), earlier, said("more", id="msg_3")]
        outcome = await bench.take(messages, spec={"model": model, "tools": (tool,)})
        assert (outcome.status, outcome.error) == ("complete", None)
        (exchange,) = bench.fake.journal.exchanges
        assert exchange.body.count(b"sun") == 2
        assert exchange.body.count(b"Bonn") == 2
        if model.startswith("anthropic"):
            assert b'"signature":"sig"' in exchange.body

    play(scene)
