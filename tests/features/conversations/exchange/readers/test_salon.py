"""Salon's own archives: read as they were written, and told of where they were not."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.features.conversations.exchange.archive import (
    ARCHIVE_FORMAT,
    Archive,
    ArchivedConversation,
    ArchivedFile,
    ArchivedMessage,
    ArchiveEnd,
    ArchiveHead,
)
from salon.features.conversations.exchange.readers.building import ReadConversation
from salon.features.conversations.exchange.readers.problems import ReadError
from salon.features.conversations.exchange.readers.reading import Export
from salon.features.conversations.models import Author, Content
from salon.foundation.messages import FilePart, TextPart
from salon.testing.exports import PNG

ANN = Author(kind="person", name="Ann")
FILE = ArchivedFile(
    id="fil_1", name="p.png", media_type="image/png", size_bytes=len(PNG),
    sha256=hashlib.sha256(PNG).hexdigest(), data=base64.b64encode(PNG).decode(),
)  # fmt: skip
HEAD = ArchiveHead(format=ARCHIVE_FORMAT, version=1, salon="1", exported_at_ms=1)


def said(own: str, parent: str | None = None, text: str = "hi") -> ArchivedMessage:
    parts = (TextPart(text=text), FilePart(file_id="fil_1"))
    return ArchivedMessage(id=own, parent_id=parent, role="user", author=ANN, content=Content(parts=parts))


TALK = ArchivedConversation(id="cnv_1", title="T", files=(FILE,), messages=(said("m1"), said("m2", "m1")))


def lines(*records: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in records)


def taken(folder: Path, data: bytes) -> tuple[list[ReadConversation], list[str]]:
    path = folder / "export"
    path.write_bytes(data)
    read: list[ReadConversation] = []
    problems: list[str] = []
    for one in Export(path, "export").conversations():
        if isinstance(one, ReadError):
            problems.append(one.code)
        else:
            one.messages = list(one.messages)
            read.append(one)
    return read, problems


def test_both_shapes_come_back_with_their_files(tmp_path: Path) -> None:
    whole = Archive(format=ARCHIVE_FORMAT, version=1, salon="1", exported_at_ms=1, conversations=(TALK, TALK))
    bare = msgspec.structs.replace(TALK, messages=())
    rows = lines(HEAD, bare, *TALK.messages, bare, *TALK.messages, ArchiveEnd(conversations=2, messages=4))
    for data in (msgspec.json.encode(whole), rows):
        read, problems = taken(tmp_path, data)
        assert not problems
        assert [one.conversation for one in read] == [bare, bare]
        assert [one.messages for one in read] == [list(TALK.messages)] * 2
        assert [one.files[0].data for one in read] == [PNG, PNG]


def test_lines_without_an_end_were_cut(tmp_path: Path) -> None:
    bare = msgspec.structs.replace(TALK, messages=())
    read, problems = taken(
        tmp_path, lines(HEAD, bare, said("m1"), said("m1"), said("m3", "gone"), b'{"record":"mess')
    )
    assert problems == ["cut"]
    assert [(one.id, one.parent_id) for one in read[0].messages] == [("m1", None), ("m3", None)]
    notes = {note.code: note.count for note in read[0].notes.all()}
    assert notes == {"duplicate-id": 1, "orphan": 1, "message-damaged": 1}


@pytest.mark.parametrize(
    "data",
    [
        lines(msgspec.structs.replace(HEAD, version=99), TALK),
        b'{"format":"salon-archive","version":99,"conversations":[]}',
    ],
)
def test_a_later_version_is_refused(tmp_path: Path, data: bytes) -> None:
    assert taken(tmp_path, data) == ([], ["version"])


def test_what_is_no_conversation_is_told_and_passed_over(tmp_path: Path) -> None:
    good = msgspec.json.encode(TALK)
    data = b'{"format":"salon-archive","version":1,"conversations":[{"id":1},' + good + b",7]}"
    read, problems = taken(tmp_path, data)
    assert (len(read), problems) == (1, ["damaged", "damaged"])
    odd = lines(HEAD, said("m0"), b'{"record":"conversation","id":"c","title":"\\ud800"}', said("m1"))
    read, problems = taken(tmp_path, odd)
    assert (read[0].conversation.title, problems) == ("\ufffd", ["damaged", "cut"])
