"""What the fake provider is to do with one request: what it says, how fast, and how it fails.

A plan is written as directives joined by ``;``, as a model name, in the header ``x-fake-plan``, or inside
``{{fake ...}}`` anywhere in the last user message (the way through a gateway that renames models)::

    tokens=50;rate=20;delay=0.5;think=8;call;case=a17;times=1;fault=stall:mid-stream;fault=crlf
    call=3                  call the first offered tool three times in one answer, each with other numbers
    call;again=1            call it although the request brings the result of a call
    refuse=I cannot do that  say this, as the dialect has it said that a model refuses
    usage={"cost":0.95};tier=flex    more in the usage object, and the service tier that answered
    tool=Bash;arguments={"command":"ls"}    call this offered tool, with these words (no ``;`` in them)
    fault:429:2             the same as fault=429:2, so that a model can be named fault:429:2
    recording:openai/chat/x a recording from the folder the provider was given
"""

import re
from typing import Literal, cast, get_args

import msgspec

Point = Literal["before-headers", "after-headers", "mid-stream", "after-last"]
"""Where in an answer a stall, reset or close happens."""

FaultKind = Literal[
    "status",
    "stall",
    "reset",
    "close",
    "half-close",
    "bad-json",
    "bad-chunk",
    "garbage",
    "html",
    "split",
    "crlf",
    "no-done",
    "no-final-blank",
    "no-usage",
    "usage-twice",
    "error-in-stream",
    "error-object",
    "big-event",
    "slow-headers",
    "truncated",
    "close-at-once",
    "pings",
    "mutate",
    "echo-key",
    "no-ids",
    "no-start",
]
"""Every way to misbehave. ``status`` is written as the number alone: ``429``, ``500``.

``mutate:7`` damages the body's bytes at random, seeded with 7; ``echo-key`` fails with 401 and repeats the
credential it was sent in the message.
"""

POINTS: tuple[Point, ...] = get_args(Point)
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
BIG_EVENT_BYTES = 5_000_000


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One way to misbehave."""

    kind: FaultKind
    status: int = 0
    """The HTTP status, for ``status``."""
    retry_after_s: float | None = None
    """The Retry-After header, for ``status``."""
    point: Point = "mid-stream"
    """Where, for ``stall``, ``reset`` and ``close``."""
    size: int = 1
    """Bytes per write for ``split``; bytes of the event for ``big-event``; the seed for ``mutate``."""
    delay_s: float = 1.0
    """How long the head takes, for ``slow-headers``."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer one request with."""

    tokens: int = 8
    """Answer tokens of four bytes (``tok ``), unless ``text`` or the request decides."""
    text: str | None = None
    piece: int = 4
    """How many characters of ``text`` are a token."""
    refuse: str | None = None
    """What to refuse with."""
    think: int = 0
    """Reasoning tokens before the answer."""
    rate: float = 0.0
    """Tokens per second; 0 writes as fast as the socket takes them."""
    delay_s: float = 0.0
    """Wait before the first byte of the body."""
    call: int = 0
    """Call the first offered tool this many times in one answer, even if the request does not demand it."""
    again: int = 0
    """Call a tool also in answer to a tool's result: a model that never comes to its end."""
    tool: str | None = None
    """Call the offered tool of this name; ``arguments`` are an example by its schema unless given."""
    arguments: str | None = None
    """A JSON object to call the tool with."""
    usage: str | None = None
    """A JSON object whose fields go over those of the usage object; no ``;`` in it."""
    tier: str | None = None
    """The service tier that the answer names."""
    case: str | None = None
    """The test's own id of the request; attempts are counted by it."""
    recording: str | None = None
    """Answer with this recording: ``provider/api/id``."""
    times: int = 0
    """How many attempts of this ``case`` the faults hit; 0 for all of them."""
    faults: tuple[Fault, ...] = ()

    def fault(self, kind: FaultKind) -> Fault | None:
        """Return the fault of this kind, if the plan has one."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def at(self, kind: FaultKind, point: Point) -> bool:
        """Tell whether the plan has this fault at this point."""
        return any(fault.kind == kind and fault.point == point for fault in self.faults)


_IN_MESSAGE = re.compile(r"\{\{fake ([^}]*)\}\}")
_DIRECTIVE = re.compile(
    r"^(tokens|text|refuse|think|rate|delay|call|again|tool|arguments|case|times|recording|usage|tier|fault)\b"
)


def parse_fault(words: str) -> Fault:
    """Read ``429``, ``429:2``, ``stall:mid-stream``, ``split:3``. Raises: ValueError for an unknown one."""
    name, _, argument = words.partition(":")
    if name.isdigit():
        return Fault(kind="status", status=int(name), retry_after_s=float(argument) if argument else None)
    kind = cast("FaultKind", name)
    if kind not in FAULT_KINDS:
        raise ValueError(f"unknown fault {words!r}; known: a status, {', '.join(FAULT_KINDS)}")
    if kind in {"stall", "reset", "close"}:
        point = cast("Point", argument or "mid-stream")
        if point not in POINTS:
            raise ValueError(f"unknown point {argument!r}; known: {', '.join(POINTS)}")
        return Fault(kind=kind, point=point)
    if kind == "slow-headers":
        return Fault(kind=kind, delay_s=float(argument or 1))
    if kind == "big-event":
        return Fault(kind=kind, size=int(argument or BIG_EVENT_BYTES))
    return Fault(kind=kind, size=int(argument or 1))


def parse_plan(words: str, base: Plan | None = None) -> Plan:
    """Read directives joined by ``;`` over ``base``. Raises: ValueError for an unknown one."""
    plan = base or Plan()
    for part in filter(None, (piece.strip() for piece in words.split(";"))):
        plan = _apply(plan, part)
    return plan


def _apply(plan: Plan, part: str) -> Plan:
    match = _DIRECTIVE.match(part)
    if match is None:
        raise ValueError(f"unknown directive {part!r}")
    key, value = match.group(1), part[match.end() + 1 :]
    changed: dict[str, object]
    match key:
        case "fault":
            changed = {"faults": (*plan.faults, parse_fault(value))}
        case "tokens" | "think" | "times" | "again":
            changed = {key: int(value)}
        case "rate":
            changed = {key: float(value)}
        case "delay":
            changed = {"delay_s": float(value)}
        case "call":
            changed = {"call": int(value or 1)}
        case _:
            changed = {key: value}
    return msgspec.structs.replace(plan, **changed)


def plan_of_model(model: str, base: Plan) -> Plan:
    """Read a plan from a model's name; a name without directives keeps ``base``."""
    return parse_plan(model, base) if _DIRECTIVE.match(model) and re.search(r"[:=]", model) else base


def plan_of_text(text: str, base: Plan) -> Plan:
    """Read the ``{{fake ...}}`` directives in a message; text without them keeps ``base``."""
    plan = base
    for match in _IN_MESSAGE.finditer(text):
        plan = parse_plan(match.group(1), plan)
    return plan
