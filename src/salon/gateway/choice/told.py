"""The one line that says why a request went where it went, and the sentence that people read of it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

MIRROR: Final = "mirror of "
"""Begins the line of a request that copies another one."""
_LINE: Final = re.compile(r"line (\d+) of ([^:]+)(?:: (.*))?", re.DOTALL)
"""Of a request that is a line of a batch, before what was decided for it."""
_PART: Final = re.compile(r"(?:^|; )(rule|variant|strategy|last|passed)=")
_NAMED: Final = re.compile(r"(.+?) \((.*)\)", re.DOTALL)
_BY: Final[Mapping[str, str]] = {
    "priority": "the first in the list",
    "weight": "drawn by weight",
    "least-busy": "the least busy",
    "lowest-latency": "the quickest to begin",
    "cheapest": "the cheapest",
    "rate-limit": "the one with the most room in its limits",
}


def line(
    strategy: str,
    *,
    rule: str | None,
    variant: str | None,
    last: Iterable[str],
    passed: Mapping[str, str],
) -> str:
    """Return a decision in one line, for a header and the ledger."""
    parts = [f"strategy={strategy}"]
    if rule is not None:
        parts.insert(0, f"rule={rule}")
    if variant is not None:
        parts.insert(0, f"variant={variant}")
    parts += [f"last={name} (context)" for name in last]
    parts += [f"passed={name} ({reason})" for name, reason in passed.items()]
    return "; ".join(parts)


def with_passed(told: str | None, target: str, reason: str) -> str:
    """Add a target that was passed over once its turn had come."""
    part = f"passed={target} ({reason})"
    return part if told is None else f"{told}; {part}"


def sentence(told: str | None, *, answered: str | None, attempts: int) -> str | None:
    """Say in a sentence what ``told`` says, for a request that ``answered`` (``provider/model``) took.

    Returns None where there was nothing to decide.
    """
    if told is None:
        return None
    if told.startswith(MIRROR):
        return f"A copy of {told.removeprefix(MIRROR)}, sent to {answered or 'nobody'} to compare."
    part = _LINE.fullmatch(told)
    if part is not None:
        number, batch, rest = part.groups()
        more = sentence(rest, answered=answered, attempts=attempts)
        return f"Line {number} of {batch}." if more is None else f"Line {number} of {batch}. {more}"
    pieces = _PART.split(told)
    found = list(zip(pieces[1::2], pieces[2::2], strict=True))
    parts = [f"{name} “{value}”" for name, value in found if name in {"rule", "variant"}]
    strategy = next((value for name, value in found if name == "strategy"), "priority")
    if answered is None:
        parts.append("nobody answered")
    elif attempts > 1:
        parts.append(f"{answered} answered, at attempt {attempts}")
    else:
        parts.append(f"{answered}: {_BY.get(strategy, strategy)}")
    parts += [_skipped(name, value) for name, value in found if name in {"last", "passed"}]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if parts[0].startswith(("rule", "variant")) else f"{text}."


def _skipped(name: str, value: str) -> str:
    found = _NAMED.fullmatch(value)
    target, reason = found.groups() if found is not None else (value, "")
    if name == "last":
        return f"{target} was put last: the request may not fit its context"
    return f"{target} was skipped: {reason}"
