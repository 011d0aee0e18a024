"""An answer is one message with its tool calls and results in order; a provider wants messages by role."""

from collections.abc import Sequence
from itertools import zip_longest

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


Place = tuple[int, int]
"""Of a message, and of a part in it."""


def _paired(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Leave out calls without results and results without calls, and give each pair an id of its own.

    Some providers count their calls from the beginning in each answer; others refuse an id that comes twice.
    """
    ids = _ids(messages)
    out: list[Message] = []
    for at, message in enumerate(messages):
        parts: list[Part] = []
        for place, part in enumerate(message.parts):
            if isinstance(part, ToolCallPart | ToolResultPart):
                if (at, place) in ids:
                    parts.append(_named(part, ids[at, place]))
            else:
                parts.append(part)
        if parts or not message.parts:
            is_same = all(one is other for one, other in zip_longest(parts, message.parts))
            out.append(message if is_same else msgspec.structs.replace(message, parts=tuple(parts)))
    return tuple(out)


def _named(part: ToolCallPart | ToolResultPart, id_: str) -> Part:
    if isinstance(part, ToolCallPart):
        return part if part.id == id_ else msgspec.structs.replace(part, id=id_)
    return part if part.tool_call_id == id_ else msgspec.structs.replace(part, tool_call_id=id_)


def _ids(messages: Sequence[Message]) -> dict[Place, str]:
    """Return the ids of calls and results that belong together, by their places."""
    pairs: list[tuple[Place, Place]] = []
    waiting: dict[str, list[Place]] = {}
    for at, message in enumerate(messages):
        for place, part in enumerate(message.parts):
            if isinstance(part, ToolCallPart):
                known = waiting.get(part.id)
                if known and known[0][0] == at:
                    known.append((at, place))
                else:
                    waiting[part.id] = [(at, place)]
            elif isinstance(part, ToolResultPart) and waiting.get(part.tool_call_id):
                pairs.append((waiting[part.tool_call_id].pop(0), (at, place)))
    return _unique(messages, sorted(pairs))


def _unique(messages: Sequence[Message], pairs: Sequence[tuple[Place, Place]]) -> dict[Place, str]:
    ids: dict[Place, str] = {}
    used: set[str] = set()
    for call, result in pairs:
        part = messages[call[0]].parts[call[1]]
        assert isinstance(part, ToolCallPart)
        chosen, number = part.id, 2
        while chosen in used:
            chosen, number = f"{part.id}_{number}", number + 1
        used.add(chosen)
        ids[call] = ids[result] = chosen
    return ids
