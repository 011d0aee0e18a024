"""A chain of responses as its items: what was said before, then what is new.

An answer that continues another is asked for with the whole conversation as its input, so that any provider
can give it and none has to store anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.protocols.fields import Edits, array_at, invalid, join_fields, object_at, optional
from salon.gateway.protocols.responses.items import is_reference
from salon.gateway.protocols.wire_json import JsonObject

FIELD: Final = "previous_response_id"
Items = list[JsonObject]
"""Items of OpenAI's Responses as they are sent and shown."""
_RESULTS: Final = ("_call_output", "_call_response")
_CONSUMED: Final = (FIELD, "conversation", "background", "type", "generate")


class PreviousResponseMissing(InvalidRequest):
    """The response to go on from is not there. Fields: ``field``, ``id``."""

    code = "previous_response_not_found"
    status = 400


def input_items(value: Any) -> Items:
    """Return ``input`` as items. Raises: InvalidRequest naming the path."""
    if value is None:
        return []
    if isinstance(value, str):
        return [{"type": "message", "role": "user", "content": value}]
    return [object_at(item, f"input[{place}]") for place, item in enumerate(array_at(value, "input"))]


def continued(history: Sequence[JsonObject], new: Sequence[JsonObject]) -> Items:
    """Return the whole conversation. Raises: InvalidRequest for a result of a call that nobody made."""
    calls = {
        item["call_id"]
        for item in (*history, *new)
        if isinstance(item.get("call_id"), str) and not _is_result(item)
    }
    for place, item in enumerate(new):
        path = f"input[{place}].call_id"
        if _is_result(item) and optional(item.get("call_id"), str, path) not in calls:
            raise invalid(
                path,
                "No tool call with this id came before. Send it too, or go on from its response.",
            )
    return [*history, *new]


def referred(new: Sequence[JsonObject]) -> list[str]:
    """Return the ids of stored items that are named instead of sent."""
    return [item["id"] for item in new if is_reference(item) and isinstance(item.get("id"), str)]


def with_referred(
    new: Sequence[JsonObject], stored: Mapping[str, JsonObject], *, history: Sequence[JsonObject]
) -> Items:
    """Return items with those that were only named; what was said before anyway is left out.

    Raises: InvalidRequest for one that is not stored here.
    """
    before = {item["id"] for item in history if isinstance(item.get("id"), str)}
    items: Items = []
    for place, item in enumerate(new):
        if not is_reference(item):
            items.append(item)
            continue
        item_id = optional(item.get("id"), str, f"input[{place}].id") or ""
        if item_id not in before:
            found = stored.get(item_id)
            if found is None:
                problem = "No stored response of yours gave an item with this id. Send the item itself."
                raise invalid(f"input[{place}].id", problem)
            items.append(found)
    return items


def with_input(fields: Mapping[str, msgspec.Raw], items: Sequence[JsonObject], **edits: Any) -> bytes:
    """Return a request for ``items`` that needs nothing stored; ``edits`` are further fields."""
    wanted: Edits = {name: None for name in _CONSUMED if name in fields}
    wanted.update(edits, input=list(items))
    return join_fields(dict(fields), wanted)


def with_fields(fields: Mapping[str, msgspec.Raw]) -> bytes:
    """Return a message of a WebSocket as the request for a stream that it is."""
    wanted: Edits = {name: None for name in ("type", "generate") if name in fields}
    return join_fields(dict(fields), {**wanted, "stream": True})


def _is_result(item: JsonObject) -> bool:
    kind = item.get("type")
    return isinstance(kind, str) and kind.endswith(_RESULTS)
