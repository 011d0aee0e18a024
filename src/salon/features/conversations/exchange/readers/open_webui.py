"""Open WebUI: messages by id that name their parent and their children, which may disagree."""

from typing import Final

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
from salon.features.conversations.exchange.readers.times import time_ms
from salon.features.conversations.exchange.readers.values import (
    Json,
    digest,
    identifier,
    mapping,
    name,
    objects,
    sequence,
    shortened,
    text,
    without,
)
from salon.foundation.messages import CitationPart, FilePart, Part, ToolCallPart, ToolResultPart

PROGRAM: Final = "open-webui"
_READ: Final = (
    "id", "parentId", "childrenIds", "role", "content", "timestamp", "model", "modelName", "output", "files",
    "sources", "models", "done",
)  # fmt: skip


def read(value: Json, notes: Notes, assets: Assets, *, place: str) -> ReadConversation:
    """Return a conversation, wrapped in its row or not. Raises: ReadError."""
    assets.begin()
    chat = mapping(value.get("chat")) or value
    history = mapping(chat.get("history"))
    by_id = mapping(history.get("messages"))
    if by_id:
        drafts = [_draft(key, mapping(one), notes, assets) for key, one in by_id.items()]
        _settle(by_id, drafts, notes)
    else:
        drafts = _in_a_row(objects(chat.get("messages")), notes, assets)
    head_id = identifier(history.get("currentId")) or None
    messages, head = assembled(PROGRAM, drafts, notes, head_id=head_id)
    if not messages:
        raise ReadError("no-messages", place=place)
    own_id = identifier(value.get("id")) or identifier(chat.get("id"))
    if not own_id:
        notes.add("id-missing")
        own_id = digest([chat.get("title"), chat.get("timestamp"), messages[0].origin])
    created_at_ms = time_ms(value.get("created_at") or chat.get("timestamp"), notes)
    changed_at_ms = time_ms(value.get("updated_at"), notes)
    if identifier(value.get("folder_id")):
        notes.add("folder-unknown", identifier(value.get("folder_id")))
    at_ms = changed_at_ms or created_at_ms or 1
    conversation = ArchivedConversation(
        id=own_id,
        title=name(value.get("title")) or name(chat.get("title")),
        title_by="import",
        settings=_settings(value, chat, notes),
        tags=_tags(value, chat),
        origin=f"{PROGRAM}:{own_id}",
        marks=ArchivedMarks(
            archived_at_ms=at_ms if value.get("archived") in (True, 1) else None,
            pinned_at_ms=at_ms if value.get("pinned") in (True, 1) else None,
        ),
        created_at_ms=created_at_ms,
        changed_at_ms=changed_at_ms,
    )
    return ReadConversation(
        conversation=with_branch(conversation, head),
        messages=messages,
        files=assets.files,
        notes=notes,
        place=place,
    )


def _settings(value: Json, chat: Json, notes: Notes) -> Json:
    kept = without(
        chat, "history", "messages", "title", "id", "timestamp", "tags", "files", "chat", "created_at",
        "updated_at", "archived", "pinned", "user_id", "meta", "folder_id", "share_id",
    )  # fmt: skip
    if value.get("share_id"):
        notes.add("settings", "share_id")
    return {"imported": {PROGRAM: kept}} if kept else {}


def _tags(value: Json, chat: Json) -> tuple[str, ...]:
    said = [*sequence(mapping(value.get("meta")).get("tags")), *sequence(chat.get("tags"))]
    names = [name(mapping(one).get("name") if isinstance(one, dict) else one, most=100) for one in said]
    return tuple(dict.fromkeys(one for one in names if one))


def _draft(key: str, one: Json, notes: Notes, assets: Assets) -> Draft:
    role = text(one.get("role"))
    draft = Draft(
        id=identifier(key),
        parent_id=identifier(one.get("parentId")) or None,
        role="user",
        author=PERSON,
        parts=_parts(one, notes, assets),
        created_at_ms=time_ms(one.get("timestamp"), notes),
        raw=without(one, *_READ),
    )
    if role == "assistant":
        shown = name(one.get("modelName"))
        draft.role, draft.author = "assistant", model_author(text(one.get("model")), shown=shown)
    elif role != "user":
        draft.role, draft.author = "system", SYSTEM
        if role != "system":
            notes.add("role-unknown", role)
    if one.get("error"):
        draft.status = "failed"
    elif one.get("done") is False:
        draft.status = "interrupted"
    # A message that failed before its first word is still an answer that was tried.
    draft.is_kept_empty = bool(role)
    return draft


def _settle(by_id: Json, drafts: list[Draft], notes: Notes) -> None:
    """Let each message say whom it follows; where it says nothing, whoever names it as a child."""
    claims: dict[str, str] = {}
    for key, one in by_id.items():
        for child in sequence(mapping(one).get("childrenIds")):
            claims.setdefault(identifier(child), identifier(key))
    known = {draft.id for draft in drafts}
    for draft in drafts:
        claimed = claims.get(draft.id)
        if claimed is None or claimed in {draft.parent_id, draft.id}:
            continue
        notes.add("children-disagree", draft.id)
        if draft.parent_id is None or draft.parent_id not in known:
            draft.parent_id = claimed


def _in_a_row(said: list[Json], notes: Notes, assets: Assets) -> list[Draft]:
    """Return the messages of the oldest form, which is a list."""
    drafts: list[Draft] = []
    for place, one in enumerate(said):
        draft = _draft(identifier(one.get("id")) or f"at-{place}", one, notes, assets)
        if draft.parent_id is None and drafts:
            draft.parent_id = drafts[-1].id
        drafts.append(draft)
    return drafts


def _parts(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    parts = [made for file in objects(one.get("files")) for made in _file(file, notes, assets)]
    output = objects(one.get("output"))
    spoken = [made for item in output for made in _item(item, notes)]
    content = one.get("content")
    if spoken:
        parts += spoken
    elif isinstance(content, list):
        parts += [made for item in objects(content) for made in _content(item, notes, assets)]
    else:
        parts += words(text(content), notes)
    for source in objects(one.get("sources")):
        named = mapping(source.get("source"))
        parts.append(
            CitationPart(
                url=text(named.get("url")) or None,
                title=name(named.get("name")) or None,
                provider_data={PROGRAM: source},
            )
        )
    return parts


def _content(item: Json, notes: Notes, assets: Assets) -> list[Part]:
    if item.get("type") == "image_url":
        address = text(mapping(item.get("image_url")).get("url"))
        part = assets.inline(address, "image", notes)
        return [part if part is not None else opaque(PROGRAM, "image_url", item)]
    return words(text(item.get("text")), notes) or [opaque(PROGRAM, text(item.get("type")), item)]


def _item(item: Json, notes: Notes) -> list[Part]:
    """Return an item of an answer in the form of the Responses API."""
    kind = text(item.get("type"))
    said = "".join(text(inner.get("text")) for inner in objects(item.get("content")))
    if kind == "reasoning":
        summary = "".join(text(inner.get("text")) for inner in objects(item.get("summary")))
        return thought(said or summary, notes)
    if kind == "message":
        return words(said, notes)
    if kind == "function_call":
        call_id = identifier(item.get("call_id")) or identifier(item.get("id"))
        arguments = shortened(text(item.get("arguments")), notes)
        return [ToolCallPart(id=call_id, name=name(item.get("name")) or "tool", arguments=arguments)]
    if kind == "function_call_output":
        output = item.get("output")
        told = (
            output if isinstance(output, str) else "".join(text(one.get("text")) for one in objects(output))
        )
        return [ToolResultPart(tool_call_id=identifier(item.get("call_id")), parts=tuple(words(told, notes)))]
    return [opaque(PROGRAM, kind, item)]


def _file(file: Json, notes: Notes, assets: Assets) -> list[Part]:
    shown = name(file.get("name")) or text(file.get("type")) or "file"
    part = assets.inline(text(file.get("url")), shown, notes)
    if part is not None:
        return [part]
    content = text(mapping(mapping(file.get("file")).get("data")).get("content"))
    if content:
        return [FilePart(name=shown, media_type="text/plain", text=shortened(content, notes))]
    stored = assets.stored(identifier(file.get("id")) or shown, shown, notes)
    return [stored if stored is not None else opaque(PROGRAM, "file", file)]
