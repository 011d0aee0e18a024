"""Names the field at fault as the caller wrote it, where the target's dialect found it in ours.

A target that cannot do what was asked says where in the request as it was read: ``messages[2].content[1]``.
In the caller's own words that may be ``contents[1].parts[1]`` or ``input[4]``, and a system prompt in a field
of its own shifts every place by one. Requests do not carry where each part came from; so when one is refused,
and only then, its list is read again in ever shorter pieces until the place is found: a handful of readings.
"""

import bisect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import orjson

from salon.foundation.kit.errors import InvalidRequest, SalonError
from salon.foundation.messages import ModelRequest
from salon.gateway.protocols.base import Dialect, DialectName, Envelope
from salon.gateway.protocols.fields import field_value
from salon.gateway.protocols.responses import DIALECT as RESPONSES
from salon.gateway.protocols.wire_json import is_list, is_object

_PLACE = re.compile(r"messages(?:\[(\d+)\])?(?:\.content(?:\[(\d+)\])?)?")
_LISTS: Final[Mapping[DialectName, str]] = {
    "openai": "messages",
    "anthropic": "messages",
    "ollama": "messages",
    "responses": "input",
    "gemini": "contents",
    "anthropic-count": "messages",
    "responses-count": "input",
    "responses-compact": "input",
    "gemini-count": "contents",
}
_READ_AS: Final[Mapping[DialectName, Dialect]] = {"responses-compact": RESPONSES}
"""What adds a message of its own at the end is read without it."""
_WRAPPED: Final = ("generateContentRequest", "generate_content_request")
"""Where a whole request stands inside a question for its tokens."""
_SYSTEM: Final[Mapping[DialectName, str]] = {
    "anthropic": "system",
    "responses": "instructions",
    "gemini": "systemInstruction",
    "ollama-generate": "system",
    "anthropic-count": "system",
    "responses-count": "instructions",
    "responses-compact": "instructions",
    "gemini-count": "systemInstruction",
}
_ONE_PROMPT: Final[Mapping[DialectName, str]] = {"ollama-generate": "prompt", "completions": "prompt"}
_OF_OPERATIONS: Final[Mapping[DialectName, Mapping[str, str]]] = {
    "gemini-embed": {"input": "content", "dimensions": "outputDimensionality", "purpose": "taskType"},
    "gemini-embed-batch": {
        "input": "requests",
        "dimensions": "requests[0].outputDimensionality",
        "purpose": "requests[0].taskType",
    },
    "ollama-embeddings": {"input": "prompt"},
}


def in_callers_words(error: InvalidRequest, dialect: Dialect, envelope: Envelope) -> InvalidRequest:
    """Return ``error`` with its field named as the request that ``envelope`` holds names it."""
    field = error.param or ""
    words = _OF_OPERATIONS.get(dialect.name, {}).get(field)
    found = _PLACE.match(field)
    if words is None and found is not None:
        message, part = (None if group is None else int(group) for group in found.groups())
        words = _place(dialect, envelope, message, part)
    outer = next((name for name in _WRAPPED if name in envelope.fields), None)
    if outer is not None and words is None and field:
        words = f"{outer}.{field}"
    if words is None:
        return error
    return type(error)(**{**error.fields, "field": words})


def _place(dialect: Dialect, envelope: Envelope, message: int | None, part: int | None) -> str | None:
    if dialect.name in _ONE_PROMPT:
        system = _SYSTEM.get(dialect.name, "")
        return system if message == 0 and system in envelope.fields else _ONE_PROMPT[dialect.name]
    name = _LISTS.get(dialect.name)
    if name is None or message is None:
        return name
    if message == 0 and _SYSTEM.get(dialect.name) in envelope.fields:
        return _SYSTEM[dialect.name]
    if name not in envelope.fields:
        return next((outer for outer in _WRAPPED if outer in envelope.fields), name)
    items: Any = field_value(envelope.fields, name)
    if not is_list(items):
        return name
    return _item(_Reader(dialect, envelope, name, message, part), items)


class _Reader:
    """Reads a request whose list is another one."""

    def __init__(
        self, dialect: Dialect, envelope: Envelope, name: str, message: int, part: int | None
    ) -> None:
        self.name = name
        self._dialect = _READ_AS.get(dialect.name, dialect)
        self._envelope = envelope
        self._message = message
        self._part = part

    def reaches(self, items: Sequence[Any]) -> bool:
        """Tell whether a request with these items has the place that is looked for."""
        fields = {**self._envelope.fields, self.name: msgspec.Raw(orjson.dumps(items))}
        try:
            read: ModelRequest = self._dialect.decode_request(
                msgspec.structs.replace(self._envelope, fields=fields)
            )
        except SalonError:
            return False  # too short to be a request
        if len(read.messages) <= self._message:
            return False
        return self._part is None or len(read.messages[self._message].parts) > self._part


def _item(reader: _Reader, items: list[Any]) -> str:
    count = _least(len(items), lambda size: reader.reaches(items[:size]))
    if count is None:
        return reader.name
    path, item = f"{reader.name}[{count - 1}]", items[count - 1]
    inner = "parts" if reader.name == "contents" else "content"
    parts: Any = item.get(inner) if is_object(item) else None
    if not is_list(parts):
        return path
    before = items[: count - 1]
    size = _least(len(parts), lambda size: reader.reaches([*before, {**item, inner: parts[:size]}]))
    return path if size is None else f"{path}.{inner}[{size - 1}]"


def _least(most: int, is_enough: Callable[[int], bool]) -> int | None:
    """Return the least size from 1 to ``most`` that is enough, if any is; each after it is, too."""
    if not most or not is_enough(most):
        return None
    return 1 + bisect.bisect_left(range(1, most + 1), True, key=is_enough)
