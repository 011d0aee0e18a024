"""Claude: a list of messages whose content is blocks; a tree where they name their parents."""

import json
from collections.abc import Mapping
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
    shortened,
    text,
    whole,
    without,
)
from salon.foundation.messages import CitationPart, FilePart, Part, ToolCallPart, ToolResultPart

PROGRAM: Final = "claude"
_ROOT: Final = "00000000-0000-4000-8000-000000000000"
_READ: Final = (
    "uuid", "text", "content", "sender", "created_at", "updated_at", "attachments", "files",
    "parent_message_uuid", "index", "files_v2",
)  # fmt: skip
_SILENT: Final = frozenset({"token_budget", "flag"})
"""Blocks that say nothing to anybody."""


def read(
    value: Json, notes: Notes, assets: Assets, *, place: str, projects: Mapping[str, str]
) -> ReadConversation:
    """Return a conversation; ``projects`` are names by id. Raises: ReadError."""
    assets.begin()
    model = text(value.get("model"))
    said = objects(value.get("chat_messages"))
    is_tree = any(identifier(one.get("parent_message_uuid")) for one in said)
    drafts: list[Draft] = []
    for one in said:
        draft = _draft(one, notes, assets, model=model)
        if not is_tree:
            draft.parent_id = drafts[-1].id if drafts else None
        drafts.append(draft)
    head_id = identifier(value.get("current_leaf_message_uuid")) or None
    messages, head = assembled(PROGRAM, drafts, notes, head_id=head_id)
    if not messages:
        raise ReadError("no-messages", place=place)
    own_id = identifier(value.get("uuid"))
    if not own_id:
        notes.add("id-missing")
        own_id = digest([value.get("name"), value.get("created_at"), messages[0].origin])
    created_at_ms = time_ms(value.get("created_at"), notes)
    changed_at_ms = time_ms(value.get("updated_at"), notes)
    settings = without(
        value, "uuid", "name", "chat_messages", "created_at", "updated_at", "account", "project",
        "current_leaf_message_uuid", "is_starred", "project_uuid",
    )  # fmt: skip
    conversation = ArchivedConversation(
        id=own_id,
        title=name(value.get("name")),
        title_by="import",
        settings={"imported": {PROGRAM: settings}} if settings else {},
        folder=_folder(value, projects, notes),
        origin=f"{PROGRAM}:{own_id}",
        marks=ArchivedMarks(
            pinned_at_ms=(changed_at_ms or created_at_ms or 1) if value.get("is_starred") is True else None
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


def _folder(value: Json, projects: Mapping[str, str], notes: Notes) -> tuple[str, ...]:
    project = mapping(value.get("project"))
    project_id = identifier(project.get("uuid")) or identifier(value.get("project_uuid"))
    folder = name(project.get("name")) or projects.get(project_id, "")
    if project_id and not folder:
        notes.add("folder-unknown", project_id)
    return (folder,) if folder else ()


def _draft(one: Json, notes: Notes, assets: Assets, *, model: str) -> Draft:
    parent = identifier(one.get("parent_message_uuid"))
    sender = text(one.get("sender"))
    draft = Draft(
        id=identifier(one.get("uuid")),
        parent_id=None if parent in {"", _ROOT} else parent,
        role="user",
        author=PERSON,
        parts=[*_attached(one, notes, assets), *_blocks(one, notes, assets)],
        created_at_ms=time_ms(one.get("created_at"), notes),
        raw=without(one, *_READ),
    )
    if sender == "assistant":
        draft.role, draft.author = "assistant", model_author(text(one.get("model")) or model, shown="Claude")
    elif sender != "human":
        draft.role, draft.author = "system", SYSTEM
        notes.add("role-unknown", sender)
    return draft


def _blocks(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    blocks = objects(one.get("content"))
    if not blocks:
        return words(text(one.get("text")), notes)
    parts: list[Part] = []
    open_calls: list[str] = []
    for number, block in enumerate(blocks):
        kind = text(block.get("type"))
        if kind == "tool_use":
            call_id = identifier(block.get("id")) or f"{identifier(one.get('uuid'))}-{number}"
            open_calls.append(call_id)
            parts.append(_call(block, call_id, notes))
        elif kind == "tool_result":
            call_id = identifier(block.get("tool_use_id"))
            if not call_id and not open_calls:
                notes.add("call-added", name(block.get("name")))
                open_calls.append(f"{identifier(one.get('uuid'))}-{number}")
                parts.append(_call({"name": block.get("name")}, open_calls[-1], notes))
            last = open_calls.pop() if open_calls else ""
            parts.append(_result(block, call_id or last, notes, assets))
        else:
            parts += _block(block, kind, notes, assets)
    if not any(block for block in parts) and text(one.get("text")):
        return words(text(one.get("text")), notes)
    return parts


def _block(block: Json, kind: str, notes: Notes, assets: Assets) -> list[Part]:
    if kind in {"text", "voice_note"}:
        cited = [
            CitationPart(
                url=text(mapping(citation.get("details")).get("url")) or None,
                title=name(citation.get("title")) or None,
                start=whole(citation.get("start_index")),
                end=whole(citation.get("end_index")),
            )
            for citation in objects(block.get("citations"))
        ]
        return [*words(text(block.get("text")), notes), *cited]
    if kind == "thinking":
        signature = block.get("signature")
        return thought(
            text(block.get("thinking")), notes, signature=signature if isinstance(signature, str) else None
        )
    if kind == "image":
        file_id = identifier(block.get("file_uuid"))
        stored = assets.stored(file_id, name(block.get("file_name")), notes)
        return [stored if stored is not None else opaque(PROGRAM, "image", block)]
    return [] if kind in _SILENT else [opaque(PROGRAM, kind, block)]


def _call(block: Json, call_id: str, notes: Notes) -> ToolCallPart:
    arguments = json.dumps(block.get("input") or {}, ensure_ascii=False)
    more = without(block, "type", "id", "name", "input")
    return ToolCallPart(
        id=call_id,
        name=name(block.get("name")) or "tool",
        arguments=shortened(arguments, notes),
        provider_data={PROGRAM: more} if more else None,
    )


def _result(block: Json, call_id: str, notes: Notes, assets: Assets) -> ToolResultPart:
    content = block.get("content")
    inner = (
        words(content, notes)
        if isinstance(content, str)
        else [part for one in objects(content) for part in _block(one, text(one.get("type")), notes, assets)]
    )
    more = without(block, "type", "tool_use_id", "name", "content", "is_error")
    return ToolResultPart(
        tool_call_id=call_id,
        name=name(block.get("name")) or None,
        parts=tuple(inner),
        is_error=block.get("is_error") is True,
        provider_data={PROGRAM: more} if more else None,
    )


def _attached(one: Json, notes: Notes, assets: Assets) -> list[Part]:
    parts: list[Part] = []
    for attachment in objects(one.get("attachments")):
        content = attachment.get("extracted_content")
        shown = name(attachment.get("file_name")) or "attachment"
        if isinstance(content, str) and content:
            parts.append(FilePart(name=shown, media_type="text/plain", text=shortened(content, notes)))
        else:
            notes.add("file-missing", shown)
            parts.append(opaque(PROGRAM, "attachment", attachment))
    for file in objects(one.get("files")):
        shown = name(file.get("file_name")) or identifier(file.get("file_uuid"))
        stored = assets.stored(identifier(file.get("file_uuid")) or shown, shown, notes)
        parts.append(stored if stored is not None else opaque(PROGRAM, "file", file))
    return parts


def project_names(projects: list[Json], notes: Notes) -> dict[str, str]:
    """Return the names of projects by their id; what else they hold is noted as not carried."""
    names: dict[str, str] = {}
    for project in projects:
        shown = name(project.get("name"))
        names[identifier(project.get("uuid"))] = shown
        if text(project.get("prompt_template")) or objects(project.get("docs")):
            notes.add("project", shown)
    return names
