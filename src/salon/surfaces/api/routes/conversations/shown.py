"""Between bodies and what the tree works with."""

from collections.abc import Sequence
from typing import Any

import msgspec

from salon.features.conversations.models import Author, Branch, Content, Conversation, Source
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.tree import (
    Appended,
    ConversationView,
    Line,
    Map,
    MessagePage,
    MessageView,
    NewMessage,
    Outline,
)
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import Part, TextPart
from salon.surfaces.api.routes.conversations.common import Names
from salon.surfaces.api.routes.schemas.conversations import AuthorBody, NewMessageBody

Json = dict[str, Any]


def conversation_shown(conversation: Conversation) -> Json:
    """Return a conversation as it is shown."""
    return {**msgspec.to_builtins(conversation), "is_temporary": is_temporary(conversation.id)}


def view_shown(view: ConversationView) -> Json:
    """Return a conversation with its branches as it is shown."""
    return {
        **conversation_shown(view.conversation),
        "branches": [branch_shown(branch) for branch in view.branches],
    }


def branch_shown(branch: Branch) -> Json:
    """Return a branch as it is shown."""
    return msgspec.to_builtins(branch)


def message_shown(view: MessageView, names: Names) -> Json:
    """Return a message as it is shown."""
    shown: Json = msgspec.to_builtins(view.message)
    shown["author"]["display_name"] = names.of(view.message.author)
    shown["sources"] = msgspec.to_builtins(view.sources)
    shown["siblings"] = list(view.siblings)
    shown["usage"] = msgspec.to_builtins(view.usage)
    return shown


def page_shown(page: MessagePage, names: Names) -> Json:
    """Return a page of messages as it is shown."""
    return {
        "items": [message_shown(view, names) for view in page.items],
        "next": page.next,
        "branch": None if page.branch is None else branch_shown(page.branch),
        "is_broken": page.is_broken,
    }


def outline_shown(outline: Outline, names: Names) -> bytes:
    """Return an outline as it is sent."""
    items = _lines_shown(outline.items, names)
    branch = None if outline.branch is None else branch_shown(outline.branch)
    return msgspec.json.encode({"items": items, "next": outline.next, "branch": branch})


def map_shown(found: Map, names: Names) -> bytes:
    """Return the map of a tree as it is sent."""
    lines = _lines_shown([stop.line for stop in found.items], names)
    items = [
        {
            **line,
            "parent_id": stop.parent_id,
            "between": stop.between,
            "children": stop.children,
            "words": stop.words,
        }
        for line, stop in zip(lines, found.items, strict=True)
    ]
    return msgspec.json.encode({"items": items, "messages": found.messages, "is_cut": found.is_cut})


def _lines_shown(lines: Sequence[Line], names: Names) -> list[Json]:
    """Return messages without their words: each author is looked up once, however often they speak."""
    shown: dict[Author, str | None] = {line.author: None for line in lines}
    for author in shown:
        shown[author] = names.of(author)
    return [
        {
            "id": line.id,
            "role": line.role,
            "author": shown[line.author],
            "author_kind": line.author.kind,
            "status": line.status,
            "tokens": line.tokens,
            "is_pinned": line.is_pinned,
            "is_deleted": line.is_deleted,
            "created_at_ms": line.created_at_ms,
        }
        for line in lines
    ]


def appended_shown(done: Appended, names: Names) -> Json:
    """Return what was appended as it is shown."""
    return {
        "messages": [message_shown(MessageView(message=message), names) for message in done.messages],
        "branch": branch_shown(done.branch),
        "is_forked": done.is_forked,
    }


def author_of(caller: Caller, body: AuthorBody | None) -> Author:
    """Return who said it: whoever is named, else whoever asks."""
    if body is not None:
        return Author(kind=body.kind, id=body.id, name=body.name)
    return Author(kind="person", id=caller.person_id or caller.key_id)


def new_message(caller: Caller, body: NewMessageBody, field: str) -> NewMessage:
    """Return a body as a message to append. Raises: InvalidRequest, which names the part of ``field``."""
    if (body.text is None) == (body.parts is None):
        raise InvalidRequest(field=field, problem="Send either text or parts.")
    parts: tuple[Part, ...]
    if body.parts is None:
        parts = (TextPart(text=body.text or ""),)
    else:
        try:
            parts = msgspec.convert(body.parts, tuple[Part, ...])
        except msgspec.ValidationError as error:
            raise InvalidRequest(field=f"{field}.parts", problem=f"{error}.") from error
    return NewMessage(
        role=body.role,
        author=author_of(caller, body.author),
        content=Content(parts=parts),
        status=body.status,
        sources=tuple(
            Source(kind=one.kind, id=one.id, conversation_id=one.conversation_id) for one in body.sources
        ),
    )


def given(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a client sent, without its own id of the act."""
    return {name: value for name, value in values.items() if name != "client_id"}
