"""What is sent never goes over the window, keeps what is pinned, and divides no call from its result."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from tests.features.turns.conftest import said
from tests.features.turns.fakes import Summaries, Windows

from salon.features.turns import ContextMessage, ContextPolicy, Parameters, Summary, TurnSpec, fit, rebuilt
from salon.features.turns.context import Fitted
from salon.features.turns.errors import TurnTooLong
from salon.features.turns.models import Asked
from salon.features.turns.quoting import quoted
from salon.features.turns.weighing import Scale, weigh, weigh_tools
from salon.foundation.messages import (
    FilePart,
    ImagePart,
    ModelRequest,
    Part,
    TextPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)
from salon.testing.soak import scaled, seed

TOOLS = (Tool(name="look", description="Looks.", parameters={"type": "object"}),)
SIZES = st.integers(0, 4000)


@st.composite
def message(draw: st.DrawFn, number: int) -> ContextMessage:
    kind = draw(st.sampled_from(["user", "assistant", "tools", "split", "image", "file", "system"]))
    text = TextPart(text=draw(st.sampled_from(["x", "日", "word "])) * draw(SIZES))
    fields: dict[str, Any] = {"id": f"msg_{number:03}", "is_pinned": draw(st.integers(0, 9)) == 0}
    fields["is_excluded"] = draw(st.integers(0, 9)) == 0
    call = ToolCallPart(id=f"call_{number}", name="look", arguments="{}")
    result = ToolResultPart(tool_call_id=f"call_{number}", parts=(text,))
    parts: dict[str, tuple[Part, ...]] = {
        "tools": (call, result, TextPart(text="done")),
        "split": (call,),
        "image": (ImagePart(url="https://x"),),
        "file": (FilePart(data="A" * draw(SIZES) * 20),),
    }
    role = {"tools": "assistant", "split": "assistant", "image": "user", "file": "user"}.get(kind, kind)
    return ContextMessage(role=role, parts=parts.get(kind, (text,)), **fields)  # type: ignore[arg-type]


@st.composite
def conversation(draw: st.DrawFn) -> list[ContextMessage]:
    out: list[ContextMessage] = []
    for number in range(draw(st.integers(1, 25))):
        one = draw(message(number))
        out.append(one)
        if isinstance(one.parts[0], ToolCallPart) and len(one.parts) == 1:
            result = ToolResultPart(tool_call_id=one.parts[0].id, parts=(TextPart(text="r" * draw(SIZES)),))
            out.append(ContextMessage(id=f"msg_{number:03}r", role="tool", parts=(result,)))
    return [*out, said("and now?", id="msg_last")]


def fitted(messages: list[ContextMessage], tokens: int, **fields: Any) -> Fitted:
    vocabulary = fields.pop("vocabulary", False)
    summaries = fields.pop("summaries", None)
    asks = Windows(tokens, vocabulary=vocabulary)
    spec = TurnSpec(model="m", instructions="Be good.", **fields)
    return asyncio.run(fit(asks, spec, messages, tools=TOOLS, summaries=summaries))


def sent(one: Fitted, messages: list[ContextMessage]) -> ModelRequest:
    asked = Asked(model="m", instructions="Be good.", tools=TOOLS, prompts=(one.prompt,))
    known = {message.id or "": message for message in messages}
    if one.summary is not None:
        known[one.summary.id or ""] = quoted(one.summary)
    return rebuilt(asked, known)


def weight(request: ModelRequest, scale: Scale) -> int:
    """Count a request by itself, without a word of what fitting said of it."""
    weighed = weigh([ContextMessage(role=one.role, parts=one.parts) for one in request.messages])
    weighed.marks = 4 * len(request.messages) + 3
    return scale.tokens(weighed).total + scale.tokens(weigh_tools(request.tools)).total


def calls_and_results(request: ModelRequest) -> tuple[list[str], list[str]]:
    parts = [part for one in request.messages for part in one.parts]
    calls = [part.id for part in parts if isinstance(part, ToolCallPart)]
    return calls, [part.tool_call_id for part in parts if isinstance(part, ToolResultPart)]


@pytest.mark.timeout(3600)
@hypothesis_seed(seed())
@settings(max_examples=scaled(10_000, least=150), deadline=None)
@given(conversation(), st.integers(200, 30_000), st.sampled_from(["trim-oldest", "summarise"]))
def test_a_prompt_never_goes_over_its_room(messages: list[ContextMessage], tokens: int, kind: Any) -> None:
    try:
        one = fitted(messages, tokens, context=ContextPolicy(kind=kind), summaries=Summaries())
    except TurnTooLong:
        return
    request, report = sent(one, messages), one.report
    assert weight(request, Scale()) + report.reserved <= tokens
    assert (report.used + report.reserved + report.left, report.left >= 0) == (tokens, True)
    calls, results = calls_and_results(request)
    assert calls == results
    ids = {entry.id for entry in one.prompt.sent or ()}
    assert {found.id for found in messages if found.is_pinned and not found.is_excluded} <= ids
    assert ids.isdisjoint(found.id for found in messages if found.is_excluded)
    assert "msg_last" in ids
    shown = ids | set(report.dropped) | set(report.summarised)
    assert shown >= {found.id for found in messages if not found.is_excluded}


def talk(turns: int, characters: int = 600) -> list[ContextMessage]:
    """Return turns of a person and a model, each message of so many characters."""
    return [
        said(
            f"{number} " * (characters // 2),
            id=f"msg_{number:03}",
            role="assistant" if number % 2 else "user",
        )
        for number in range(turns * 2)
    ] + [said("and now?", id="msg_last")]


def test_whole_turns_go_the_oldest_first() -> None:
    one = fitted(talk(10), 2_000, parameters=Parameters(max_output_tokens=500))
    dropped = one.report.dropped
    assert dropped == tuple(f"msg_{number:03}" for number in range(len(dropped)))
    assert len(dropped) % 2 == 0
    assert 0 < len(dropped) < 20


def test_a_pinned_message_stays_while_its_turn_goes() -> None:
    messages = talk(10)
    messages[1] = said("remember", id="msg_001", role="assistant", is_pinned=True)
    one = fitted(messages, 2_000)
    assert "msg_000" in one.report.dropped
    assert one.prompt.sent is not None
    assert one.prompt.sent[0].id == "msg_001"
    assert one.report.pinned > 0


def test_what_cannot_fit_is_refused_with_three_ways_out_in_numbers() -> None:
    with pytest.raises(TurnTooLong) as caught:
        fitted(talk(10), 2_000, context=ContextPolicy(kind="refuse"))
    fields = {name: value for name, value in caught.value.fields.items() if isinstance(value, int)}
    assert fields["needed"] + fields["reserved"] - 2_000 == fields["over"] > 0
    assert fields["left_out"] >= fields["over"]
    assert fields["wanted"] == fields["needed"] + fields["reserved"]
    for name in ("removable", "left_out", "wanted"):
        assert str(fields[name]) in caught.value.message
    fitted(
        talk(10), fields["wanted"], context=ContextPolicy(kind="refuse", reserved_tokens=fields["reserved"])
    )


def test_a_last_message_alone_too_long_is_refused_whatever_the_policy() -> None:
    with pytest.raises(TurnTooLong) as caught:
        fitted([said("x" * 9_000, id="msg_last")], 2_000)
    assert (caught.value.fields["removable"], caught.value.fields["left_out"]) == (0, 0)


def test_a_summary_stands_for_the_oldest_and_serves_again() -> None:
    summaries, policy = Summaries(), ContextPolicy(kind="summarise")
    first = fitted(talk(10), 2_000, context=policy, summaries=summaries)
    made = tuple(summaries.made)
    assert fitted(talk(10), 2_000, context=policy, summaries=summaries) == first
    assert tuple(summaries.made) == made
    assert first.report.summarised == made[-1].covers
    assert (first.report.dropped, first.report.summary_id) == ((), made[-1].id)
    later = fitted(talk(30), 2_000, context=policy, summaries=summaries)
    assert summaries.previous[len(made)] == made[-1]
    assert set(later.report.summarised) > set(first.report.summarised)
    words = sent(later, talk(30)).messages[1].parts[0]
    assert isinstance(words, TextPart)
    assert words.text.startswith(f"[A summary of {len(later.report.summarised)} earlier messages")


def test_more_than_the_model_reads_at_once_is_summarised_in_pieces() -> None:
    summaries, policy = Summaries(reads=4_500), ContextPolicy(kind="summarise")
    one = fitted(talk(60), 2_000, context=policy, summaries=summaries)
    assert one.report.dropped == ()
    assert len(one.report.summarised) > 100
    assert len(summaries.made) > 10
    assert summaries.previous == [None, *summaries.made[:-1]]
    fitted(talk(60), 2_000, context=policy, summaries=summaries)
    assert summaries.previous == [None, *summaries.made[:-1]]


def test_a_summary_of_messages_that_are_no_more_sent_is_not_used() -> None:
    summaries, policy = Summaries(), ContextPolicy(kind="summarise")
    summaries.made.append(Summary(id="msg_old", text="old", covers=("msg_elsewhere",)))
    one = fitted(talk(10), 2_000, context=policy, summaries=summaries)
    assert one.report.summary_id == summaries.made[-1].id


def test_without_a_summary_older_turns_are_left_out() -> None:
    one = fitted(talk(10), 2_000, context=ContextPolicy(kind="summarise"), summaries=Summaries(fails=True))
    assert one.report.dropped
    assert one.report.summary_id is None


def test_a_large_result_is_sent_as_head_tail_and_where_the_whole_is() -> None:
    text = "".join(f"{number:05} " for number in range(20_000))
    result = ToolResultPart(tool_call_id="call_1", parts=(TextPart(text=text),))
    call = ToolCallPart(id="call_1", name="look", arguments="{}")
    answer = ContextMessage(id="msg_a", role="assistant", parts=(call, result))
    messages = [said("go", id="msg_q"), answer, said("and?", id="msg_last")]
    one = fitted(messages, 100_000, context=ContextPolicy(result_tokens=1_000))
    told = sent(one, messages).messages[3].parts[0]
    assert isinstance(told, ToolResultPart)
    (words,) = [part.text for part in told.parts if isinstance(part, TextPart)]
    assert words.startswith("00000 00001 ")
    assert words.endswith("19998 19999 ")
    assert "The whole result is msg_a/call_1" in words
    assert len(words) < 3_200
    assert one.report.shortened == ("msg_a/call_1",)


def test_words_are_counted_by_the_vocabulary_once_there_is_little_room() -> None:
    roomy, tight = fitted(talk(4), 100_000, vocabulary=True), fitted(talk(4), 2_500, vocabulary=True)
    assert (roomy.report.count, tight.report.count) == ("estimate", "vocabulary")
    assert tight.report.messages < roomy.report.messages
    assert tight.report.dropped == ()


def test_of_a_long_conversation_only_what_may_be_sent_is_counted() -> None:
    asks = Windows(2_000, vocabulary=True)
    one = asyncio.run(fit(asks, TurnSpec(model="m"), talk(500)))
    assert one.report.count == "vocabulary"
    assert one.report.left < 400
    assert sum(map(len, asks.counted)) < 20_000


def test_an_answer_in_its_midst_is_kept_and_its_results_are_squeezed() -> None:
    call = ToolCallPart(id="call_1", name="look", arguments="{}")
    result = ToolResultPart(tool_call_id="call_1", parts=(TextPart(text="r" * 12_000),))
    spec, asks = TurnSpec(model="m"), Windows(2_000)
    one = asyncio.run(fit(asks, spec, [said("go", id="msg_last")], own=(call, result)))
    assert (one.prompt.own_parts, len(one.prompt.own_shortened)) == (2, 1)
    assert one.report.results <= 600


@pytest.mark.parametrize("vocabulary", [False, True])
def test_others_go_on_while_a_long_conversation_is_fitted(vocabulary: bool) -> None:
    messages = talk(2_000)

    async def scene() -> tuple[Fitted, int]:
        fitting = asyncio.ensure_future(
            fit(Windows(2_000, vocabulary=vocabulary), TurnSpec(model="m"), messages)
        )
        rounds = 0
        while not fitting.done():
            await asyncio.sleep(0)
            rounds += 1
        return await fitting, rounds

    one, rounds = asyncio.run(scene())
    assert one.report.left < 800  # no whole turn more: one has 764 tokens
    assert len(one.report.dropped) + len(one.prompt.sent) == len(messages)
    assert rounds > 20
