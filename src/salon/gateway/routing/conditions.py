"""When a rule holds: conditions on what is asked, by whom and when.

All that one condition names must hold (AND); ``any`` holds when one of its conditions does (OR); ``not``
turns one round. A condition that cannot be looked at, such as words in a request that cannot be read, does
not hold.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from salon.foundation.accounts import matches
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.patterns import Pattern

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DEPTH: Final = 8
MOST_PATTERNS: Final = 50
"""In one condition, so that a long message is read through a bounded number of times."""
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Condition(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):  # fields in the order they are looked at: cheap ones first
    """What must be so."""

    keys: tuple[str, ...] = ()
    """The caller's key has one of these names or ids; ``*`` stands for any characters."""
    spaces: tuple[str, ...] = ()
    """The request belongs to one of these spaces; ``*`` as above."""
    stream: bool | None = None
    hours: str = ""
    """``08:00-18:00``: from the first minute up to the second one, also over midnight."""
    days: tuple[Day, ...] = ()
    zone: str = "UTC"
    """The IANA zone of ``hours`` and ``days``."""
    tools: bool | None = None
    """The request offers tools, or none."""
    images: bool | None = None
    """It has a picture in it, or none."""
    tokens_over: int | None = None
    """It gives the model more tokens to read than this, as far as can be estimated."""
    tokens_under: int | None = None
    contains: tuple[str, ...] = ()
    """What the user said last has one of these in it, whatever the case of its letters."""
    matches: tuple[str, ...] = ()
    """What the user said last matches one of these RE2 patterns; ``(?i)`` before one ignores case."""
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    not_: "Condition | None" = msgspec.field(default=None, name="not")


class Facts(Protocol):
    """What conditions may ask of a request."""

    @property
    def key_names(self) -> Sequence[str]:
        """The name and the id of the caller's key."""
        ...

    @property
    def space_id(self) -> str:
        """Whose request it is."""
        ...

    @property
    def stream(self) -> bool:
        """A stream is asked for."""
        ...

    @property
    def tools(self) -> bool:
        """Tools are offered."""
        ...

    @property
    def images(self) -> bool:
        """There is a picture in it."""
        ...

    @property
    def tokens(self) -> int:
        """About how many tokens there are to read."""
        ...

    @property
    def said(self) -> str | None:
        """What the user said last; None when the request cannot be read."""
        ...

    def now(self, zone: str) -> datetime.datetime:
        """Return the time in an IANA zone."""
        ...


def why_not(condition: Condition, facts: Facts) -> str | None:
    """Say what keeps ``condition`` from holding; None when it holds."""
    return next(_reasons(condition, facts), None)


def _reasons(condition: Condition, facts: Facts) -> Iterator[str]:
    if condition.keys and not _named(condition.keys, facts.key_names):
        yield f"the key is not {_or(condition.keys)}"
    if condition.spaces and not _named(condition.spaces, (facts.space_id,)):
        yield f"the space is not {_or(condition.spaces)}"
    for name in ("stream", "tools", "images"):
        wanted: bool | None = getattr(condition, name)
        if wanted is not None and getattr(facts, name) is not wanted:
            yield f"{name} is not {'true' if wanted else 'false'}"
    if condition.hours or condition.days:
        yield from _time(condition, facts.now(condition.zone))
    if condition.tokens_over is not None and facts.tokens <= condition.tokens_over:
        yield f"{facts.tokens} tokens are not over {condition.tokens_over}"
    if condition.tokens_under is not None and facts.tokens >= condition.tokens_under:
        yield f"{facts.tokens} tokens are not under {condition.tokens_under}"
    if condition.contains:
        yield from _words(condition.contains, facts.said)
    if condition.matches:
        yield from _patterns(condition.matches, facts.said)
    yield from (reason for one in condition.all if (reason := why_not(one, facts)) is not None)
    if condition.any:
        reasons = [why_not(one, facts) for one in condition.any]
        if None not in reasons:
            yield f"none of any holds: {'; '.join(str(one) for one in reasons)}"
    if condition.not_ is not None and why_not(condition.not_, facts) is None:
        yield "what must not be so is so"


def _named(patterns: Sequence[str], names: Sequence[str]) -> bool:
    return any(matches(pattern, name) for pattern in patterns for name in names)


def _or(names: Sequence[str]) -> str:
    return " or ".join(names)


def _words(words: Sequence[str], said: str | None) -> Iterator[str]:
    if said is None:
        yield "what was said cannot be read"
        return
    folded = said.casefold()
    if not any(word.casefold() in folded for word in words):
        yield f"nothing of {_or([repr(word) for word in words])} was said"


def _patterns(patterns: Sequence[str], said: str | None) -> Iterator[str]:
    if said is None:
        yield "what was said cannot be read"
    elif not any(_compiled(text).is_in(said) for text in patterns):
        yield f"what was said does not match {_or([repr(text) for text in patterns])}"


@lru_cache(maxsize=1000)
def _compiled(text: str) -> Pattern:
    return Pattern(text)


def _time(condition: Condition, now: datetime.datetime) -> Iterator[str]:
    if condition.days and DAYS[now.weekday()] not in condition.days:
        yield f"it is {DAYS[now.weekday()]} in {condition.zone}"
    hours = _HOURS.fullmatch(condition.hours)
    if hours is not None:
        minute = now.hour * 60 + now.minute
        start, end = (int(hours[at]) * 60 + int(hours[at + 1]) for at in (1, 3))
        inside = start <= minute < end if start < end else minute >= start or minute < end
        if not inside:
            yield f"it is {now:%H:%M} in {condition.zone}"


# -- checking ---------------------------------------------------------------------------------------
def check_condition(condition: Condition, *, key: str, rule: str = "") -> None:
    """Refuse a condition that cannot be meant. Raises: ConfigError naming ``key`` and the rule."""
    for problem, fix in _problems(condition, 1):
        told = f"{problem.removesuffix('.')} (rule “{rule}”)." if rule else problem
        raise ConfigError(key=key, problem=told, fix=fix)


def _problems(condition: Condition, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MOST_DEPTH:
        yield f"conditions are nested more than {MOST_DEPTH} deep.", "Make two rules of it."
        return
    if condition in (Condition(), Condition(zone=condition.zone)):
        yield (
            "a condition names nothing, so it would always hold.",
            "Write for example when = {tools = true}.",
        )
    if condition.hours and not _HOURS.fullmatch(condition.hours):
        yield f"hours = “{condition.hours[:40]}” is no span of time.", "Write it like 08:00-18:00."
    if not _is_zone(condition.zone):
        yield f"there is no time zone “{condition.zone[:60]}”.", "Use an IANA name like Europe/Berlin."
    for name in ("tokens_over", "tokens_under"):
        if (getattr(condition, name) or 0) < 0:
            yield f"{name} is below zero.", "Use 0 or more."
    if len(condition.matches) > MOST_PATTERNS:
        yield f"a condition has more than {MOST_PATTERNS} patterns.", "Join some with |, or make two rules."
    for text in condition.matches:
        try:
            _compiled(text)
        except ValueError as error:
            yield f"the pattern “{text[:80]}” cannot be used: {error}.", "Correct it; it is read by RE2."
    if any(not word for word in (*condition.contains, *condition.keys, *condition.spaces)):
        yield "a list of a condition has an empty text in it.", "Take it out."
    inner = (*condition.all, *condition.any, *([condition.not_] if condition.not_ is not None else []))
    for one in inner:
        yield from _problems(one, depth + 1)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
