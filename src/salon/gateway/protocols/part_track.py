"""Keeps the parts of one choice in order while a stream is decoded: which is open, which number is next."""

from typing import Literal

from salon.foundation.messages import (
    ReasoningEnd,
    ReasoningStart,
    StreamEvent,
    TextEnd,
    TextStart,
)

RunKind = Literal["text", "reasoning", "refusal"]


class PartTrack:
    """Numbers the parts of one choice; text, reasoning and refusal run until something else begins."""

    __slots__ = ("_next", "choice", "index", "kind")

    def __init__(self, choice: int = 0) -> None:
        self.choice = choice
        self.kind: RunKind | None = None
        self.index = -1
        self._next = 0

    def run(self, kind: RunKind, out: list[StreamEvent]) -> int:
        """Return the number of the open part of ``kind``, beginning one if another kind is open."""
        if self.kind == kind:
            return self.index
        self.end_run(out)
        self.kind = kind
        self.index = self.allot()
        if kind == "text":
            out.append(TextStart(choice=self.choice, index=self.index))
        elif kind == "reasoning":
            out.append(ReasoningStart(choice=self.choice, index=self.index))
        return self.index

    def end_run(self, out: list[StreamEvent]) -> None:
        """End the open text, reasoning or refusal part, if any."""
        if self.kind == "text":
            out.append(TextEnd(choice=self.choice, index=self.index))
        elif self.kind == "reasoning":
            out.append(ReasoningEnd(choice=self.choice, index=self.index))
        self.kind = None

    def allot(self) -> int:
        """Take the next part number."""
        number = self._next
        self._next += 1
        return number
