"""What is written without loss is read again as it was, and is the same bytes every time."""

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from tests.features.conversations.exchange.writers.conftest import conversations, written

from salon.features.conversations.exchange.archive import (
    Archive,
    ArchivedConversation,
    ArchiveEnd,
    ArchiveHead,
    ArchiveRecord,
)
from salon.features.conversations.exchange.readers.assets import Assets
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.exchange.readers.salon import Lines, read
from salon.features.conversations.exchange.readers.scanning import Found
from salon.features.conversations.exchange.writers.lines import ConversationLines, MessageLines
from salon.features.conversations.exchange.writers.whole import JsonWriter

LINES = [ConversationLines, MessageLines]


def found_at(data: bytes) -> Found:
    return Found(path=(), key="", data=data, offset=0, size_bytes=len(data), depth=9)


def in_order(one: ArchivedConversation) -> ArchivedConversation:
    """Parents before children, as every archive has them."""
    return msgspec.structs.replace(one, messages=tuple(sorted(one.messages, key=lambda said: said.id)))


@settings(max_examples=60)
@given(conversations(), conversations())
def test_json_holds_everything(first: ArchivedConversation, second: ArchivedConversation) -> None:
    data = written(JsonWriter(exported_at_ms=5), first, second)
    archive = msgspec.json.decode(data, type=Archive)
    assert archive.exported_at_ms == 5
    assert list(map(in_order, archive.conversations)) == [first, second]
    assert data == written(JsonWriter(exported_at_ms=5), first, second, page=1)
    assert data.startswith(b'{"format":"salon-archive","version":1,')


@settings(max_examples=60)
@given(conversations(), conversations())
def test_lines_of_conversations_hold_everything(
    first: ArchivedConversation, second: ArchivedConversation
) -> None:
    lines = written(ConversationLines(exported_at_ms=5), first, second).splitlines()
    head, *inner, end = [msgspec.json.decode(line, type=ArchiveRecord) for line in lines]
    assert isinstance(head, ArchiveHead)
    assert [in_order(one) for one in inner if isinstance(one, ArchivedConversation)] == [first, second]
    assert end == ArchiveEnd(conversations=2, messages=len(first.messages) + len(second.messages))


@settings(max_examples=60)
@pytest.mark.parametrize("kind", LINES)
@given(first=conversations(), second=conversations())
def test_the_reader_of_lines_brings_everything_back(
    kind: type[ConversationLines], first: ArchivedConversation, second: ArchivedConversation
) -> None:
    data = written(kind(exported_at_ms=5), first, second)
    found = map(found_at, data.splitlines())
    back = []
    for one in Lines(found, Notes(), Assets(), place="a.jsonl").conversations():
        assert not isinstance(one, Exception), one
        whole = msgspec.structs.replace(one.conversation, messages=tuple(one.messages))
        assert one.notes.all() == ()
        back.append(in_order(whole))
    assert back == [first, second]


@settings(max_examples=40)
@given(conversations())
def test_the_reader_of_json_brings_everything_back(only: ArchivedConversation) -> None:
    archive = msgspec.json.decode(written(JsonWriter(exported_at_ms=5), only))
    data = msgspec.json.encode(archive["conversations"][0])
    one = read(found_at(data), Notes(), Assets(), place="a.json")
    assert in_order(msgspec.structs.replace(one.conversation, messages=tuple(one.messages))) == only


def test_nothing_at_all_is_an_archive_too() -> None:
    assert msgspec.json.decode(written(JsonWriter(exported_at_ms=1)), type=Archive).conversations == ()
    for kind in LINES:
        records = [msgspec.json.decode(line) for line in written(kind(exported_at_ms=1)).splitlines()]
        assert [one["record"] for one in records] == ["archive", "end"]
    assert not list(itertools.islice(Lines(iter(()), Notes(), Assets(), place="").conversations(), 0))
