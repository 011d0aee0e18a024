"""Makes an outcome of what is in a log: the same while it is written and when it is read again."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from salon.features.turns.entries import (
    CHUNK,
    TYPES,
    Chunk,
    ContextFitted,
    Entry,
    StepAsked,
    StepEnded,
    StepStarted,
    ToolAnswered,
    ToolStarted,
    ToolWaits,
    TurnEnded,
)
from salon.features.turns.errors import TurnBroken
from salon.features.turns.models import Asked, ContextReport, Step, TurnOutcome
from salon.foundation.messages import (
    Finish,
    Part,
    ReasoningPart,
    StreamEvent,
    StreamFinish,
    TextPart,
    ToolCallEnd,
    ToolCallPart,
    ToolCallStart,
    ToolResultPart,
)
from salon.foundation.runs import RunEvent
from salon.gateway.protocols.collect import ResponseCollector

_ENTRY: Final = msgspec.json.Decoder(Entry)
_CHUNK: Final = msgspec.json.Decoder(Chunk)
_KNOWN: Final = frozenset(TYPES.values())


class StepParts:
    """The answer of one step while it grows."""

    def __init__(self) -> None:
        self._collector = ResponseCollector()
        self._open: dict[int, str] = {}
        self.results: dict[int, ToolResultPart] = {}
        self.finish: Finish | None = None

    def take(self, event: StreamEvent) -> None:
        """Take an event of the model's answer."""
        if isinstance(event, ToolCallStart):
            self._open[event.index] = event.id
        elif isinstance(event, ToolCallEnd):
            self._open.pop(event.index, None)
        elif isinstance(event, StreamFinish) and event.choice == 0:
            self.finish = event.finish
        self._collector.add((event,))

    def said(self) -> list[Part]:
        """Return what the model said; a call that was not told to its end is none."""
        broken = set(self._open.values())
        return [
            part
            for part in self._collector.response().parts
            if not (_is_empty(part) or (isinstance(part, ToolCallPart) and part.id in broken))
        ]

    def calls(self) -> list[ToolCallPart]:
        """Return the whole tool calls, in the order the model made them."""
        return [part for part in self.said() if isinstance(part, ToolCallPart)]

    def counted(self) -> int:
        """Return the tokens of the prompt as the provider counted them, 0 if it did not.

        What it searched the web for it read too, which was not in the prompt.
        """
        usage = self._collector.response().usage
        if usage is None or usage.estimated or (usage.details is not None and usage.details.searches):
            return 0
        return usage.input_tokens

    def parts(self) -> list[Part]:
        """Return what was said and then what the tools returned, in the order of their calls."""
        return [*self.said(), *(result for _, result in sorted(self.results.items()))]


class Gathering:
    """All that a turn has done so far."""

    def __init__(self) -> None:
        self.step = StepParts()
        """The step under way."""
        self.steps: list[Step] = []
        self.report: ContextReport | None = None
        self.asked: Asked | None = None
        self.ended: TurnEnded | None = None
        self._before: list[Part] = []

    def take(self, entry: Entry) -> None:
        """Take what was, or is being, written into the log."""
        if isinstance(entry, StepStarted):
            self._before += self.step.parts()
            self.step = StepParts()
        elif isinstance(entry, StepEnded):
            self.steps.append(entry.step)
            counted = self.step.counted()
            if counted and self.report is not None:
                self.report = self.report.told(counted)
        elif isinstance(entry, ToolAnswered):
            self.step.results[entry.position] = entry.result
            self._time(entry)
        elif isinstance(entry, ContextFitted):
            self.report = entry.report
        elif isinstance(entry, StepAsked):
            self.asked = _joined(self.asked, entry.asked)
        elif isinstance(entry, TurnEnded):
            self.ended = entry
        elif not isinstance(entry, ToolWaits | ToolStarted):
            self.step.take(entry)

    def _time(self, entry: ToolAnswered) -> None:
        """Tools are called once their step has ended: what they took is told there."""
        if self.steps:
            took = {**self.steps[-1].tools_ms, entry.result.tool_call_id: entry.duration_ms}
            self.steps[-1] = msgspec.structs.replace(self.steps[-1], tools_ms=took)

    def parts(self) -> tuple[Part, ...]:
        """Return the answer so far."""
        return (*self._before, *self.step.parts())

    def outcome(self) -> TurnOutcome:
        """Return what came of it; without its end it broke off."""
        parts, ended = self.parts(), self.ended
        if ended is None:
            status = "interrupted" if parts else "failed"
            ended = TurnEnded(status=status, finish=self.step.finish, error=TurnBroken().to_json())
        return TurnOutcome(
            parts=parts,
            status=ended.status,
            finish=ended.finish,
            steps=tuple(self.steps),
            context=self.report,
            error=ended.error,
            asked=self.asked,
        )


def outcome_of(events: Iterable[RunEvent]) -> TurnOutcome:
    """Return what came of a turn, from the log of its run: for one whose owner died in its midst.

    Nothing is executed: a tool call without a result stays without one, half a call is left out. What is not
    of a turn is passed over. Bodies must be unsealed.
    """
    gathering = Gathering()
    for entry in entries_of(events):
        gathering.take(entry)
    return gathering.outcome()


def entries_of(events: Iterable[RunEvent]) -> Iterator[Entry]:
    """Yield the entries of a turn in a log, chunks joined."""
    chunks: list[str] = []
    for event in events:
        if event.type == CHUNK:
            chunk = _CHUNK.decode(event.body)
            chunks.append(chunk.text)
            if chunk.is_last:
                yield _ENTRY.decode("".join(chunks))
                chunks.clear()
        elif event.type in _KNOWN:
            yield _ENTRY.decode(event.body)


def _joined(before: Asked | None, more: Asked) -> Asked:
    if before is None:
        return more
    return msgspec.structs.replace(before, prompts=(*before.prompts, *more.prompts))


def _is_empty(part: Part) -> bool:
    if isinstance(part, TextPart):
        return not part.text and part.provider_data is None
    if isinstance(part, ReasoningPart):
        return not (part.text or part.signature or part.redacted or part.provider_data)
    return False
