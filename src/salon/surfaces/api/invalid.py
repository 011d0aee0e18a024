"""What is wrong with a management request, in Salon's words instead of its validator's.

One rule for all of them: 413 is over a size in bytes, 422 is not as the OpenAPI document declares (a type, a
limit, a choice, an unknown field), and 400 cannot be read at all, or does not make sense to the house.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salon.foundation.kit.errors import InvalidRequest, WrongField

_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "It is missing.",
    "extra_forbidden": "There is no such field.",
    "string_type": "It must be text.",
    "string_unicode": "It must be text of whole characters.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_parsing_size": "It must be a whole number of fewer digits.",
    "int_from_float": "It must be a whole number.",
    "float_type": "It must be a number.",
    "float_parsing": "It must be a number.",
    "finite_number": "It must be a number that ends.",
    "list_type": "It must be a list.",
    "dict_type": "It must be an object.",
    "model_type": "It must be an object.",
    "model_attributes_type": "It must be an object.",
    "json_invalid": "It is not JSON.",
    "greater_than_equal": "It must be {ge} or more.",
    "greater_than": "It must be more than {gt}.",
    "less_than_equal": "It must be {le} or less.",
    "less_than": "It must be less than {lt}.",
    "string_too_short": "It must have {min_length} characters or more.",
    "string_too_long": "It must have {max_length} characters or fewer.",
    "too_short": "It must have {min_length} entries or more.",
    "too_long": "It must have {max_length} entries or fewer.",
    "literal_error": "It must be {expected}.",
    "string_pattern_mismatch": "It does not have the form {pattern}.",
    "json_depth": "It must be nested {max_depth} levels deep or less.",
    "json_number": "Its numbers must be finite, and whole ones fit into {bits} bits.",
    "json_text": "Its texts must be of whole characters.",
}
_LIMITS: Final = (
    "ge", "gt", "le", "lt", "min_length", "max_length", "max_depth", "bits", "expected", "pattern",
)  # fmt: skip
"""What a validator calls the limit that was passed."""
_CHOICES: Final = frozenset({"constrained-str", "str", "int", "float", "bool", "AnswererBody"})
"""How the validator names one of several forms that a field may have: no part of the request."""
_NO_OBJECT: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})


def invalid_body(errors: Sequence[Mapping[str, Any]]) -> InvalidRequest:
    """Return the first thing a validator found, as an error that names the field and its limit."""
    found = _told(errors)
    kind = str(found.get("type", ""))
    if kind == "json_invalid":
        return InvalidRequest(field="body", problem=_PROBLEMS[kind])
    place = [str(part) for part in found.get("loc", ())]
    if place[:1] == ["body"]:
        unknown = place[-1:] if kind == "extra_forbidden" else []
        place = [part for part in place[1 : len(place) - len(unknown)] if part not in _CHOICES] + unknown
    field = ".".join(place) or "body"
    if field == "body" and kind in _NO_OBJECT:
        return WrongField(field=field, problem="Send a JSON object, as application/json.")
    context: dict[str, Any] = found.get("ctx") or {}
    try:
        problem = _PROBLEMS.get(kind, "It is not valid.").format_map(context)
    except KeyError:
        problem = "It is not valid."
    limit = next((context[name] for name in _LIMITS if name in context), None)
    if limit is None:
        return WrongField(field=field, problem=problem)
    return WrongField(
        field=field, problem=problem, limit=limit if isinstance(limit, int | float | str) else str(limit)
    )


def _told(errors: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the first error; of a field with several forms that of the form that fits best."""
    first = errors[0]
    way = tuple(first.get("loc", ()))
    if not way or way[-1] not in _CHOICES or first.get("type") == "extra_forbidden":
        return first
    above = way[:-1]
    of_field = [one for one in errors if tuple(one.get("loc", ()))[: len(above)] == above]
    return max(of_field, key=lambda one: len(one.get("loc", ())))
