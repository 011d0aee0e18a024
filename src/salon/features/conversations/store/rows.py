"""Between rows and models: the one place that opens and closes the body of a message."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from salon.features.conversations.models import BODY_FORMAT, Author, Branch, Content, Conversation, Message
from salon.foundation.kit.errors import Internal
from salon.foundation.storage import Row

_PLAIN = "none"
_CONTENT = msgspec.json.Decoder(Content)


def sealed(name: str, body: bytes | None) -> dict[str, Any]:
    """Return the values of a body's columns; a body that is gone has none."""
    there = body is not None
    return {
        f"{name}_format": BODY_FORMAT if there else None,
        f"{name}_cipher": _PLAIN if there else None,
        f"{name}_key_id": None,
        name: body,
    }


def opened(cipher: str | None, body: bytes | None) -> bytes | None:
    """Return what is inside a body, or None when it is gone. Raises: Internal for an unknown cipher."""
    if body is None:
        return None
    if cipher != _PLAIN:
        raise Internal
    return bytes(body)


def message_values(message: Message) -> dict[str, Any]:
    """Return a message as a row."""
    values = msgspec.structs.asdict(message)
    author, content = values.pop("author"), values.pop("content")
    body = None if content is None else msgspec.json.encode(content)
    values.update(
        author_kind=author.kind, author_id=author.id, author_name=author.name, **sealed("body", body)
    )
    return values


def message_of(names: Sequence[str], row: Row) -> Message:
    """Return a row of the columns ``names`` as a message."""
    values = dict(zip(names, row, strict=True))
    author = Author(
        kind=values.pop("author_kind"), id=values.pop("author_id"), name=values.pop("author_name")
    )
    del values["body_format"], values["body_key_id"]
    body = opened(values.pop("body_cipher"), values.pop("body"))
    return Message(**values, author=author, content=None if body is None else _CONTENT.decode(body))


def conversation_values(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation as a row."""
    values = msgspec.structs.asdict(conversation)
    return with_json(values)


def with_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a conversation's row with what is kept as JSON encoded."""
    encoded = dict(values)
    for name in ("sources", "settings"):
        if name in encoded:
            encoded[name] = msgspec.json.encode(encoded[name]).decode()
    return encoded


def conversation_of(row: Row) -> Conversation:
    """Return a whole row as a conversation."""
    values = dict(zip(Conversation.__struct_fields__, row, strict=True))
    values["sources"] = tuple(msgspec.json.decode(values["sources"]))
    values["settings"] = msgspec.json.decode(values["settings"])
    return Conversation(**values)


def branch_of(row: Row) -> Branch:
    """Return a whole row as a branch."""
    return Branch(**dict(zip(Branch.__struct_fields__, row, strict=True)))
