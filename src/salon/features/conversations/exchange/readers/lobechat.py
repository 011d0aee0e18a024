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
    "imageList", "fileList", "error", "userId", "user_id", "meta", "agentId", "agent_id", "threadId",
    "thread_id", "groupId", "group_id",
)  # fmt: skip
_INBOX: Final = "inbox"


class Library(msgspec.Struct, kw_only=True):
    """Everything of an export but its messages."""

    sessions: dict[str, Json] = {}
    topics: dict[str, Json] = {}
    groups: dict[str, Json] = {}
    plugins: dict[str, Json] = {}
    """Calls of tools by the id of their message, in exports of the newer kind."""
    agents: dict[str, Json] = {}
    """Whom one talked to, in exports of the newer kind; sessions only say where."""
    agents_of: dict[str, str] = {}
    """The agent of each session."""
    threads: dict[str, str] = {}
    """The message that each thread begins at."""


def key_of(message: Json) -> str:
    """Return which conversation a message belongs to: its topic, or its session's, group's or agent's own."""
    kinds = ("topic", "session", "group", "agent")
    owners = ((kind, identifier(message.get(f"{kind}Id") or message.get(f"{kind}_id"))) for kind in kinds)
    return next((f"{kind}:{own_id}" for kind, own_id in owners if own_id), f"session:{_INBOX}")


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
    session = _session(topic or said[0], own_id, library)
    said.sort(key=lambda one: time_ms(one.get("createdAt") or one.get("created_at"), Notes()) or 0)
    drafts = _drafts(said, library, notes, assets)
    messages, head = assembled(PROGRAM, _joined(drafts), notes, head_id=None)
    if not messages:
        raise ReadError("no-messages", place=place)
    meta = mapping(session.get("meta"))
    config = mapping(session.get("config")) or _config(session)
    group = library.groups.get(identifier(session.get("group") or session.get("groupId")), {})
    session_title = name(meta.get("title")) or name(session.get("title"))
    title = name(topic.get("title")) or session_title
    tags = [*sequence(meta.get("tags")), *sequence(session.get("tags"))]
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
        tags=tuple(name(tag, most=100) for tag in tags if name(tag)),
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


def _drafts(said: list[Json], library: Library, notes: Notes, assets: Assets) -> list[Draft]:
    """Return messages that came in the order of their times, each behind the one it followed.

    One without a parent follows the last before it, as LobeChat shows it; the first of a thread follows the
    message that the thread was opened at.
    """
    drafts: list[Draft] = []
    lasts: dict[str, str] = {}
    for one in said:
        draft = _draft(one, library, notes, assets)
        thread = identifier(one.get("threadId") or one.get("thread_id"))
        if draft.parent_id is None:
            draft.parent_id = lasts.get(thread) or library.threads.get(thread) or None
        lasts[thread] = draft.id
        drafts.append(draft)
    return drafts


def _session(one: Json, own_id: str, library: Library) -> Json:
    """Return what a topic or a message belongs to: its session, with the agent of it laid under."""
    session_id = identifier(one.get("sessionId") or one.get("session_id"))
    session = library.sessions.get(session_id or own_id, {})
    agent_id = identifier(one.get("agentId") or one.get("agent_id"))
    agent = library.agents.get(agent_id or library.agents_of.get(session_id or own_id, ""), {})
    told = {key: value for key, value in session.items() if value not in (None, "", [])}
    return {**agent, **told}


def _config(session: Json) -> Json:
    """Return the settings of an agent, where they are not in a session."""
    names = ("model", "provider", "params", "systemRole", "chatConfig")
    return {key: session[key] for key in names if session.get(key)}


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
