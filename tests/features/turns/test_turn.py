"""The loop: what is said, called, kept, stopped and told."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.features.turns.conftest import TurnBench, said
from tests.features.turns.fakes import Summaries

from salon.features.turns import ContextPolicy, Limits, Summary, outcome_of
from salon.features.turns.ports import Approval
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import TextPart, Tool, ToolCallPart, ToolResultPart
from salon.foundation.runs import StaleEpoch
from salon.testing.gateway_bench import poll
from salon.testing.tool_box import FakeToolBox

Play = Callable[..., None]
MODELS = ("openai/fake", "anthropic/fake", "gemini/fake", "ollama/fake")
SLOW = "{{fake tokens=5000;rate=50}}"
AT_ONCE_S = 30.0


async def weather(arguments: Mapping[str, Any]) -> str:
    return f"sun in {arguments.get('city')}"


async def endless(arguments: Mapping[str, Any]) -> str:
    await asyncio.Event().wait()
    return ""


def text_of(parts: tuple[Any, ...]) -> str:
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def kinds(parts: tuple[Any, ...]) -> list[str]:
    return [type(part).__name__.removesuffix("Part") for part in parts]


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_is_said_told_and_read_again_from_the_log(play: Play, model: str) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        outcome = await bench.take("{{fake tokens=20;think=5}}", run=run, spec={"model": model})
        assert (outcome.status, outcome.error) == ("complete", None)
        assert text_of(outcome.parts) == "tok " * 20
        (step,) = outcome.steps
        assert (step.route, len(step.attempts)) == (model, 1)
        assert step.usage is not None
        assert step.usage.output_tokens >= 20
        assert step.started_at_ms <= (step.first_token_at_ms or 0) <= step.ended_at_ms
        assert outcome_of(await bench.log(run)) == outcome

    play(scene)


@pytest.mark.parametrize("model", MODELS)
def test_tools_are_called_at_once_and_the_model_goes_on(play: Play, model: str) -> None:
    async def scene(bench: TurnBench) -> None:
        box = FakeToolBox(weather=weather)
        bench.fake.script(["call=3", "tokens=4"])
        run = await bench.begin()
        outcome = await bench.take("weather?", run=run, tools=box, spec={"model": model})
        assert outcome.status == "complete"
        assert kinds(outcome.parts) == ["ToolCall"] * 3 + ["ToolResult"] * 3 + ["Text"]
        calls = [part for part in outcome.parts if isinstance(part, ToolCallPart)]
        results = [part for part in outcome.parts if isinstance(part, ToolResultPart)]
        assert [one.tool_call_id for one in results] == [one.id for one in calls]
        assert len(box.calls) == 3
        assert [set(step.tools_ms) for step in outcome.steps] == [{one.id for one in calls}, set()]
        assert outcome_of(await bench.log(run)) == outcome

    play(scene)


def test_what_cannot_be_called_is_told_to_the_model_and_never_made(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        box = FakeToolBox(weather=weather)
        bench.fake.script(["call=1;tool=weather;arguments=[1,2]", "tokens=2"])
        outcome = await bench.take("go", tools=box)
        assert box.calls == []
        first = next(part for part in outcome.parts if isinstance(part, ToolResultPart))
        assert first.is_error
        assert "no JSON object" in text_of(first.parts)

    play(scene)


def test_the_callers_own_tool_ends_the_turn_with_its_call(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        own = Tool(name="theirs", parameters={"type": "object"})
        bench.fake.script(["call=1"])
        outcome = await bench.take("go", spec={"tools": (own,)})
        assert (outcome.status, kinds(outcome.parts)) == ("complete", ["ToolCall"])
        assert outcome.finish is not None
        assert outcome.finish.reason == "tool-calls"

    play(scene)


async def broken(arguments: Mapping[str, Any]) -> str:
    raise ZeroDivisionError


async def missing(arguments: Mapping[str, Any]) -> str:
    raise NotFound(what="page", id="x")


@pytest.mark.parametrize(
    ("function", "words"),
    [(endless, "within 0.05 s"), (broken, "failed inside"), (missing, "There is no page x")],
)
def test_a_tool_that_hangs_or_fails_is_told_to_the_model(play: Play, function: Any, words: str) -> None:
    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=1", "tokens=2"])
        box = FakeToolBox(tool=function)
        outcome = await bench.take("go", tools=box, spec={"limits": Limits(tool_seconds=0.05)})
        (result,) = [part for part in outcome.parts if isinstance(part, ToolResultPart)]
        assert (outcome.status, result.is_error) == ("complete", True)
        assert words in text_of(result.parts)

    play(scene)


class Forgetful(FakeToolBox):
    """Offers tools it does not have."""

    def has(self, name: str) -> bool:
        return False


def test_a_tool_there_is_not_is_told_to_the_model_with_those_there_are(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=1", "tokens=2"])
        outcome = await bench.take("go", tools=Forgetful(look=weather))
        (result,) = [part for part in outcome.parts if isinstance(part, ToolResultPart)]
        assert text_of(result.parts) == "There is no tool 'look'. Those there are: look."

    play(scene)


def test_a_guarded_call_waits_for_a_word(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=2", "tokens=2"])
        box = FakeToolBox(tool=weather)
        box.guarded, box.decision = {"tool"}, asyncio.get_running_loop().create_future()
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take("go", run=run, tools=box))
        await poll(lambda: box.waiting == 2)
        assert box.calls == []
        box.decision.set_result(Approval(is_given=False, reason="Not today."))
        outcome = await turn
        assert box.calls == []
        assert text_of(outcome.parts[2].parts) == "The call was not allowed. Not today."  # type: ignore[union-attr]
        assert [event.type for event in await bench.log(run)].count("tool-approval") == 4

    play(scene)


@pytest.mark.parametrize("model", MODELS)
def test_stop_lets_the_provider_go_and_keeps_what_was_said(play: Play, model: str) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take(SLOW, run=run, spec={"model": model}))
        await poll(lambda: run.number > 6)
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        run.stop_requested.set()
        outcome = await asyncio.wait_for(turn, AT_ONCE_S)
        await poll(lambda: bench.fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        assert loop.time() - started_s < 10
        assert (outcome.status, outcome.error) == ("interrupted", None)
        assert text_of(outcome.parts).startswith("tok")
        assert outcome.steps[0].attempts[0].status == "cancelled"
        assert outcome_of(await bench.log(run)) == outcome

    play(scene)


def test_stop_before_the_first_byte_says_nothing_and_fails_nothing(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take("{{fake fault=stall:before-headers}}", run=run))
        await poll(lambda: bench.fake.journal.counts["requests"] == 1)
        run.stop_requested.set()
        outcome = await asyncio.wait_for(turn, AT_ONCE_S)
        await poll(lambda: bench.fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        assert (outcome.status, outcome.parts, outcome.error) == ("interrupted", (), None)

    play(scene)


def test_stop_while_a_tool_works_cancels_it_and_answers_its_call(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=2"])
        box = FakeToolBox(tool=endless)
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take("go", run=run, tools=box))
        await poll(lambda: len(box.calls) == 2)
        run.stop_requested.set()
        outcome = await asyncio.wait_for(turn, AT_ONCE_S)
        assert (outcome.status, box.ended) == ("interrupted", ["cancelled"] * 2)
        assert kinds(outcome.parts) == ["ToolCall"] * 2 + ["ToolResult"] * 2
        assert bench.fake.journal.counts["requests"] == 1

    play(scene)


def test_stop_while_a_call_waits_for_a_word_answers_it(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=1"])
        box = FakeToolBox(tool=weather)
        box.guarded, box.decision = {"tool"}, asyncio.get_running_loop().create_future()
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take("go", run=run, tools=box))
        await poll(lambda: box.waiting == 1)
        run.stop_requested.set()
        outcome = await asyncio.wait_for(turn, AT_ONCE_S)
        assert (outcome.status, box.calls) == ("interrupted", [])
        assert kinds(outcome.parts) == ["ToolCall", "ToolResult"]

    play(scene)


class Endless(Summaries):
    """Summaries whose model never comes to an end."""

    is_asked = is_left = False

    async def summarise(self, *_: Any, **__: Any) -> Summary:
        self.is_asked = True
        try:
            await asyncio.Event().wait()
        finally:
            self.is_left = True
        raise AssertionError


def test_stop_while_a_summary_is_written_ends_that_too(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        summaries, run = Endless(), await bench.begin()
        messages = [said("x" * 9_000, id=f"msg_{number}") for number in range(20)]
        spec = {"context": ContextPolicy(kind="summarise")}
        turn = asyncio.ensure_future(bench.take(messages, run=run, spec=spec, summaries=summaries))
        await poll(lambda: summaries.is_asked)
        run.stop_requested.set()
        outcome = await asyncio.wait_for(turn, AT_ONCE_S)
        assert (outcome.status, outcome.parts, outcome.error) == ("interrupted", (), None)
        assert summaries.is_left
        assert bench.fake.journal.counts["requests"] == 0

    play(scene)


def test_a_context_that_cannot_fit_fails_with_its_ways_out_and_asks_nobody(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        outcome = await bench.take("x" * 200_000, summaries=Summaries())
        assert (outcome.status, outcome.parts) == ("failed", ())
        assert (outcome.error or {})["error"]["code"] == "turn_too_long"
        assert bench.fake.journal.counts["requests"] == 0

    play(scene)


def test_a_cancelled_turn_lets_the_provider_go_and_leaves_its_words_in_the_log(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take(SLOW, run=run))
        await poll(lambda: run.number > 6)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        await poll(lambda: bench.fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        outcome = outcome_of(await bench.log(run))
        assert (outcome.status, (outcome.error or {})["error"]["code"]) == ("interrupted", "turn_broken")
        assert text_of(outcome.parts).startswith("tok")

    play(scene)


def test_a_run_that_another_process_took_over_ends_the_turn(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        turn = asyncio.ensure_future(bench.take(SLOW, run=run))
        await poll(lambda: run.number > 6)
        run.lose()
        with pytest.raises(StaleEpoch):
            await turn
        await poll(lambda: bench.fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)

    play(scene)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("tokens=6;fault=reset:mid-stream", "interrupted", "upstream_broken"),
        ("tokens=6;fault=error-in-stream", "interrupted", None),
        ("fault=400", "failed", "upstream_refused"),
    ],
)
def test_a_provider_that_fails_is_told_and_its_words_are_kept(
    play: Play, words: str, status: str, code: str | None
) -> None:
    async def scene(bench: TurnBench) -> None:
        run = await bench.begin()
        outcome = await bench.take(f"{{{{fake {words}}}}}", run=run)
        assert outcome.status == status
        assert outcome.error is not None
        assert code in {None, outcome.error["error"]["code"]}
        assert outcome.steps[0].error == outcome.error
        assert outcome_of(await bench.log(run)) == outcome

    play(scene)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(steps=2), "2 steps"),
        (Limits(output_tokens=1), "1 tokens of output"),
        (Limits(seconds=0.5, steps=10_000), "0.5 seconds"),
        (Limits(cost_e10=0), "0 USD"),
    ],
)
def test_a_limit_ends_a_turn_that_would_go_on(play: Play, limits: Limits, words: str) -> None:
    async def more(arguments: Mapping[str, Any]) -> str:
        await asyncio.sleep(0.02)
        return "more"

    async def scene(bench: TurnBench) -> None:
        bench.fake.script(["call=1;again=1;delay=0.02"] * 200)
        outcome = await bench.take("go", tools=FakeToolBox(tool=more), spec={"limits": limits})
        assert outcome.status == "interrupted"
        assert (outcome.error or {})["error"]["fields"] == {"limit": words}
        # The time may be over while the model still answers: that call is not made, so it has no result.
        assert "ToolResult" in kinds(outcome.parts)
        assert limits.seconds == 0.5 or kinds(outcome.parts)[-1] == "ToolResult"

    play(scene)
