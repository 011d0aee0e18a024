"""The neutral archive: what goes in comes out, and an older archive is still read."""

import msgspec

from salon.features.conversations.exchange.archive import (
    ARCHIVE_FORMAT,
    ARCHIVE_VERSION,
    Archive,
    ArchivedAnswer,
    ArchivedBranch,
    ArchivedConversation,
    ArchivedMarks,
    ArchivedMessage,
    ArchivedMove,
    ArchivedSource,
    ArchiveEnd,
    ArchiveHead,
    ArchiveRecord,
)
from salon.features.conversations.models import Author, Content
from salon.foundation.messages import TextPart, ToolCallPart, ToolResultPart

MESSAGE = ArchivedMessage(
    id="msg_2",
    parent_id="msg_1",
    role="assistant",
    author=Author(kind="model", id="openai/gpt", name="GPT"),
    status="interrupted",
    content=Content(
        parts=(
            TextPart(text="<b>né</b>\u0000"),
            ToolCallPart(id="c1", name="look", arguments="{"),
            ToolResultPart(tool_call_id="c1", parts=(TextPart(text="seen"),), is_error=True),
        ),
        provider_data={"openai": {"id": "x"}},
    ),
    sources=(ArchivedSource(kind="retry-of", id="msg_0", conversation_id="cnv_9"),),
    answer=ArchivedAnswer(model="openai/gpt", asked={"temperature": 1}, steps=({"cost_e10": 3},), cost_e10=3),
    marks=ArchivedMarks(pinned_at_ms=5, deleted_at_ms=6),
    created_at_ms=7,
)
CONVERSATION = ArchivedConversation(
    id="cnv_1",
    title="A tree",
    title_by="person",
    settings={"model": "openai/gpt"},
    folder=("Work", "2026"),
    tags=("x",),
    branch_id="brn_1",
    branches=(
        ArchivedBranch(
            id="brn_1",
            name="main",
            head_id="msg_2",
            moves=(ArchivedMove(kind="rollback", from_id="msg_3", to_id="msg_2", created_at_ms=9),),
        ),
    ),
    messages=(MESSAGE,),
)


def test_a_whole_archive_comes_back_as_it_was() -> None:
    archive = Archive(
        format=ARCHIVE_FORMAT,
        version=ARCHIVE_VERSION,
        salon="1",
        exported_at_ms=1,
        conversations=(CONVERSATION,),
    )
    assert msgspec.json.decode(msgspec.json.encode(archive), type=Archive) == archive


def test_each_line_of_an_archive_says_which_record_it_is() -> None:
    head = ArchiveHead(format=ARCHIVE_FORMAT, version=ARCHIVE_VERSION, salon="1", exported_at_ms=1)
    records = [head, CONVERSATION, MESSAGE, ArchiveEnd(conversations=1, messages=1)]
    decoder = msgspec.json.Decoder(ArchiveRecord)
    lines = [msgspec.json.encode(record) for record in records]
    assert [decoder.decode(line) for line in lines] == records
    assert [msgspec.json.decode(line)["record"] for line in lines] == [
        "archive",
        "conversation",
        "message",
        "end",
    ]


def test_what_a_later_version_added_may_be_missing_or_unknown() -> None:
    line = b'{"record":"message","id":"1","role":"user","author":{"kind":"person"},"later":[1]}'
    read = msgspec.json.decode(line, type=ArchivedMessage)
    assert read == ArchivedMessage(id="1", role="user", author=Author(kind="person"))
