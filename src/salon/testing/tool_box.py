"""A tool box for tests of turns: its tools are functions of the arguments, and it remembers its calls."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from salon.features.turns.ports import Approval, ToolAnswer
from salon.foundation.messages import TextPart, Tool, ToolCallPart

ToolFunction = Callable[[Mapping[str, Any]], Awaitable[str]]

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class FakeToolBox:
    """Tools made of coroutine functions; each takes the arguments and returns text."""

    def __init__(self, **functions: ToolFunction) -> None:
        self._functions = functions
        self.calls: list[ToolCallPart] = []
        """Every call that was made, as it began."""
        self.ended: list[str] = []
        """``done`` or ``cancelled`` for each call, as it ended."""
        self.guarded: set[str] = set()
        """Tools whose calls wait for ``decision``."""
        self.decision: asyncio.Future[Approval] | None = None
        self.waiting = 0
        """How many calls have begun to wait for it."""

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools by name."""
        return tuple(Tool(name=name, description="For tests.", parameters=SCHEMA) for name in self._functions)

    def has(self, name: str) -> bool:
        """Tell whether there is such a tool."""
        return name in self._functions

    def needs_approval(self, call: ToolCallPart) -> bool:
        """Tell whether the tool is guarded."""
        return call.name in self.guarded

    async def approve(self, call: ToolCallPart) -> Approval:
        """Wait for ``decision``."""
        assert self.decision is not None
        self.waiting += 1
        return await asyncio.shield(self.decision)

    async def call(self, call: ToolCallPart) -> ToolAnswer:
        """Call the function."""
        self.calls.append(call)
        try:
            text = await self._functions[call.name](msgspec.json.decode(call.arguments or "{}"))
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")
        return ToolAnswer(parts=(TextPart(text=text),))
