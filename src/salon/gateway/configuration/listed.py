"""What readers of lists of models have in common: values that are what they should be, or nothing."""

from collections.abc import Mapping
from typing import Any, cast

from salon.foundation.messages import OperationName

Item = dict[str, Any]


def text(value: Any) -> str:
    """Return a text; an empty one for any other value."""
    return value if isinstance(value, str) else ""


def name_of(value: Any) -> str:
    """Return a model's name. Raises: ValueError when it is none."""
    if not isinstance(value, str) or not value:
        raise ValueError("a model without a name")
    return value


def count(value: Any) -> int | None:
    """Return a whole number above 0, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def nested(value: Any) -> Item:
    """Return an object; an empty one for any other value."""
    return cast(Item, value) if isinstance(value, dict) else {}


def words(value: Any) -> set[str]:
    """Return the texts of a list; none for any other value."""
    listed = cast(list[Any], value) if isinstance(value, list) else []
    return {word for word in listed if isinstance(word, str)}


def operations_named(value: Any, known: Mapping[str, OperationName]) -> tuple[OperationName, ...]:
    """Return the operations that a list of words stands for, in the order they are known."""
    said = words(value)
    return tuple(dict.fromkeys(operation for word, operation in known.items() if word in said))
