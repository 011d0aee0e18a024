"""ChatGPT: a mapping of nodes, each with its parent, and the node that was shown last."""

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
    with_branch,
)
from salon.features.conversations.exchange.readers.chatgpt_parts import parts_of
from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.times import time_ms
from salon.features.conversations.exchange.readers.values import (
    Json,
    digest,
    identifier,
    mapping,
    name,
    sequence,
    text,
    without,
)
from salon.features.conversations.models import Author, MessageStatus
from salon.foundation.messages import Part, TextPart, ToolCallPart, ToolResultPart

PROGRAM: Final = "chatgpt"
_UNUSED_METADATA: Final = ("model_slug", "timestamp_", "request_id", "message_type", "attachments")
_STATUS: Final[dict[str, MessageStatus]] = {
    "in_progress": "interrupted",
    "finished_partial_completion": "interrupted",
    "error": "failed",
}
_SETTINGS: Final = (
    "gizmo_id", "conversation_template_id", "default_model_slug", "voice", "memory_scope", "is_study_mode",
    "conversation_origin", "context_scopes",
)  # fmt: skip


def read(value: Json, notes: Notes, assets: Assets, *, place: str) -> ReadConversation:
    """Return a conversation. Raises: ReadError."""
    if not isinstance(value.get("mapping"), dict):
        raise ReadError("no-messages", place=place)
    assets.begin()
    default_model = text(value.get("default_model_slug"))
    nodes = [
        _draft(key, mapping(node), notes, assets, default_model=default_model)
        for key, node in mapping(value["mapping"]).items()
    ]
    _follow_children(value, nodes, notes)
    drafts, head_id = _turns(nodes, identifier(value.get("current_node")) or None, notes)
    messages, head = assembled(PROGRAM, drafts, notes, head_id=head_id)
    if not messages:
        raise ReadError("no-messages", place=place)
    own_id = identifier(value.get("conversation_id")) or identifier(value.get("id"))
    if not own_id:
        notes.add("id-missing")
        own_id = digest([value.get("title"), value.get("create_time"), messages[0].origin])
    created_at_ms = time_ms(value.get("create_time"), notes)
    changed_at_ms = time_ms(value.get("update_time"), notes)
    settings = {key: value[key] for key in _SETTINGS if value.get(key) not in (None, "", [])}
    conversation = ArchivedConversation(
        id=own_id,
        title=name(value.get("title")),
        title_by="import",
        settings={"imported": {PROGRAM: settings}} if settings else {},
        origin=f"{PROGRAM}:{own_id}",
        marks=ArchivedMarks(
            archived_at_ms=(changed_at_ms or created_at_ms or 1)
            if value.get("is_archived") is True
            else None,
            pinned_at_ms=(changed_at_ms or created_at_ms or 1) if value.get("is_starred") is True else None,
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


def _draft(key: str, node: Json, notes: Notes, assets: Assets, *, default_model: str) -> Draft:
    message = mapping(node.get("message"))
    author, metadata = mapping(message.get("author")), mapping(message.get("metadata"))
    role = text(author.get("role"))
    parts = parts_of(message, notes, assets)
    draft = Draft(
        id=identifier(key),
        parent_id=identifier(node.get("parent")) or None,
        role="assistant",
        author=SYSTEM,
        parts=parts,
        status=_STATUS.get(text(message.get("status")), "complete"),
        created_at_ms=time_ms(message.get("create_time"), notes),
        raw=without(metadata, *_UNUSED_METADATA),
    )
    if role == "user" and not metadata.get("is_user_system_message"):
        draft.role, draft.author = "user", PERSON
    elif role == "assistant":
        draft.author = model_author(text(metadata.get("model_slug")) or default_model)
        _call(draft, message, key)
    elif role == "tool":
        _result(draft, name(author.get("name")) or "tool")
    else:
        draft.role = "system"
        if message and role not in {"system", "user"}:
            notes.add("role-unknown", role)
    return draft


def _call(draft: Draft, message: Json, key: str) -> None:
    """Make what was said to a tool a call of it."""
    recipient = text(message.get("recipient")) or "all"
    if recipient == "all" or not draft.parts:
        return
    said = [part.text for part in draft.parts if isinstance(part, TextPart)]
    others: list[Part] = [part for part in draft.parts if not isinstance(part, TextPart)]
    draft.parts = [*others, ToolCallPart(id=key, name=recipient[:200], arguments="\n".join(said))]


def _result(draft: Draft, tool: str) -> None:
    draft.author = Author(kind="tool", id=tool, name=tool)
    if draft.parts:
        draft.parts = [
            ToolResultPart(
                tool_call_id="", name=tool, parts=tuple(draft.parts), is_error=draft.status == "failed"
            )
        ]


def _follow_children(value: Json, nodes: list[Draft], notes: Notes) -> None:
    """Give nodes that name no parent the one that names them as a child."""
    claimed: dict[str, str] = {}
    for key, node in mapping(value["mapping"]).items():
        for child in sequence(mapping(node).get("children")):
            claimed.setdefault(identifier(child), identifier(key))
    for draft in nodes:
        if draft.parent_id is None and draft.id in claimed and claimed[draft.id] != draft.id:
            notes.add("children-disagree", draft.id)
            draft.parent_id = claimed[draft.id]


def _turns(nodes: list[Draft], head_id: str | None, notes: Notes) -> tuple[list[Draft], str | None]:
    """Join what is one answer: a model's calls, their results and its words, where nothing branches off."""
    by_id = {draft.id: draft for draft in nodes}
    followers = _followers(nodes, by_id)
    inside: dict[str, Draft] = {}
    """The answer that each joined node became a part of."""
    joined: list[Draft] = []
    for draft in _from_the_top(nodes, by_id):
        parent = _said_before(draft, by_id)
        is_joinable = draft.role == "assistant" and parent is not None and parent.role == "assistant"
        if is_joinable and parent is not None and draft.parts and followers.get(parent.id) == 1:
            answer = inside.get(parent.id, parent)
            _join(answer, draft)
            inside[draft.id] = answer
        else:
            joined.append(draft)
    for draft in joined:
        if draft.role == "assistant":
            _pair(draft, notes)
        if draft.parent_id in inside:
            draft.parent_id = inside[draft.parent_id].id
    order = {id(draft): place for place, draft in enumerate(nodes)}
    joined.sort(key=lambda draft: order[id(draft)])
    head = inside[head_id].id if head_id in inside else head_id
    return joined, head


def _said_before(draft: Draft, by_id: dict[str, Draft]) -> Draft | None:
    """Return the nearest node above that says something."""
    seen: set[str] = set()
    parent = by_id.get(draft.parent_id or "")
    while parent is not None and not parent.parts and parent.id not in seen:
        seen.add(parent.id)
        parent = by_id.get(parent.parent_id or "")
    return parent if parent is not None and parent.parts else None


def _followers(nodes: list[Draft], by_id: dict[str, Draft]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for draft in nodes:
        parent = _said_before(draft, by_id) if draft.parts else None
        if parent is not None:
            counts[parent.id] = counts.get(parent.id, 0) + 1
    return counts


def _from_the_top(nodes: list[Draft], by_id: dict[str, Draft]) -> list[Draft]:
    """Return nodes so that parents come before children as far as they are a tree."""
    children: dict[str, list[Draft]] = {}
    for draft in nodes:
        children.setdefault(draft.parent_id if draft.parent_id in by_id else "", []).append(draft)
    left = list(reversed(children.get("", [])))
    found: list[Draft] = []
    while left:
        draft = left.pop()
        found.append(draft)
        left += reversed(children.get(draft.id, []) if draft.id else [])
    seen = {id(draft) for draft in found}
    return [*found, *(draft for draft in nodes if id(draft) not in seen)]


def _join(answer: Draft, draft: Draft) -> None:
    answer.parts.extend(draft.parts)
    if answer.author.kind == "tool" and draft.author.kind == "model":
        answer.author = draft.author
    answer.status = draft.status
    if draft.raw:
        answer.raw = {**answer.raw, **draft.raw}


def _pair(draft: Draft, notes: Notes) -> None:
    """Give each result of a tool its call: the last one before it, else an empty one."""
    paired: list[Part] = []
    open_calls: list[str] = []
    for number, part in enumerate(draft.parts):
        if isinstance(part, ToolCallPart):
            open_calls.append(part.id)
        if isinstance(part, ToolResultPart) and not part.tool_call_id:
            if not open_calls:
                notes.add("call-added", part.name or "")
                open_calls.append(f"{draft.id}-{number}")
                paired.append(ToolCallPart(id=open_calls[-1], name=part.name or "tool", arguments="{}"))
            part = _result_of(part, open_calls.pop())  # noqa: PLW2901 - the part, with its call
        paired.append(part)
    draft.parts = paired


def _result_of(part: ToolResultPart, call_id: str) -> ToolResultPart:
    return ToolResultPart(tool_call_id=call_id, name=part.name, parts=part.parts, is_error=part.is_error)
