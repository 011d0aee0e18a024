"""An answer is one message with its tool calls and results in order; a provider wants messages by role."""

from collections.abc import Sequence

import msgspec

from salon.features.turns.models import ContextMessage
from salon.foundation.messages import Message, Part, ToolCallPart, ToolResultPart


def expanded(messages: Sequence[ContextMessage]) -> tuple[Message, ...]:
    """Return messages as every dialect can write them: each call followed by its result.

    Reasoning stays where it was, with its signature. A call that was never answered, and a result of no
    call, are left out: each provider refuses such a request.
    """
    out: list[Message] = []
    for message in messages:
        out += by_role(message)
    return _paired(out)


def by_role(message: ContextMessage) -> list[Message]:
    """Return one message as messages of one role each: what was said, then what the tools returned."""
    if message.role != "assistant":
        return [Message(role=message.role, parts=message.parts, name=message.name)]
    out: list[Message] = []
    group: list[Part] = []
    is_results = False
    for part in message.parts:
        if isinstance(part, ToolResultPart) is not is_results and group:
            out.append(_message(message, group, is_results=is_results))
            group = []
        is_results = isinstance(part, ToolResultPart)
        group.append(part)
    if group:
        out.append(_message(message, group, is_results=is_results))
    return out


def _message(message: ContextMessage, parts: list[Part], *, is_results: bool) -> Message:
    if is_results:
        return Message(role="tool", parts=tuple(parts))
    return Message(role="assistant", parts=tuple(parts), name=message.name)


def _paired(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Leave out calls without results and results without calls; ids may come again in a later step."""
    keep = _pairs(messages)
    out: list[Message] = []
    for at, message in enumerate(messages):
        parts = tuple(
            part
            for place, part in enumerate(message.parts)
            if not isinstance(part, ToolCallPart | ToolResultPart) or (at, place) in keep
        )
        if len(parts) == len(message.parts):
            out.append(message)
        elif parts:
            out.append(msgspec.structs.replace(message, parts=parts))
    return tuple(out)


def _pairs(messages: Sequence[Message]) -> set[tuple[int, int]]:
    """Return the places of calls and results that belong together."""
    keep: set[tuple[int, int]] = set()
    waiting: dict[str, tuple[int, int]] = {}
    for at, message in enumerate(messages):
        for place, part in enumerate(message.parts):
            if isinstance(part, ToolCallPart):
                waiting[part.id] = (at, place)
            elif isinstance(part, ToolResultPart):
                call = waiting.pop(part.tool_call_id, None)
                if call is not None:
                    keep |= {call, (at, place)}
    return keep
