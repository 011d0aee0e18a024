"""Exports of each program: what comes out of them, and what is said of the rest."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from salon.features.conversations.exchange.archive import ArchivedMessage
from salon.features.conversations.exchange.readers.building import ReadConversation
from salon.features.conversations.exchange.readers.problems import PROBLEMS, ReadError
from salon.features.conversations.exchange.readers.reading import Export
from salon.foundation.messages import (
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.testing import exports, other_exports


class Taken:
    """An export, read to its end."""

    def __init__(self, folder: Path, data: Any, name: str = "whatever.bin") -> None:
        path = folder / "export"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        self.export = Export(path, name)
        self.problems: list[ReadError] = []
        self.all: list[ReadConversation] = []
        self.messages: dict[str, ArchivedMessage] = {}
        for one in self.export.conversations():
            if isinstance(one, ReadError):
                self.problems.append(one)
                continue
            one.messages = list(one.messages)
            self.all.append(one)
            self.messages |= {message.id: message for message in one.messages}

    @property
    def only(self) -> ReadConversation:
        assert len(self.all) == 1
        return self.all[0]

    def kinds(self, message_id: str) -> list[type]:
        content = self.messages[message_id].content
        assert content is not None
        return [type(part) for part in content.parts]

    def text(self, message_id: str) -> str:
        content = self.messages[message_id].content
        assert content is not None
        return "".join(part.text for part in content.parts if isinstance(part, TextPart))

    def parents(self) -> dict[str, str | None]:
        return {key: message.parent_id for key, message in self.messages.items()}

    def notes(self, one: ReadConversation | None = None) -> dict[str, int]:
        notes = self.export.notes if one is None else one.notes
        return {note.code: note.count for note in notes.all()}


def test_chatgpt_keeps_the_tree_and_joins_an_answer(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [exports.chatgpt_rich()])
    assert taken.parents() == {
        "ctx": None, "u1": "ctx", "t1": "u1", "u2": "t1", "q1": "u2", "a2": "u2", "u1b": "ctx",
    }  # fmt: skip
    assert taken.kinds("t1") == [ReasoningPart, ToolCallPart, ToolResultPart, TextPart]
    assert taken.kinds("q1") == [ToolCallPart, ToolResultPart, TextPart]
    assert taken.messages["ctx"].role == "system"
    assert taken.messages["t1"].author.id == "gpt-5-thinking"
    assert taken.only.conversation.branches[0].head_id == "q1"
    assert taken.only.conversation.origin == "chatgpt:rich"
    assert taken.only.conversation.created_at_ms == 1756000000250
    assert taken.notes(taken.only) == {"call-added": 1, "file-missing": 1}


def test_chatgpt_pairs_results_with_their_calls(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [exports.chatgpt_rich()])
    content = taken.messages["t1"].content
    assert content is not None
    call, result = content.parts[1:3]
    assert isinstance(call, ToolCallPart)
    assert isinstance(result, ToolResultPart)
    assert (call.name, call.arguments, result.tool_call_id) == ("python", "print(1)", call.id)


@pytest.mark.parametrize("shards", [1, 3])
def test_chatgpt_zip_brings_pictures_and_names_what_it_left(tmp_path: Path, shards: int) -> None:
    talks = [exports.chatgpt_rich("r"), *(exports.chatgpt_rich(f"r{n}") for n in range(3))]
    files = {
        "file_0000000012345678abcd-sanitized.png": exports.PNG,
        "file-unusedunused12.dat": b"x",
        "../../evil.sh": b"x",
    }
    taken = Taken(tmp_path, exports.chatgpt_zip(*talks, shards=shards, files=files))
    assert len(taken.all) == 4
    assert taken.kinds("u1") == [ImagePart, TextPart]
    assert [len(one.files) for one in taken.all] == [1, 1, 1, 1]
    assert taken.notes() == {"member-refused": 1, "member-unread": 2, "file-left-out": 1}


def test_missing_shard_is_named(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("conversations-000.json", json.dumps([exports.chatgpt_rich()]))
        archive.writestr("export_manifest.json", '{"a":[{"path":"conversations-001.json"}]}')
    taken = Taken(tmp_path, data.getvalue())
    assert taken.notes()["file-missing"] == 1
    assert taken.export.notes.all()[0].examples == ("conversations-001.json",)


def packed(members: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, value in members.items():
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return data.getvalue()


MANIFESTS = {
    "as seen": {"files": [{"path": f"conversations-00{n}.json"} for n in range(3)]},
    "of later": {"schema": 7, "shards": {"b": ["conversations-002.json"], "a": "conversations-000.json"},
                 "parts": [[{"name": "conversations-001.json", "sha256": None, "bytes": 1e999}]]},
    "in folders": ["export/conversations-001.json", "conversations-000.json", "conversations-002.json"],
    "of nothing": {"files": "see chat.html", "conversations": 3},
    "no JSON": b"conversations-001.json, and \xff so on",
}  # fmt: skip


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_shards_are_read_whatever_their_manifest_looks_like(tmp_path: Path, manifest: str) -> None:
    members: dict[str, Any] = {
        "conversations-002.json": [exports.chatgpt_rich("c")],
        "export_manifest.json": MANIFESTS[manifest],
        "conversations-000.json": [exports.chatgpt_rich("a")],
        "conversations-003-extra.json": [exports.chatgpt_rich("d")],
    }
    taken = Taken(tmp_path, packed(members))
    assert [one.conversation.origin for one in taken.all] == ["chatgpt:a", "chatgpt:c", "chatgpt:d"]
    assert taken.problems == []
    is_told = manifest not in {"of nothing", "no JSON"}
    missing = [note.examples[0] for note in taken.export.notes.all() if note.code == "file-missing"]
    assert [name.rsplit("/", 1)[-1] for name in missing] == ["conversations-001.json"] * is_told


def test_a_damaged_manifest_costs_no_conversation(tmp_path: Path) -> None:
    whole = packed({"conversations-000.json": [exports.chatgpt_rich()], "export_manifest.json": b"MANIFEST"})
    taken = Taken(tmp_path, whole.replace(b"MANIFEST", b"manifest"))
    assert (len(taken.all), taken.notes()) == (1, {"member-unread": 1})


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_manifest_without_its_shards_says_what_to_import(tmp_path: Path, is_packed: bool) -> None:
    manifest = {"files": [{"path": f"conversations-{n:03}.json"} for n in range(9)]}
    alone = packed({"export_manifest.json": manifest}) if is_packed else json.dumps(manifest).encode()
    with pytest.raises(ReadError) as caught:
        Taken(tmp_path, alone, "export_manifest.json")
    named = "conversations-000.json, conversations-001.json, conversations-002.json"
    assert (caught.value.code, caught.value.detail) == ("shards-missing", named)
    assert "whole ZIP" in PROBLEMS[caught.value.code]


def test_a_conversation_nested_too_deep_to_keep_costs_itself_alone(tmp_path: Path) -> None:
    node = exports.chatgpt_node("n", "root", "user", "x", metadata={"deep": "DEEP"})
    deep = json.dumps(exports.chatgpt("deep", [node], "n")).replace('"DEEP"', "[" * 9000 + "]" * 9000)
    taken = Taken(tmp_path, f"[{deep}, {json.dumps(exports.chatgpt_rich('good'))}]".encode())
    assert [one.code for one in taken.problems] == ["nested"]
    assert taken.only.conversation.origin == "chatgpt:good"


def test_entry_without_messages_is_told_of_and_passed_over(tmp_path: Path) -> None:
    broken = {"title": "Corrupted", "conversation_id": "x", "id": "x"}
    taken = Taken(tmp_path, [broken, exports.chatgpt_rich()])
    assert [(one.code, "Corrupted" in one.place) for one in taken.problems] == [("no-messages", True)]
    assert len(taken.all) == 1


def test_claude_keeps_blocks_attachments_and_projects(tmp_path: Path) -> None:
    data = io.BytesIO()
    projects = [{"uuid": "p1", "name": "Garden", "prompt_template": "Be kind", "docs": []}]
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("conversations.json", json.dumps([other_exports.claude(project={"uuid": "p1"})]))
        archive.writestr("projects.json", json.dumps(projects))
    taken = Taken(tmp_path, data.getvalue())
    assert taken.kinds("m1") == [FilePart, OpaquePart, TextPart]
    assert taken.kinds("m2") == [ReasoningPart, ToolCallPart, ToolResultPart, TextPart, OpaquePart]
    assert taken.parents() == {"m1": None, "m2": "m1"}
    assert taken.only.conversation.folder == ("Garden",)
    assert taken.notes() == {"project": 1}
    assert taken.notes(taken.only) == {"file-missing": 1}


def test_claude_follows_parents_where_they_are_named(tmp_path: Path) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    said = [
        {"uuid": key, "sender": "human", "text": key, "content": [], "parent_message_uuid": parent}
        for key, parent in (("a", root), ("b", "a"), ("c", "a"), ("d", "gone"))
    ]
    taken = Taken(tmp_path, [other_exports.claude(chat_messages=said, current_leaf_message_uuid="b")])
    assert taken.parents() == {"a": None, "b": "a", "c": "a", "d": None}
    assert taken.only.conversation.branches[0].head_id == "b"
    assert taken.notes(taken.only) == {"orphan": 1}


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_open_webui_lets_the_message_say_whom_it_follows(tmp_path: Path, is_wrapped: bool) -> None:
    row = other_exports.open_webui()
    taken = Taken(tmp_path, [row if is_wrapped else {**row["chat"], "id": "ow1"}])
    assert taken.parents() == {"q": None, "a": "q", "b": "q", "q2": "b"}
    assert taken.kinds("a") == [ReasoningPart, ToolCallPart, ToolResultPart, TextPart]
    assert taken.kinds("q") == [ImagePart, TextPart]
    assert taken.messages["b"].status == "failed"
    assert taken.only.files[0].data == exports.PNG
    assert taken.notes(taken.only)["children-disagree"] == 1
    assert (taken.only.conversation.tags == ("maths",)) == is_wrapped


def test_open_webui_reads_its_oldest_form(tmp_path: Path) -> None:
    chat = {
        "title": "Old",
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
    }
    taken = Taken(tmp_path, [{"chat": chat, "id": "o"}])
    assert taken.parents() == {"at-0": None, "at-1": "at-0"}


@pytest.mark.parametrize("recursive", [True, False])
def test_librechat_reads_nested_and_flat_alike(tmp_path: Path, recursive: bool) -> None:
    taken = Taken(tmp_path, other_exports.librechat(recursive=recursive))
    assert taken.parents() == {"1": None, "2": "1", "3": "1", "4": "2"}
    assert taken.kinds("2") == [ReasoningPart, ToolCallPart, ToolResultPart, TextPart]
    assert taken.messages["3"].status == "interrupted"
    assert taken.messages["2"].author.name == "GPT-4"


def test_librechat_reads_a_tree_deeper_than_a_stack(tmp_path: Path) -> None:
    depth = 3000
    inner = ""
    for number in reversed(range(depth)):
        inner = f'{{"messageId":"{number}","text":"t{number}","isCreatedByUser":true,"children":[{inner}]}}'
    data = f'{{"conversationId":"deep","endpoint":"x","recursive":true,"messages":[{inner}]}}'
    taken = Taken(tmp_path, data.encode())
    assert len(taken.messages) == depth
    assert taken.messages[str(depth - 1)].parent_id == str(depth - 2)


def test_sillytavern_puts_swipes_beside_each_other(tmp_path: Path) -> None:
    taken = Taken(tmp_path, other_exports.sillytavern(), "Mira - 2024.jsonl")
    said = list(taken.messages.values())
    assert [taken.text(one.id) for one in said] == ["First", "Second", "Third", "*waves*", "Hm.", "hidden"]
    assert said[3].parent_id == said[1].id
    assert [source.kind for source in said[1].sources] == ["retry-of"]
    assert [one.author.name for one in said[3:]] == ["Ann", "Oto", "Mira"]
    assert said[5].marks.excluded_at_ms is not None
    assert taken.only.conversation.title == "Mira - 2024"
    assert taken.only.conversation.origin == "sillytavern:slug-1"
    assert said[3].created_at_ms == 1704469560000


def test_lobechat_gathers_topics_and_the_inbox(tmp_path: Path) -> None:
    taken = Taken(tmp_path, other_exports.lobechat())
    origins = {one.conversation.origin: one.conversation for one in taken.all}
    assert set(origins) == {"lobechat:topic:t1", "lobechat:session:inbox"}
    topic = origins["lobechat:topic:t1"]
    assert (topic.title, topic.folder, topic.tags) == ("A topic", ("Work", "Helper"), ("t",))
    assert taken.parents() == {"m1": None, "m2": "m1", "m5": None}
    assert taken.kinds("m2") == [ToolCallPart, ToolResultPart, TextPart]


def test_lobechat_of_the_newer_kind_has_agents_threads_and_plugins(tmp_path: Path) -> None:
    """Rows of its tables: agents hold what sessions did, and messages name agents, groups and threads."""
    at = "2025-06-01T10:00:0{}.000Z"
    told = [
        {"id": "q", "role": "user", "content": "Look", "topicId": "t1"},
        {"id": "a", "role": "assistant", "content": "", "topicId": "t1", "parentId": "q", "model": "gpt-5",
         "tools": [{"id": "c1", "identifier": "web", "apiName": "search", "arguments": "{}"}]},
        {"id": "r", "role": "tool", "content": "found", "topicId": "t1", "parentId": "a"},
        {"id": "s1", "role": "user", "content": "And here?", "topicId": "t1", "threadId": "th1"},
        {"id": "s2", "role": "assistant", "content": "There.", "topicId": "t1", "threadId": "th1"},
        {"id": "q2", "role": "user", "content": "Thanks", "topicId": "t1"},
        {"id": "x", "role": "user", "content": "To another", "agentId": "ag2"},
    ]  # fmt: skip
    tables = {
        "agents": [{"id": "ag1", "title": "Helper", "tags": ["t"], "model": "gpt-5", "systemRole": "Help."},
                   {"id": "ag2", "title": "Other"}],
        "agentsToSessions": [{"agentId": "ag1", "sessionId": "s1"}],
        "messagePlugins": [{"id": "r", "toolCallId": "c1", "identifier": "web", "apiName": "search"}],
        "messages": [{**one, "createdAt": at.format(place)} for place, one in enumerate(told)],
        "sessions": [{"id": "s1", "title": None, "groupId": "g1"}],
        "sessionGroups": [{"id": "g1", "name": "Work"}],
        "threads": [{"id": "th1", "topicId": "t1", "sourceMessageId": "a"}],
        "topics": [{"id": "t1", "title": "A topic", "sessionId": "s1", "createdAt": at.format(0)}],
    }  # fmt: skip
    taken = Taken(tmp_path, {"data": tables, "mode": "postgres", "schemaHash": "x"})
    origins = {one.conversation.origin: one.conversation for one in taken.all}
    assert set(origins) == {"lobechat:topic:t1", "lobechat:agent:ag2"}
    topic = origins["lobechat:topic:t1"]
    assert (topic.folder, topic.tags, origins["lobechat:agent:ag2"].title) == (
        ("Work", "Helper"),
        ("t",),
        "Other",
    )
    assert topic.settings["imported"]["lobechat"]["config"] == {"model": "gpt-5", "systemRole": "Help."}
    assert taken.parents() == {"q": None, "a": "q", "s1": "a", "s2": "s1", "q2": "a", "x": None}
    assert taken.kinds("a") == [ToolCallPart, ToolResultPart]


def test_html_stays_text(tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    nodes = [exports.chatgpt_node("u", "root", "user", script)]
    taken = Taken(tmp_path, [exports.chatgpt("x", nodes, "u")])
    assert taken.text("u") == script


def test_pages_an_answer_names_are_citations(tmp_path: Path) -> None:
    cited = {"citations": [{"metadata": {"url": "https://b.example/", "title": "B"}}]}
    nodes = [exports.chatgpt_node("a", "root", "assistant", "Yes", metadata=cited)]
    taken = Taken(tmp_path, [exports.chatgpt("x", nodes, "a")])
    assert taken.kinds("a") == [TextPart, CitationPart]
