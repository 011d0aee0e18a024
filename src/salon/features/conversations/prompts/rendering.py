r"""Filling in a prompt: a pure function, in one pass, that runs nothing.

``{{name}}`` stands for a variable, ``\{{`` for two braces. What is filled in is not looked through again,
so a value that says ``{{other}}`` stays as it is.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Final, assert_never

from salon.features.conversations.prompts.models import Value, Variable
from salon.foundation.kit.errors import WrongField

MOST_VARIABLES: Final = 50
MOST_TEXT: Final = 200_000
MOST_VALUE: Final = 100_000
MOST_OPTIONS: Final = 200
MOST_RENDERED: Final = 2_000_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PLACE: Final = re.compile(r"\\(\{\{)|\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]{0,63})[ \t]*\}\}")


def check(text: str, variables: Sequence[Variable]) -> None:
    """Refuse a prompt that could not be filled in. Raises: InvalidRequest, which names the field."""
    if not 0 < len(text) <= MOST_TEXT:
        raise WrongField(field="text", problem=f"It must have 1 to {MOST_TEXT} characters.", limit=MOST_TEXT)
    if len(variables) > MOST_VARIABLES:
        raise WrongField(field="variables", problem=f"Send {MOST_VARIABLES} or fewer.", limit=MOST_VARIABLES)
    names = [variable.name for variable in variables]
    for index, variable in enumerate(variables):
        _check_variable(variable, f"variables.{index}")
        if names.index(variable.name) != index:
            raise WrongField(field=f"variables.{index}.name", problem="Another one has this name.")
    for match in _PLACE.finditer(text):
        if match[2] is not None and match[2] not in names:
            problem = f"It names a variable “{match[2]}” that is not declared; write \\{{{{ for braces."
            raise WrongField(field="text", problem=problem)


def render(text: str, variables: Sequence[Variable], values: Mapping[str, Value]) -> str:
    """Return ``text`` filled in. Raises: InvalidRequest, which names the value."""
    known = {variable.name: variable for variable in variables}
    for name in values:
        if name not in known:
            raise WrongField(field=f"values.{name[:64]}", problem="The prompt has no such variable.")
    filled = {name: _filled(variable, values.get(name), f"values.{name}") for name, variable in known.items()}
    room = (
        MOST_RENDERED
        - len(text)
        - sum(len(filled.get(match[2] or "", "")) for match in _PLACE.finditer(text))
    )
    if room < 0:
        raise WrongField(field="values", problem=f"Filled in it would be over {MOST_RENDERED} characters.")
    return _PLACE.sub(lambda match: match[1] or filled.get(match[2], match[0]), text)


def _check_variable(variable: Variable, at: str) -> None:
    if not _NAME.fullmatch(variable.name):
        problem = "It has letters, digits and _, begins with no digit, and has 64 characters at most."
        raise WrongField(field=f"{at}.name", problem=problem)
    if len(variable.label) > 200:
        raise WrongField(field=f"{at}.label", problem="It must have 200 characters or fewer.", limit=200)
    if (variable.kind == "select") != bool(variable.options):
        raise WrongField(field=f"{at}.options", problem="“select” needs some, and nothing else has any.")
    if len(variable.options) > MOST_OPTIONS or any(len(one) > MOST_VALUE for one in variable.options):
        problem = f"Send {MOST_OPTIONS} or fewer, of {MOST_VALUE} characters at most."
        raise WrongField(field=f"{at}.options", problem=problem, limit=MOST_OPTIONS)
    if variable.default is not None:
        _text_of(variable, variable.default, f"{at}.default")


def _filled(variable: Variable, value: Value, at: str) -> str:
    chosen = variable.default if value is None else value
    if chosen is None:
        if variable.is_required:
            raise WrongField(field=at, problem="It is required.")
        return ""
    return _text_of(variable, chosen, at)


def _text_of(variable: Variable, value: str | float | bool, at: str) -> str:
    match variable.kind:
        case "text":
            return _text(value, at)
        case "number":
            return _number(value, at)
        case "boolean":
            return _boolean(value, at)
        case "date":
            return _date(value, at)
        case "select":
            if value not in variable.options:
                raise WrongField(field=at, problem=f"It is one of: {', '.join(variable.options)[:500]}.")
            return str(value)
        case _:
            assert_never(variable.kind)


def _text(value: object, at: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_VALUE:
        raise WrongField(
            field=at, problem=f"It is text of {MOST_VALUE} characters or fewer.", limit=MOST_VALUE
        )
    return value


def _number(value: object, at: str) -> str:
    try:
        number = float(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise WrongField(field=at, problem="It is a number.")
    return str(int(number)) if float(number).is_integer() and abs(number) < 2**53 else repr(number)


def _boolean(value: object, at: str) -> str:
    said = value.lower() if isinstance(value, str) else value
    if said is True or said in ("yes", "true"):
        return "yes"
    if said is False or said in ("no", "false"):
        return "no"
    raise WrongField(field=at, problem="It is true or false.")


def _date(value: object, at: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise WrongField(field=at, problem="It is a date like 2026-03-01.") from error
