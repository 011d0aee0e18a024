"""Between items of OpenAI's Responses and messages of the tree.

Items that follow each other in one turn of the model are one message. A message keeps its items as they came,
so that they go back and are shown unchanged; without them (it was said elsewhere in the house, or holds a
file) they are written from its parts.
"""

from collections.abc import Sequence
from typing import Any, Final

from salon.features.conversations.models import Author, Content, Message
from salon.features.conversations.responses.chain import Items
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import Message as Said
from salon.foundation.messages import Role
from salon.gateway.protocols.responses.items import ItemWriter, read_input
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, objects_in, own_data

_KEPT_BYTES: Final = 64 * 1024
"""Items larger than this are written from their parts: they hold a picture or a file."""
_PREFIXES: Final = {
    "message": "msg", "reasoning": "rs", "function_call": "fc", "function_call_output": "fco",
    "custom_tool_call": "ctc", "custom_tool_call_output": "ctco", "compaction": "cmp",
}  # fmt: skip
_MODELS: Final = ("reasoning", "function_call", "custom_tool_call")


def with_ids(items: Sequence[JsonObject]) -> Items:
    """Return items in the form in which they are kept and shown: each with an id, texts as parts."""
    return [_shown(item) for item in items]


def turns_of(items: Sequence[JsonObject]) -> list[tuple[Role, Content]]:
    """Return items as the messages they are. Raises: InvalidRequest naming the path."""
    groups: list[Items] = []
    for item in items:
        if groups and _is_models(item) and _is_models(groups[-1][-1]):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_turn(group) for group in groups]


def items_of(message: Message) -> Items:
    """Return a message as items, each with an id."""
    if message.content is None:
        return []
    kept = own_data(message.content.provider_data, "responses").get("items")
    if is_list(kept):
        return objects_in(kept)
    said = Said(role=message.role, parts=message.content.parts)
    _, items = ItemWriter({}).write((said,))
    suffix = message.id.partition("_")[2]
    return [_shown({**item, "id": f"{_prefix(item)}_{suffix}{place:02}"}) for place, item in enumerate(items)]


def author_of(role: Role, *, person: str | None, model: str) -> Author:
    """Return who says what has a role."""
    if role == "assistant":
        return Author(kind="model", id=model)
    if role == "tool":
        return Author(kind="tool")
    return Author(kind="person", id=person) if role == "user" else Author(kind="system")


def _turn(items: Items) -> tuple[Role, Content]:
    said = read_input([_without_id(item) for item in items], None)
    parts = tuple(part for message in said for part in message.parts)
    is_small = len(dumps(items)) <= _KEPT_BYTES
    kept: JsonObject | None = {"responses": {"items": items}} if is_small else None
    return said[0].role, Content(parts=parts, provider_data=kept)


def _without_id(item: JsonObject) -> JsonObject:
    """Return an input message without the id we gave it, which no field of a request is."""
    if item.get("type", "message") == "message" and item.get("role") != "assistant":
        return {name: value for name, value in item.items() if name not in {"id", "status"}}
    return item


def sent(items: Sequence[JsonObject]) -> Items:
    """Return kept items as a provider is sent them."""
    return [_without_id(item) for item in items]


def _is_models(item: JsonObject) -> bool:
    kind = item.get("type", "message")
    if kind == "message":
        return item.get("role") == "assistant"
    return kind in _MODELS or (isinstance(kind, str) and kind.endswith("_call"))


def _prefix(item: JsonObject) -> str:
    kind = item.get("type", "message")
    return _PREFIXES.get(kind, "item") if isinstance(kind, str) else "item"


def _shown(item: JsonObject) -> JsonObject:
    has_id = isinstance(item.get("id"), str)
    shown = item if has_id else {**item, "id": new_id(_prefix(item))}
    if item.get("type", "message") != "message":
        return shown
    content: Any = item.get("content")
    if isinstance(content, str) and item.get("role") == "assistant":
        content = [{"type": "output_text", "text": content, "annotations": []}]
    elif isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    return {**shown, "type": "message", "status": item.get("status") or "completed", "content": content}
