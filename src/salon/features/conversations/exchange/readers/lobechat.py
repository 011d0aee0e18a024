"""LobeChat: sessions, topics and messages in three lists that name one another."""

from collections.abc import Iterator
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMarks
from salon.features.conversations.exchange.readers.assets import Assets
from salon.features.conversations.exchange.readers.building import (
    PERSON,
    SYSTEM,
    Draft,
    ReadConversation,
    assembled,
    model_author,
    opaque,
    thought,
    with_branch,
    words,
)
from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.shelf import Shelf
from salon.features.conversations.exchange.readers.times import time_ms
from salon.features.conversations.exchange.readers.values import (
    Json,
    decode,
    identifier,
    mapping,
    name,
    objects,
    sequence,
    shortened,
    text,
    without,
)
from salon.features.conversations.models import Author
from salon.foundation.messages import Part, ToolCallPart, ToolResultPart

PROGRAM: Final = "lobechat"
_READ: Final = (
    "id", "role", "content", "createdAt", "updatedAt", "parentId", "parent_id", "sessionId", "session_id",
    "topicId", "topic_id", "tools", "plugin", "tool_call_id", "model", "provider", "reasoning", "files",
    "imageList", "fileList", "error", "userId", "user_id", "meta", "agentId",
)  # fmt: skip
_INBOX: Final = "inbox"


class Library(msgspec.Struct, kw_only=True):
    """Everything of an export but its messages."""

    sessions: dict[str, Json] = {}
    topics: dict[str, Json] = {}
    groups: dict[str, Json] = {}
    plugins: dict[str, Json] = {}
    """Calls of tools by the id of their message, in exports of the newer kind."""


def key_of(message: Json) -> str:
    """Return which conversation a message belongs to: its topic, or its session's own."""
    topic = identifier(message.get("topicId") or message.get("topic_id"))
    session = identifier(message.get("sessionId") or message.get("session_id")) or _INBOX
    return f"topic:{topic}" if topic else f"session:{session}"


def conversations(
    shelf: Shelf, library: Library, assets: Assets, *, place: str
) -> Iterator[ReadConversation | ReadError]:
    """Yield the conversations of an export whose messages are on the shelf, or why one cannot be read."""
    for key in shelf:
        notes = Notes()
        said = [mapping(decode(data, 0, notes)) for data in shelf.take(key)]
        try:
            yield _conversation(key, said, library, notes, assets, place=f"{place}: {key}")
        except ReadError as error:
            yield error


def _conversation(
    key: str, said: list[Json], library: Library, notes: Notes, assets: Assets, *, place: str
) -> ReadConversation:
    assets.begin()
    kind, _, own_id = key.partition(":")
    topic = library.topics.get(own_id, {}) if kind == "topic" else {}
    session_id = identifier((topic or said[0]).get("sessionId") or (topic or said[0]).get("session_id"))
    session = library.sessions.get(session_id or own_id, {})
    said.sort(key=lambda one: time_ms(one.get("createdAt") or one.get("created_at"), Notes()) or 0)
    drafts: list[Draft] = []
    are_linked = any(identifier(one.get("parentId") or one.get("parent_id")) for one in said)
    for one in said:
        draft = _draft(one, library, notes, assets)
        if draft.parent_id is None and drafts and not (are_linked and draft.role == "user"):
            draft.parent_id = drafts[-1].id
        drafts.append(draft)
    if are_linked:
        _follow_on(drafts)
    messages, head = assembled(PROGRAM, _joined(drafts), notes, head_id=None)
    if not messages:
        raise ReadError("no-messages", place=place)
    meta = mapping(session.get("meta"))
    config = mapping(session.get("config"))
    group = library.groups.get(identifier(session.get("group") or session.get("groupId")), {})
    session_title = name(meta.get("title")) or name(session.get("title"))
    title = name(topic.get("title")) or session_title
    created = [message.created_at_ms for message in messages if message.created_at_ms is not None]
    created_at_ms = time_ms(topic.get("createdAt") or topic.get("created_at"), notes) or min(
        created, default=None
    )
    is_favourite = topic.get("favorite") in (True, 1) or (not topic and session.get("pinned") in (True, 1))
    settings = {key: value for key, value in {"config": config, "meta": meta}.items() if value}
    conversation = ArchivedConversation(
        id=own_id,
        title=title,
        title_by="import",
        settings={"imported": {PROGRAM: settings}} if settings else {},
        folder=tuple(part for part in (name(group.get("name")), session_title) if part),
        tags=tuple(name(tag, most=100) for tag in sequence(meta.get("tags")) if name(tag)),
        origin=f"{PROGRAM}:{key}",
        marks=ArchivedMarks(pinned_at_ms=(created_at_ms or 1) if is_favourite else None),
        created_at_ms=created_at_ms,
        changed_at_ms=max(created, default=None),
    )
    return ReadConversation(
        conversation=with_branch(conversation, head),
        messages=messages,
        files=assets.files,
        notes=notes,
        place=place,
    )


def _draft(one: Json, library: Library, notes: Notes, assets: Assets) -> Draft:
    role, extra = text(one.get("role")), mapping(one.get("extra"))
    draft = Draft(
        id=identifier(one.get("id")),
        parent_id=identifier(one.get("parentId") or one.get("parent_id")) or None,
        role="user",
        author=PERSON,
        parts=_parts(one, notes, assets),
        created_at_ms=time_ms(one.get("createdAt") or one.get("created_at"), notes),
        raw=without(one, *_READ),
        is_kept_empty=role in {"user", "assistant"},
    )
    if role == "assistant":
        model = text(one.get("model")) or text(extra.get("fromModel"))
        draft.role, draft.author = "assistant", model_author(model)
    elif role in {"tool", "function"}:
        _tool(draft, one, library)
    elif role != "user":
        draft.role, draft.author = "system", SYSTEM
        if role != "system":
            notes.add("role-unknown", role)
    if one.get("error") or one.get("pluginError"):
        draft.status = "failed"
    return draft


def _parts(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    reasoning = one.get("reasoning")
    thinking = mapping(reasoning).get("content") if isinstance(reasoning, dict) else reasoning
    parts = thought(text(thinking), notes)
    for file in [*sequence(one.get("files")), *objects(one.get("imageList")), *objects(one.get("fileList"))]:
        parts.append(_file(file, notes, assets))
    parts += words(text(one.get("content")), notes)
    for tool in objects(one.get("tools")):
        shown = ".".join(part for part in (text(tool.get("identifier")), text(tool.get("apiName"))) if part)
        arguments = shortened(text(tool.get("arguments")), notes)
        parts.append(ToolCallPart(id=identifier(tool.get("id")), name=shown or "tool", arguments=arguments))
    return parts


def _file(file: object, notes: Notes, assets: Assets) -> Part:
    value = mapping(file)
    address = text(value.get("url")) or text(value.get("id")) or text(file)
    shown = name(value.get("name")) or name(value.get("alt")) or "file"
    part = assets.inline(address, shown, notes) or assets.stored(address, shown, notes)
    return part if part is not None else opaque(PROGRAM, "file", value or address[:2000])


def _tool(draft: Draft, one: Json, library: Library) -> None:
    plugin = mapping(one.get("plugin")) or library.plugins.get(draft.id, {})
    call_id = identifier(one.get("tool_call_id") or plugin.get("toolCallId") or plugin.get("tool_call_id"))
    names = (text(plugin.get("identifier")), text(plugin.get("apiName") or plugin.get("api_name")))
    shown = ".".join(part for part in names if part) or "tool"
    draft.role, draft.author = "assistant", Author(kind="tool", id=shown, name=shown)
    draft.parts = [ToolResultPart(tool_call_id=call_id, name=shown, parts=tuple(draft.parts))]


def _follow_on(drafts: list[Draft]) -> None:
    """Let a question without a parent follow the last message before it, as LobeChat shows it."""
    for place, draft in enumerate(drafts):
        if place and draft.parent_id is None:
            draft.parent_id = drafts[place - 1].id


def _joined(drafts: list[Draft]) -> list[Draft]:
    """Put the results of tools, and the words that follow them, into the answer that called."""
    followers: dict[str, int] = {}
    for draft in drafts:
        if draft.parent_id is not None:
            followers[draft.parent_id] = followers.get(draft.parent_id, 0) + 1
    by_id = {draft.id: draft for draft in drafts}
    inside: dict[str, Draft] = {}
    kept: list[Draft] = []
    for draft in drafts:
        above = by_id.get(draft.parent_id or "")
        answer = inside.get(above.id, above) if above is not None else None
        is_part = answer is not None and (
            draft.author.kind == "tool"
            or (above is not None and above.author.kind == "tool" and draft.role == "assistant")
        )
        if answer is not None and is_part and answer.role == "assistant" and answer is not draft:
            answer.parts.extend(draft.parts)
            inside[draft.id] = answer
        else:
            kept.append(draft)
    for draft in kept:
        if draft.parent_id in inside:
            draft.parent_id = inside[draft.parent_id].id
    return kept
