"""SillyTavern: a chat per file, a message per line; what was swiped away stands beside what was kept."""

from collections.abc import Iterator
from typing import Final

from salon.features.conversations.exchange.archive import (
    ArchivedConversation,
    ArchivedMarks,
    ArchivedMessage,
    ArchivedSource,
)
from salon.features.conversations.exchange.readers.assets import Assets
from salon.features.conversations.exchange.readers.building import (
    SYSTEM,
    Draft,
    ReadConversation,
    archived,
    opaque,
    thought,
    with_branch,
    words,
)
from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.recognising import decoded
from salon.features.conversations.exchange.readers.scanning import Found
from salon.features.conversations.exchange.readers.times import time_ms
from salon.features.conversations.exchange.readers.values import (
    Json,
    digest,
    identifier,
    mapping,
    name,
    objects,
    sequence,
    text,
    whole,
    without,
)
from salon.features.conversations.models import Author
from salon.foundation.messages import Part

PROGRAM: Final = "sillytavern"
_READ: Final = (
    "name", "is_user", "is_system", "mes", "send_date", "swipes", "swipe_id", "swipe_info", "extra",
)  # fmt: skip


def read(lines: Iterator[Found], notes: Notes, assets: Assets, *, place: str) -> ReadConversation:
    """Return a chat. Raises: ReadError."""
    assets.begin()
    header: Json = {}
    said: list[Json] = []
    for line in lines:
        try:
            value = decoded(line, notes)
        except ReadError:
            notes.add("message-damaged", line.place)
            continue
        if not header and not said and "mes" not in value:
            header = value
        else:
            said.append(value)
    chat = _Chat(notes, assets)
    for one in said:
        chat.add(one)
    if not chat.messages:
        raise ReadError("no-messages", place=place)
    conversation = _conversation(header, chat.messages, said, notes, place)
    return ReadConversation(
        conversation=with_branch(conversation, chat.last_id),
        messages=chat.messages,
        files=assets.files,
        notes=notes,
        place=place,
    )


def _conversation(
    header: Json, messages: list[ArchivedMessage], said: list[Json], notes: Notes, place: str
) -> ArchivedConversation:
    metadata = mapping(header.get("chat_metadata"))
    names = list(dict.fromkeys(name(one.get("name")) for one in said if one.get("is_user") is not True))
    character = name(header.get("character_name"))
    if character in {"", "unused"}:
        character = ", ".join(shown for shown in names if shown)[:200]
    title = place.rsplit("/", 1)[-1].removesuffix(".jsonl")
    # The same chat keeps its mark in every export; before there was one, its beginning names it.
    own_id = identifier(metadata.get("integrity"))
    if not own_id:
        notes.add("id-missing")
        own_id = digest([character, text(header.get("create_date")), messages[0].origin])
    kept = without(header, "chat_metadata", "create_date")
    more = without(metadata, "integrity")
    settings = {**kept, **({"chat_metadata": more} if more else {})}
    return ArchivedConversation(
        id=own_id,
        title=name(title) or character,
        title_by="import",
        settings={"imported": {PROGRAM: settings}} if settings else {},
        folder=(character,) if character else (),
        origin=f"{PROGRAM}:{own_id}",
        created_at_ms=time_ms(header.get("create_date"), notes) or messages[0].created_at_ms,
        changed_at_ms=messages[-1].created_at_ms,
    )


class _Chat:
    """Messages in a row, each with its swipes beside it."""

    def __init__(self, notes: Notes, assets: Assets) -> None:
        self.messages: list[ArchivedMessage] = []
        self.last_id: str | None = None
        self._notes = notes
        self._assets = assets
        self._seen: dict[str, int] = {}

    def add(self, one: Json) -> None:
        """Add a line: the message that was kept, and the others it was chosen from."""
        swipes = [text(swipe) for swipe in sequence(one.get("swipes"))]
        infos = objects(one.get("swipe_info"))
        chosen = whole(one.get("swipe_id")) or 0
        own_id, parent_id = self._id(one), self.last_id
        if chosen >= len(swipes) or swipes[chosen] != text(one.get("mes")):
            # What is shown was edited since, or there is nothing to choose from.
            swipes = [*swipes[:chosen], text(one.get("mes")), *swipes[chosen + 1 :]]
            chosen = min(chosen, len(swipes) - 1)
        kept_id = f"{own_id}.{chosen}"
        first_id: str | None = None
        for number, swipe in enumerate(swipes):
            info = infos[number] if number < len(infos) else {}
            sources = () if first_id is None else (ArchivedSource(kind="retry-of", id=first_id),)
            swipe_id = f"{own_id}.{number}"
            draft = self._draft(one, swipe, info, is_shown=number == chosen)
            draft.sources = sources if draft.role == "assistant" else ()
            self.messages.append(archived(PROGRAM, draft, swipe_id, parent_id))
            first_id = first_id or swipe_id
        self.last_id = kept_id

    def _id(self, one: Json) -> str:
        """Return an id that stays the same when lines before it are deleted: who said it when."""
        base = digest([name(one.get("name")), text(one.get("send_date")), one.get("is_user") is True])[7:27]
        count = self._seen.get(base, 0)
        self._seen[base] = count + 1
        return base if count == 0 else f"{base}~{count}"

    def _draft(self, one: Json, said: str, info: Json, *, is_shown: bool) -> Draft:
        notes, extra = self._notes, mapping(one.get("extra") if is_shown else info.get("extra"))
        is_narrator = text(extra.get("type")) in {"narrator", "comment"}
        parts: list[Part] = [*thought(text(extra.get("reasoning")), notes), *words(said, notes)]
        if is_shown:
            parts += self._files(extra)
        shown = name(one.get("name"))
        draft = Draft(
            id="",
            role="assistant",
            author=Author(kind="persona", id=shown or None, name=shown or None),
            parts=parts,
            created_at_ms=time_ms(info.get("send_date") or one.get("send_date"), notes),
            raw={
                **(without(one, *_READ) if is_shown else {}),
                **({"extra": extra} if extra else {}),
            },
            # Shown and not sent: what SillyTavern hides from prompts.
            marks=ArchivedMarks(excluded_at_ms=1 if one.get("is_system") is True else None),
        )
        if one.get("is_user") is True:
            draft.role, draft.author = "user", Author(kind="person", name=shown or None)
        elif is_narrator:
            draft.role, draft.author = "system", SYSTEM
        return draft

    def _files(self, extra: Json) -> list[Part]:
        parts: list[Part] = []
        pictures = [extra.get("image"), *sequence(extra.get("image_swipes"))]
        named = [text(one) for one in pictures if isinstance(one, str)]
        named += [text(mapping(extra.get("file")).get("url")), text(extra.get("video"))]
        named += [text(media.get("url")) for media in objects(extra.get("media"))]
        for address in dict.fromkeys(one for one in named if one):
            shown = "file" if address.startswith("data:") else address.rsplit("/", 1)[-1]
            part = self._assets.inline(address, shown, self._notes) or self._assets.stored(
                address, shown, self._notes
            )
            parts.append(part if part is not None else opaque(PROGRAM, "file", address[:2000]))
        return parts
