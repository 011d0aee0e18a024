"""Salon's own archive, as one JSON value or as lines: what was written is what is read."""

import itertools
from collections.abc import Iterator
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import (
    ARCHIVE_VERSION,
    ArchivedConversation,
    ArchivedMessage,
    ArchiveEnd,
    ArchiveHead,
    ArchiveRecord,
)
from salon.features.conversations.exchange.readers.assets import PLACEHOLDER, Assets, ReadFile
from salon.features.conversations.exchange.readers.building import ReadConversation
from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.scanning import Found
from salon.features.conversations.exchange.readers.trees import Link, arranged, unique_ids
from salon.features.conversations.exchange.readers.values import cleaned, decode

PROGRAM: Final = "salon"
_RECORD: Final = msgspec.json.Decoder(ArchiveRecord)


def check_version(version: int) -> None:
    """Refuse what a later Salon wrote that this one would misunderstand. Raises: ReadError."""
    if version > ARCHIVE_VERSION:
        raise ReadError("version", detail=f"version {version}")


def read(found: Found, notes: Notes, assets: Assets, *, place: str) -> ReadConversation:
    """Return a whole conversation. Raises: ReadError."""
    if found.problem is not None:
        raise ReadError(found.problem, place=place)
    value = decode(found.data, found.depth, notes)
    try:
        conversation = msgspec.convert(value, ArchivedConversation)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ReadError("damaged", place=place, detail=str(error)[:200]) from error
    return ReadConversation(
        conversation=msgspec.structs.replace(conversation, messages=()),
        messages=_own_messages(conversation, notes),
        files=_files(conversation, assets),
        notes=notes,
        place=place,
    )


def _own_messages(conversation: ArchivedConversation, notes: Notes) -> list[ArchivedMessage]:
    """Return the messages that stand inside a conversation, parents before children."""
    ids = unique_ids([message.id for message in conversation.messages], notes)
    links = [Link(own, message.parent_id) for own, message in zip(ids, conversation.messages, strict=True)]
    return [
        msgspec.structs.replace(conversation.messages[at], id=ids[at], parent_id=parent)
        for at, parent in arranged(links, notes)
    ]


class Lines:
    """Reads an archive line by line; a conversation's messages are taken while they are read."""

    def __init__(self, lines: Iterator[Found], notes: Notes, assets: Assets, *, place: str) -> None:
        self._lines = lines
        self._notes = notes
        self._assets = assets
        self._place = place
        self._next: ArchivedConversation | None = None
        self._has_end = False

    def conversations(self) -> Iterator[ReadConversation | ReadError]:
        """Yield the conversations, and what could not be read between them."""
        for record in self._records(Notes()):
            if isinstance(record, ReadError):
                yield record
            elif isinstance(record, ArchivedConversation):
                self._next = record
                break
            else:
                yield ReadError("damaged", place=self._place, detail="a message comes before a conversation")
        while self._next is not None:
            conversation, notes = self._next, Notes()
            self._next = None
            # A line may hold a whole conversation, or only its head with a line for each message.
            messages = itertools.chain(_own_messages(conversation, notes), self._messages(notes))
            yield ReadConversation(
                conversation=msgspec.structs.replace(conversation, messages=()),
                messages=messages,
                files=_files(conversation, self._assets),
                notes=notes,
                place=f"{self._place}: {conversation.id}"[:300],
            )
            for _ in messages:
                pass  # whoever took the conversation may not have wanted all of it
        if not self._has_end:
            yield ReadError("cut", place=self._place)

    def _messages(self, notes: Notes) -> Iterator[ArchivedMessage]:
        seen: set[str] = set()
        for record in self._records(notes):
            if isinstance(record, ArchivedConversation):
                self._next = record
                return
            if isinstance(record, ReadError):
                notes.add("message-damaged", record.place)
                continue
            if record.id in seen:
                notes.add("duplicate-id", record.id)
                continue
            seen.add(record.id)
            if record.parent_id is not None and record.parent_id not in seen:
                notes.add("orphan", record.id)
                yield msgspec.structs.replace(record, parent_id=None)
            else:
                yield record

    def _records(self, notes: Notes) -> Iterator[ArchivedConversation | ArchivedMessage | ReadError]:
        for line in self._lines:
            try:
                record = _record(line, notes)
                if isinstance(record, ArchiveHead):
                    check_version(record.version)
            except ReadError as error:
                yield ReadError(error.code, place=error.place or line.place, detail=error.detail)
                if error.code == "version":
                    self._has_end = True
                    return
                continue
            if isinstance(record, ArchiveEnd):
                self._has_end = True
            elif not isinstance(record, ArchiveHead):
                yield record


def _record(line: Found, notes: Notes) -> ArchiveRecord:
    if line.problem is not None:
        raise ReadError(line.problem, place=line.place)
    try:
        return _RECORD.decode(line.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    value = cleaned(decode(line.data, line.depth, notes), notes)
    try:
        return msgspec.convert(value, ArchiveRecord)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ReadError("damaged", place=line.place, detail=str(error)[:200]) from error


def _files(conversation: ArchivedConversation, assets: Assets) -> list[ReadFile]:
    """Return the files that came with a conversation; its messages name them as they were named there."""
    assets.begin()
    for file in conversation.files:
        if file.member is not None:
            member = assets.find(file.member)
            if member is not None:
                assets.used.add(member.name)
                assets.files.append(
                    ReadFile(id=file.id, name=file.name, media_type=file.media_type, member=member)
                )
        elif file.data is not None:
            part = assets.inline(f"data:;base64,{file.data}", file.name, Notes())
            if part is not None:
                inline = assets.files[-1]
                inline.id, inline.media_type = file.id, file.media_type
    return [file for file in assets.files if not file.id.startswith(PLACEHOLDER)]
