"""Which messages go together when older ones are left out: a whole turn, and a call with its result."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from salon.features.turns.models import ContextMessage
from salon.foundation.messages import ToolCallPart, ToolResultPart


def turns_of(messages: Sequence[ContextMessage]) -> list[range]:
    """Return the turns, oldest first: from one thing a person says to before the next.

    Turns between which a call and its result are divided are one.
    """
    crossed = _crossed(len(messages), links_of(messages))
    starts = [
        at for at, message in enumerate(messages) if at == 0 or (message.role == "user" and not crossed[at])
    ]
    return [range(first, last) for first, last in pairwise([*starts, len(messages)])]


def links_of(messages: Sequence[ContextMessage]) -> list[tuple[int, int]]:
    """Return the places of messages of which one calls a tool and another has the result."""
    calls: dict[str, int] = {}
    links: list[tuple[int, int]] = []
    for at, message in enumerate(messages):
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                calls[part.id] = at
            elif isinstance(part, ToolResultPart):
                caller = calls.pop(part.tool_call_id, at)
                if caller != at:
                    links.append((caller, at))
    return links


def closed(kept: set[int], links: Sequence[tuple[int, int]]) -> set[int]:
    """Return ``kept`` with everything that a call or a result ties to it."""
    found = set(kept)
    while more := {one for pair in links for one in pair if not found.isdisjoint(pair)} - found:
        found |= more
    return found


def _crossed(count: int, links: Sequence[tuple[int, int]]) -> list[bool]:
    """Tell of each place whether a call before it has its result there or later."""
    steps = [0] * (count + 1)
    for call, result in links:
        steps[call + 1] += 1
        steps[result + 1] -= 1
    return [open_links > 0 for open_links in accumulate(steps)]
