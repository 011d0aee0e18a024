"""What is read again from a log is what was heard, however it was written."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from salon.features.turns import outcome_of
from salon.features.turns.entries import (
    ContextFitted,
    Entry,
    StepEnded,
    StepStarted,
    ToolAnswered,
    TurnEnded,
)
from salon.features.turns.gathering import Gathering
from salon.features.turns.models import ContextReport, Step
from salon.features.turns.writing import TurnLog
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.messages import (
    CitationAdded,
    CitationPart,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextPart,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallPart,
    ToolCallStart,
    ToolResultPart,
    Usage,
    UsageDetails,
    UsageReported,
)
from salon.foundation.runs import RunEvent, Runs
from salon.testing.databases import database
from salon.testing.gateway_bench import OWNER
from salon.testing.soak import rng, scaled

SCOPE = SpaceScope(OWNER.caller.space_id)


def part(random_: random.Random, index: int) -> list[Any]:
    """Return the events of one part of an answer."""
    words = [random_.choice(["tok ", "日本", "x" * 70, ""]) for _ in range(random_.randint(0, 12))]
    kind = random_.randrange(6)
    if kind == 0:
        own = {"openai": {"logprobs": {"content": [1]}}}
        events: list[Any] = [TextStart(index=index)]
        events += [TextDelta(index=index, text=w, provider_data=own if w == "x" else None) for w in words]
        events += [CitationAdded(index=index, citation=CitationPart(url="https://x"))] * random_.randint(0, 1)
        return [*events, TextEnd(index=index, whole=random_.choice([None, "other"]))]
    if kind == 1:
        events = [ReasoningStart(index=index), *(ReasoningDelta(index=index, text=w) for w in words)]
        return [*events, ReasoningDelta(index=index, signature="sig"), ReasoningEnd(index=index)]
    if kind == 2:
        events = [ToolCallStart(index=index, id=f"c{index}", name="f")]
        return [*events, *(ToolCallDelta(index=index, arguments=w) for w in words), ToolCallEnd(index=index)]
    if kind == 3:
        return [RefusalDelta(index=index, text=w) for w in words]
    if kind == 4:
        return [OpaqueReceived(dialect="openai", type="image", raw={"b64": "A" * 300_000}, index=index)]
    return [UsageReported(usage=Usage(input_tokens=index))]


def history(random_: random.Random) -> list[Any]:
    """Return batches of events and entries of a whole turn."""
    out: list[Any] = [ContextFitted(report=ContextReport(window_tokens=10))]
    for number in range(1, random_.randint(1, 3) + 1):
        out.append(StepStarted(number=number, request_id=f"req_{number}", model="m"))
        parts = [part(random_, index) for index in range(random_.randint(0, 5))]
        events = [event for one in parts for event in one]
        calls = [event for event in events if isinstance(event, ToolCallStart)]
        events.append(StreamFinish(finish=Finish(reason="stop")))
        while events:
            size = random_.randint(1, 6)
            out.append(events[:size])
            events = events[size:]
        out.append(StepEnded(step=Step(number=number, request_id=f"req_{number}", model="m")))
        positions = list(range(len(calls)))
        random_.shuffle(positions)
        out += [answered(position, calls[position].id, random_) for position in positions]
    return [*out, TurnEnded(status="complete", finish=Finish(reason="stop"))]


def answered(position: int, call_id: str, random_: random.Random) -> ToolAnswered:
    text = TextPart(text="r" * random_.choice([1, 300_000]))
    result = ToolResultPart(tool_call_id=call_id, parts=(text,))
    return ToolAnswered(position=position, result=result, duration_ms=1)


async def write(log: TurnLog, entries: Sequence[Any], random_: random.Random) -> None:
    for entry in entries:
        if isinstance(entry, list):
            log.add(entry)
        else:
            log.write(entry)
        if random_.random() < 0.02:
            await asyncio.sleep(0.04)


@pytest.fixture
def logs(tmp_path: Any) -> Callable[[Callable[[Runs], Any]], Any]:
    """Run a coroutine function of runs on a database."""

    def run(scene: Callable[[Runs], Any]) -> Any:
        async def main() -> Any:
            async with database(tmp_path / "salon.db") as storage, asyncio.timeout(3500):
                runs = Runs(storage)
                await runs.start()
                found = await scene(runs)
                await runs.close()
                return found

        return asyncio.run(main())

    return run


async def read(runs: Runs, run_id: str) -> list[RunEvent]:
    return [seen async for seen in runs.follow(SCOPE, run_id) if isinstance(seen, RunEvent)]


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (Usage(input_tokens=70, output_tokens=9), 70),
        (Usage(input_tokens=700), 700),
        (Usage(input_tokens=70, estimated=True), None),
        (Usage(input_tokens=70, details=UsageDetails(searches=1)), None),
        (None, None),
    ],
)
def test_the_provider_corrects_what_was_counted_before_it_answered(
    usage: Usage | None, counted: int | None
) -> None:
    gathering = Gathering()
    report = ContextReport(window_tokens=500, system=10, messages=90, left=300)
    gathering.take(ContextFitted(report=report))
    gathering.take(StepStarted(number=1, request_id="req_1", model="m"))
    for event in [] if usage is None else [UsageReported(usage=usage)]:
        gathering.take(event)
    gathering.take(StepEnded(step=Step(number=1, request_id="req_1", model="m")))
    found = gathering.outcome().context
    assert found is not None
    assert (found.counted, found.used) == (counted, counted or 100)
    assert found.left == max(0, 400 - found.used)


@pytest.mark.timeout(3600)
def test_any_history_reads_as_it_was_heard_whole_or_cut(logs: Callable[..., Any]) -> None:
    random_ = rng("turn histories")

    async def one(runs: Runs) -> None:
        entries = history(random_)
        cut = random_.randint(1, len(entries))
        run = await runs.begin(OWNER.caller, "turn")
        log = TurnLog(run)
        await write(log, entries[:cut], random_)
        log.flush()
        await run.end("interrupted")
        assert outcome_of(await read(runs, run.run_id)) == log.gathered.outcome()

    async def scene(runs: Runs) -> None:
        for _ in range(scaled(10_000, least=100)):
            await one(runs)

    logs(scene)


def test_deltas_of_one_tick_are_one_event_and_the_first_comes_at_once(logs: Callable[..., Any]) -> None:
    async def scene(runs: Runs) -> None:
        run = await runs.begin(OWNER.caller, "turn")
        log = TurnLog(run)
        log.add([TextStart(index=0), TextDelta(index=0, text="a")])
        assert run.number == 2
        for _ in range(1000):
            log.add([TextDelta(index=0, text="b")])
        assert run.number == 2
        await asyncio.sleep(0.1)
        assert run.number == 3
        log.add([TextDelta(index=1, text="c"), TextDelta(index=0, text="d"), TextEnd(index=0)])
        await run.end("done")
        deltas = [event.data() for event in await read(runs, run.run_id) if event.is_delta]
        assert [delta["text"] for delta in deltas] == ["a", "b" * 1000, "c", "d"]

    logs(scene)


def test_half_a_call_is_left_out_and_a_whole_one_is_not_made_up(logs: Callable[..., Any]) -> None:
    entries: list[Entry] = [
        StepStarted(number=1, request_id="req_1", model="m"),
        TextDelta(index=0, text="I look."),
        ToolCallStart(index=1, id="c1", name="f"),
        ToolCallDelta(index=1, arguments="{}"),
        ToolCallEnd(index=1),
        ToolCallStart(index=2, id="c2", name="f"),
        ToolCallDelta(index=2, arguments='{"half'),
    ]

    async def scene(runs: Runs) -> list[RunEvent]:
        run = await runs.begin(OWNER.caller, "turn")
        for entry in entries:
            run.append(type(entry).__struct_config__.tag, entry)  # type: ignore[arg-type]
        run.append("queue-changed", {"not": "ours"})
        await run.end("interrupted")
        return await read(runs, run.run_id)

    outcome = outcome_of(logs(scene))
    assert outcome.parts == (TextPart(text="I look."), ToolCallPart(id="c1", name="f", arguments="{}"))
    assert (outcome.status, (outcome.error or {})["error"]["code"]) == ("interrupted", "turn_broken")


def test_a_log_without_a_word_is_a_failure() -> None:
    assert outcome_of([]).status == "failed"
