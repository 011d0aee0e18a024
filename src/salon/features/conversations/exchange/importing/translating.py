"""From what the archive says to rows of this house: names of messages, files and people become those here."""

import math
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from salon.features.conversations.exchange.archive import (
    ArchivedAnswer,
    ArchivedConversation,
    ArchivedMessage,
)
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.models import Answer, Author, Content, Message, Source
from salon.features.conversations.tree import author_id
from salon.features.conversations.tree.answers import renamed
from salon.foundation.files import FileReference
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ToolResultPart,
    VideoPart,
)

_SETTINGS_BYTES: Final = 60 * 1024
_NAME: Final = 300
_BYTES_PER_TOKEN: Final = 3
_Media = (ImagePart, AudioPart, VideoPart, FilePart)


class Here(msgspec.Struct, frozen=True):
    """A message that is here: its id and how deep it stands."""

    id: str
    depth: int


def message_of(
    archived: ArchivedMessage,
    caller: Caller,
    conversation_id: str,
    parent: Here | None,
    *,
    origin: str,
    files: Mapping[str, FileReference],
    at_ms: int,
    now_ms: int,
) -> Message:
    """Return a message as it will be stored."""
    content = content_of(archived.content, files)
    size_bytes = len(msgspec.json.encode(content)) if content is not None else 0
    marks = archived.marks
    return Message(
        id=new_id("msg"),
        space_id=caller.space_id,
        created_by=author_id(caller),
        conversation_id=conversation_id,
        parent_id=None if parent is None else parent.id,
        depth=0 if parent is None else parent.depth + 1,
        role=archived.role,
        author=author_of(archived.author, caller),
        status=archived.status,
        content=content,
        size_bytes=size_bytes,
        tokens=math.ceil(size_bytes / _BYTES_PER_TOKEN) if archived.tokens is None else archived.tokens,
        run_id=None,
        origin=plain(origin),
        pinned_at_ms=marks.pinned_at_ms,
        excluded_at_ms=now_ms if marks.excluded_at_ms == 1 else marks.excluded_at_ms,
        hidden_at_ms=marks.hidden_at_ms,
        deleted_at_ms=marks.deleted_at_ms,
        archived_at_ms=marks.archived_at_ms,
        created_at_ms=at_ms,
    )


def content_of(content: Content | None, files: Mapping[str, FileReference]) -> Content | None:
    """Return a content that names files as they are stored here."""
    if content is None or not any(_names_file(part) for part in content.parts):
        return content
    parts = tuple(_with_file(part, files) for part in content.parts)
    return msgspec.structs.replace(content, parts=parts)


def author_of(author: Author, caller: Caller) -> Author:
    """Return who said it. A person of another house is nobody's here, whatever id they have there."""
    said = plain(author.name)[:_NAME] if author.name else None
    if author.kind != "person":
        own_id = plain(author.id)[:_NAME] if author.id else None
        return Author(kind=author.kind, id=own_id, name=said)
    is_own = author.id in (None, caller.person_id)
    return Author(kind="person", id=caller.person_id if is_own else None, name=said)


def sources_of(
    archived: ArchivedMessage, conversation_id: str, here: Mapping[str, Here], notes: Notes
) -> tuple[Source, ...]:
    """Return what a message was made from, as far as that is here."""
    found: list[Source] = []
    for source in archived.sources:
        at = here.get(source.id)
        if at is None:
            notes.add("link-unknown", source.id)
        else:
            found.append(Source(kind=source.kind, id=at.id, conversation_id=conversation_id))
    return tuple(found)


def answer_of(answer: ArchivedAnswer, message: Message, here: Mapping[str, Here]) -> Answer:
    """Return how an answer came to be, its prompt named by ids of here."""
    asked = renamed(answer.asked, {key: at.id for key, at in here.items()})
    return Answer(
        message_id=message.id,
        conversation_id=message.conversation_id,
        run_id=None,
        model=plain(answer.model)[:_NAME],
        route=plain(answer.route)[:_NAME] if answer.route else None,
        finish=plain(answer.finish)[:_NAME] if answer.finish else None,
        asked=cast("dict[str, Any]", asked) if isinstance(asked, dict) else None,
        steps=answer.steps,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost_e10=answer.cost_e10,
        currency=plain(answer.currency)[:10] if answer.currency else None,
        started_at_ms=answer.started_at_ms or message.created_at_ms,
        first_token_at_ms=answer.first_token_at_ms,
        ended_at_ms=answer.ended_at_ms or message.created_at_ms,
    )


def settings_of(conversation: ArchivedConversation) -> dict[str, Any]:
    """Return the settings to keep: none where they are more than a conversation may have."""
    settings = conversation.settings
    return settings if len(msgspec.json.encode(settings)) <= _SETTINGS_BYTES else {}


def plain(text: str) -> str:
    """Return text that fits a column of both databases."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _names_file(part: Part) -> bool:
    if isinstance(part, ToolResultPart):
        return any(_names_file(inner) for inner in part.parts)
    return isinstance(part, _Media) and part.file_id is not None


def _with_file(part: Part, files: Mapping[str, FileReference]) -> Part:
    if isinstance(part, ToolResultPart):
        inner = tuple(_with_file(one, files) for one in part.parts)
        return msgspec.structs.replace(part, parts=inner)
    if not isinstance(part, _Media) or part.file_id is None:
        return part
    stored = files.get(part.file_id)
    if stored is not None:
        return msgspec.structs.replace(part, file_id=stored.id, media_type=stored.media_type)
    if part.data is not None or part.url is not None:
        return part
    # An id of another house's is nothing here, and must not be looked for.
    raw = {"file_id": part.file_id, "name": part.name, "media_type": part.media_type}
    return OpaquePart(dialect="import", type="file", raw=raw)
