"""What is wrong with a management request, in Salon's words instead of its validator's."""

from collections.abc import Mapping
from typing import Any, Final

from salon.foundation.kit.errors import InvalidRequest

_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "It is missing.",
    "extra_forbidden": "There is no such field.",
    "string_type": "It must be text.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "float_type": "It must be a number.",
    "float_parsing": "It must be a number.",
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
}


def invalid_body(found: Mapping[str, Any]) -> InvalidRequest:
    """Return the first thing a validator found as an error that names the field."""
    kind, place = str(found.get("type", "")), [part for part in found.get("loc", ()) if part != "body"]
    if kind == "json_invalid":
        place = []
    field = ".".join(str(part) for part in place) or "body"
    if field == "body" and kind in {"model_type", "model_attributes_type", "dict_type"}:
        return InvalidRequest(field=field, problem="Send a JSON object, as application/json.")
    context: dict[str, Any] = found.get("ctx") or {}
    try:
        problem = _PROBLEMS.get(kind, "It is not valid.").format_map(context)
    except KeyError:
        problem = "It is not valid."
    return InvalidRequest(field=field, problem=problem)
