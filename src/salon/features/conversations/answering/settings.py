"""How a conversation is answered: of the answer itself, over the conversation's, over the space's."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from salon.features.turns import ContextPolicy, Limits, Parameters, PolicyKind
from salon.foundation.kit.errors import WrongField

S = TypeVar("S", bound=msgspec.Struct)

MOST_INSTRUCTIONS: Final = 200_000
"""Characters of a system prompt."""
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "parameters.temperature": (0, 2),
    "parameters.top_p": (0, 1),
    "parameters.top_k": (1, 1_000_000),
    "parameters.max_output_tokens": (1, 10_000_000),
    "parameters.presence_penalty": (-2, 2),
    "parameters.frequency_penalty": (-2, 2),
    "parameters.top_logprobs": (0, 20),
    "parameters.reasoning_budget_tokens": (0, 10_000_000),
    "context.most_tokens": (256, 100_000_000),
    "context.reserved_tokens": (1, 10_000_000),
    "context.result_tokens": (100, 10_000_000),
    "limits.steps": (1, 1_000),
    "limits.output_tokens": (1, 100_000_000),
    "limits.seconds": (1, 86_400),
    "limits.cost_e10": (1, 10**18),
}
_AT: Final = re.compile(r" - at `\$\.?([^`]*)`$")


class ContextSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done about a context that does not fit: the fields of ``ContextPolicy``. None: not said."""

    kind: PolicyKind | None = None
    most_tokens: int | None = None
    reserved_tokens: int | None = None
    result_tokens: int | None = None


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an answer ends though its model would go on: fields of the turn's ``Limits``. None: not said."""

    steps: int | None = None
    output_tokens: int | None = None
    seconds: float | None = None
    cost_e10: int | None = None


class Overrides(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of one answer. What is not said is the conversation's."""

    instructions: str | None = None
    """The system prompt; an empty one takes away what was set before."""
    parameters: Parameters = Parameters()
    context: ContextSettings = ContextSettings()
    limits: LimitSettings = LimitSettings()


class Settings(Overrides, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of a conversation, or what is usual in a space."""

    model: str | None = None
    """An alias or ``provider/model``; None is the space's, and without one the default model."""
    titles: bool | None = None
    """Whether a model may write the title; None is yes."""


_GROUPS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "parameters": Parameters,
    "context": ContextSettings,
    "limits": LimitSettings,
}
NAMES: Final = frozenset(Settings.__struct_fields__)
"""The keys of a conversation's settings that are read here; others are left as they are."""


def checked(given: Mapping[str, Any], kind: type[S], *, at: str = "settings") -> S:
    """Return settings that somebody wrote. Raises: WrongField, naming the field below ``at``."""
    _refuse_unknown(given, kind, at=at)
    try:
        found = msgspec.convert(dict(given), kind)
    except msgspec.ValidationError as error:
        text = str(error)
        place = _AT.search(text)
        field = f"{at}.{place[1]}" if place and place[1] else at
        raise WrongField(field=field, problem=_AT.sub("", text) + ".") from error
    _check_ranges(found, at=at)
    return found


def read(stored: Mapping[str, Any]) -> Settings:
    """Return stored settings; what cannot be read, by an import or of another release, counts as not said."""
    known = {name: value for name, value in stored.items() if name in NAMES}
    try:
        return msgspec.convert(known, Settings)
    except msgspec.ValidationError:
        return Settings(
            **{name: value for name, value in ((n, _one(n, v)) for n, v in known.items()) if value}
        )


def stored(settings: Settings) -> dict[str, Any]:
    """Return settings as they are stored."""
    return {name: value for name, value in msgspec.to_builtins(settings).items() if value != {}}


def over(base: Settings, *above: Overrides) -> Settings:
    """Return ``base`` with what the others say, the last one above all."""
    for one in above:
        said = {name: value for name, value in _said(one).items() if name not in _GROUPS}
        base = msgspec.structs.replace(
            base,
            **said,
            parameters=_laid(base.parameters, one.parameters),
            context=_laid(base.context, one.context),
            limits=_laid(base.limits, one.limits),
        )
    return base


def policy_of(settings: Overrides) -> ContextPolicy:
    """Return what is done about a context that does not fit."""
    return msgspec.structs.replace(ContextPolicy(), **_said(settings.context))


def limits_of(settings: Overrides) -> Limits:
    """Return where an answer ends."""
    return msgspec.structs.replace(Limits(), **_said(settings.limits))


def _laid(base: S, above: S) -> S:
    return msgspec.structs.replace(base, **_said(above))


def _said(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that are not as they are without being said."""
    plain = type(struct)()
    values = msgspec.structs.asdict(struct)
    return {name: value for name, value in values.items() if value != getattr(plain, name)}


def _one(name: str, value: Any) -> Any:
    try:
        return getattr(msgspec.convert({name: value}, Settings), name)
    except msgspec.ValidationError:
        return None


def _refuse_unknown(given: Mapping[str, Any], kind: type[msgspec.Struct], *, at: str) -> None:
    for name, value in given.items():
        if name not in kind.__struct_fields__:
            known = ", ".join(kind.__struct_fields__)
            raise WrongField(
                field=f"{at}.{name[:80]}", problem=f"There is no such setting. There are: {known}."
            )
        if name in _GROUPS and isinstance(value, Mapping):
            _refuse_unknown(value, _GROUPS[name], at=f"{at}.{name}")  # pyright: ignore[reportUnknownArgumentType] - JSON


def _check_ranges(settings: msgspec.Struct, *, at: str) -> None:
    for path, (least, most) in _RANGES.items():
        group, name = path.split(".")
        value = getattr(getattr(settings, group), name)
        if value is not None and not least <= value <= most:
            limit, problem = (least if value < least else most), f"It is from {least} to {most}."
            raise WrongField(field=f"{at}.{path}", problem=problem, limit=limit)
    instructions = getattr(settings, "instructions", None)
    if instructions is not None and len(instructions) > MOST_INSTRUCTIONS:
        problem = f"It has at most {MOST_INSTRUCTIONS} characters."
        raise WrongField(field=f"{at}.instructions", problem=problem, limit=MOST_INSTRUCTIONS)
