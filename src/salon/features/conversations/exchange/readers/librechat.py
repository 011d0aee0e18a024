"""LibreChat: one conversation per file, flat or as nested children, with its options."""

import json
from typing import Final

from salon.features.conversations.exchange.archive import ArchivedConversation
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
from salon.foundation.messages import Part, ToolCallPart, ToolResultPart

PROGRAM: Final = "librechat"
_NO_PARENT: Final = "00000000-0000-0000-0000-000000000000"
_READ: Final = (
    "_id", "__v", "messageId", "parentMessageId", "conversationId", "text", "content", "sender", "children",
    "isCreatedByUser", "createdAt", "updatedAt", "model", "user", "files", "attachments", "unfinished",
    "error",
)  # fmt: skip


def read(value: Json, notes: Notes, assets: Assets, *, place: str) -> ReadConversation:
    """Return a conversation. Raises: ReadError."""
    assets.begin()
    said = _flat(objects(value.get("messagesTree")) or objects(value.get("messages")))
    options = mapping(value.get("options"))
    model = text(options.get("model"))
    are_linked = any(identifier(one.get("parentMessageId")) for one, _ in said)
    drafts: list[Draft] = []
    for one, above in said:
        draft = _draft(one, notes, assets, model=model)
        if above is not None:
            draft.parent_id = above
        elif not are_linked:
            draft.parent_id = drafts[-1].id if drafts else None
        drafts.append(draft)
    messages, head = assembled(PROGRAM, drafts, notes, head_id=None)
    if not messages:
        raise ReadError("no-messages", place=place)
    own_id = identifier(value.get("conversationId"))
    if not own_id:
        notes.add("id-missing")
        own_id = digest([value.get("title"), messages[0].origin])
    settings = without(options, "title", "messages")
    created = [message.created_at_ms for message in messages if message.created_at_ms is not None]
    tags = tuple(dict.fromkeys(name(tag, most=100) for tag in sequence(value.get("tags"))))
    conversation = ArchivedConversation(
        id=own_id,
        title=name(value.get("title")),
        title_by="import",
        settings={"imported": {PROGRAM: settings}} if settings else {},
        tags=tuple(tag for tag in tags if tag),
        origin=f"{PROGRAM}:{own_id}",
        created_at_ms=time_ms(value.get("createdAt"), notes) or min(created, default=None),
        changed_at_ms=max(created, default=None),
    )
    return ReadConversation(
        conversation=with_branch(conversation, head),
        messages=messages,
        files=assets.files,
        notes=notes,
        place=place,
    )


def _flat(messages: list[Json]) -> list[tuple[Json, str | None]]:
    """Return messages with the id of the one they are nested in, in their order."""
    found: list[tuple[Json, str | None]] = []
    left: list[tuple[Json, str | None]] = [(one, None) for one in reversed(messages)]
    while left:
        one, above = left.pop()
        found.append((one, above))
        own = identifier(one.get("messageId"))
        left += [(child, own or None) for child in reversed(objects(one.get("children")))]
    return found


def _draft(one: Json, notes: Notes, assets: Assets, *, model: str) -> Draft:
    parent = identifier(one.get("parentMessageId"))
    is_person = one.get("isCreatedByUser") is True or text(one.get("sender")).lower() == "user"
    shown = name(one.get("sender"))
    draft = Draft(
        id=identifier(one.get("messageId")) or identifier(one.get("_id")),
        parent_id=None if parent in {"", _NO_PARENT} else parent,
        role="user" if is_person else "assistant",
        author=PERSON if is_person else model_author(text(one.get("model")) or model, shown=shown),
        parts=[*_files(one, notes, assets), *_parts(one, notes, assets)],
        created_at_ms=time_ms(one.get("createdAt"), notes),
        raw=without(one, *_READ),
    )
    if shown.lower() == "system" and not is_person:
        draft.role, draft.author = "system", SYSTEM
    if one.get("error") is True:
        draft.status = "failed"
    elif one.get("unfinished") is True:
        draft.status = "interrupted"
    if one.get("feedback"):
        notes.add("feedback", draft.id)
    return draft


def _parts(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    blocks = sequence(one.get("content"))
    if not blocks:
        return words(text(one.get("text")), notes)
    parts: list[Part] = []
    for number, block in enumerate(blocks):
        if isinstance(block, str):
            parts += words(block, notes)
        elif isinstance(block, dict):
            parts += _block(mapping(block), f"{identifier(one.get('messageId'))}-{number}", notes, assets)
    return parts or words(text(one.get("text")), notes)


def _block(block: Json, spare_id: str, notes: Notes, assets: Assets) -> list[Part]:
    kind = text(block.get("type"))
    if kind in {"text", "think"}:
        inner = block.get("text") if kind == "text" else block.get("think")
        said = text(mapping(inner).get("value")) if isinstance(inner, dict) else text(inner)
        return words(said, notes) if kind == "text" else thought(said, notes)
    if kind == "tool_call":
        return _tool(mapping(block.get("tool_call")), spare_id, notes)
    if kind in {"image_file", "image_url"}:
        image = mapping(block.get(kind))
        address = text(image.get("url"))
        shown = name(image.get("filename")) or "image"
        part = assets.inline(address, shown, notes) or assets.stored(
            identifier(image.get("file_id")) or address, shown, notes
        )
        return [part if part is not None else opaque(PROGRAM, kind, block)]
    return [opaque(PROGRAM, kind, block)]


def _tool(call: Json, spare_id: str, notes: Notes) -> list[Part]:
    function = mapping(call.get("function"))
    arguments = call.get("args", function.get("arguments"))
    shown = name(call.get("name")) or name(function.get("name")) or "tool"
    call_id = identifier(call.get("id")) or spare_id
    told = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
    parts: list[Part] = [ToolCallPart(id=call_id, name=shown, arguments=shortened(told, notes))]
    output = call.get("output", function.get("output"))
    if output is not None:
        said = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
        parts.append(ToolResultPart(tool_call_id=call_id, name=shown, parts=tuple(words(said, notes))))
    return parts


def _files(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    parts: list[Part] = []
    for file in [*objects(one.get("files")), *objects(one.get("attachments"))]:
        shown = name(file.get("filename")) or identifier(file.get("file_id")) or "file"
        stored = assets.stored(identifier(file.get("file_id")) or shown, shown, notes)
        parts.append(stored if stored is not None else opaque(PROGRAM, "file", file))
    return parts
