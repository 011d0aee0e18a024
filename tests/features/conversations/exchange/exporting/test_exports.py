"""Exports answered at once: everything that is known, of the caller's space alone."""

import io
import zipfile
from collections.abc import Callable

import msgspec
import pytest
from tests.features.conversations.conftest import ANN, BOB
from tests.features.conversations.exchange.exporting.conftest import Desk

from salon.features.conversations.errors import ExportTooLarge
from salon.features.conversations.exchange.archive import Archive, ArchivedConversation, ArchivedSource
from salon.features.conversations.exchange.exporting import Wish
from salon.features.conversations.models import Answer, Author, Source
from salon.features.conversations.sorting import Asked, Sorting
from salon.features.conversations.store.answers import insert_answer
from salon.features.conversations.store.marks import mark_messages
from salon.features.conversations.tree import ConversationChange
from salon.foundation.audit import list_records
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.kit.paths import check_name

Play = Callable[..., None]
SCOPE = SpaceScope(ANN.space_id)


def archive_of(data: bytes) -> tuple[ArchivedConversation, ...]:
    return msgspec.json.decode(data, type=Archive).conversations


def zip_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def answer_to(message_id: str, conversation_id: str) -> Answer:
    return Answer(
        message_id=message_id, conversation_id=conversation_id, run_id=None, model="gpt-5", route="openai/gpt-5",
        finish="stop", asked={"temperature": 0.5}, steps=({"id": "req_1"},), input_tokens=7, output_tokens=3,
        cost_e10=40_000_000, currency="USD", started_at_ms=1, first_token_at_ms=2, ended_at_ms=3,
    )  # fmt: skip


def test_an_export_has_the_whole_tree_and_where_each_answer_came_from(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, branch, (first, second) = await desk.scene.talk("One", "Two")
        model = Author(kind="model", id="openai/gpt-5")
        other = desk.scene.said(
            "Other", role="assistant", author=model,
            sources=(Source(kind="quote", id=second, conversation_id=talk),),
        )  # fmt: skip
        done = await desk.scene.tree.messages.append(ANN, talk, [other], after=first)
        third = done.messages[0].id
        await desk.storage.write(lambda tx: insert_answer(tx, SCOPE, answer_to(third, talk)))
        (one,) = archive_of(await desk.whole(conversation_ids=(talk,)))
        assert [message.parent_id for message in one.messages] == [None, first, first]
        assert {(inner.name, inner.head_id) for inner in one.branches} > {("main", second)}
        assert one.branch_id == branch
        assert one.messages[2].sources == (ArchivedSource(kind="quote", id=second),)
        told = one.messages[2].answer
        assert told is not None
        assert (told.asked, told.steps, told.cost_e10) == (
            {"temperature": 0.5},
            ({"id": "req_1"},),
            40_000_000,
        )
        assert {inner.id for inner in one.participants} == {"per_ann", "openai/gpt-5"}

    desk(act)


@pytest.mark.parametrize("name", ["json", "jsonl", "messages-jsonl", "markdown", "html"])
def test_every_format_says_everything_the_same_every_time(desk: Play, name: str) -> None:
    async def act(desk: Desk) -> None:
        talk, _, (first, _) = await desk.scene.talk("First words", "Second words")
        await desk.scene.tree.messages.append(ANN, talk, [desk.scene.said("Third words")], after=first)
        data = await desk.whole(conversation_ids=(talk,), format=name)
        assert [data.count(word) for word in (b"First words", b"Second words", b"Third words")] == [1, 1, 1]
        assert data == await desk.whole(conversation_ids=(talk,), format=name)

    desk(act)


def test_all_are_those_that_are_there_and_of_this_space(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        kept = [(await desk.scene.talk(f"Talk {number}"))[0] for number in range(3)]
        theirs = await desk.scene.tree.conversations.create(BOB, title="Canary")
        await desk.scene.tree.conversations.change(ANN, kept[1], ConversationChange(is_archived=True))
        data = await desk.whole()
        assert [one.id for one in archive_of(data)] == kept
        assert b"Canary" not in data
        with pytest.raises(NotFound):
            await desk.whole(conversation_ids=(kept[0], theirs.conversation.id))
        with pytest.raises(NotFound):
            await desk.exports.begin(BOB, Wish(conversation_ids=(kept[0],)))

    desk(act)


@pytest.mark.parametrize("format_", ["json", "markdown"])
def test_what_was_found_and_is_deleted_meanwhile_is_passed_over(desk: Play, format_: str) -> None:
    async def act(desk: Desk) -> None:
        early, kept, late = [(await desk.scene.talk(f"Talk {number}"))[0] for number in range(3)]
        found = Wish(conversation_ids=(early, kept, late), is_selection=True, format=format_)
        await desk.scene.tree.deletion.conversation(ANN, early, "delete")
        export = await desk.exports.direct(ANN, found)
        await desk.scene.tree.deletion.conversation(ANN, late, "erase")
        data = b"".join([chunk async for chunk in export.chunks])
        whole = data if format_ == "json" else b"".join(zip_of(data).values())
        assert [whole.count(f"Talk {number}".encode()) for number in range(3)] == [0, 1, 0]
        records = (await desk.storage.read(lambda tx: list_records(tx, SCOPE))).records
        told = next(one.detail for one in records if one.action == "conversations.exported")
        assert msgspec.json.decode(told)["conversations"] == 2

    desk(act)


def test_what_was_deleted_is_there_without_its_words(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, _, ids = await desk.scene.talk("Kept", "Gone for good")
        await desk.storage.write(lambda tx: insert_answer(tx, SCOPE, answer_to(ids[1], talk)))
        await desk.storage.write(lambda tx: mark_messages(tx, SCOPE, ids[1:], "deleted_at_ms", 5))
        data = await desk.whole(conversation_ids=(talk,))
        (one,) = archive_of(data)
        assert b"Gone for good" not in data
        assert (one.messages[1].content, one.messages[1].answer) == (None, None)
        assert one.messages[1].marks.deleted_at_ms == 5
        assert one.messages[1].parent_id == ids[0]

    desk(act)


def test_files_come_in_a_zip_under_safe_names_each_content_once(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, picture, document = await desk.talk_with_files()
        packed = zip_of(await desk.whole(conversation_ids=(talk,), has_files=True))
        (one,) = archive_of(packed.pop("archive.json"))
        assert {file.id for file in one.files} == {picture, document}
        assert len(packed) == 2
        for file in one.files:
            assert file.member is not None
            assert len(packed[file.member]) == file.size_bytes
            folder, _, name = file.member.partition("/")
            assert folder == "files"
            check_name(name)
        (plain,) = archive_of(await desk.whole(conversation_ids=(talk,)))
        assert [file.member for file in plain.files] == [None, None]

    desk(act)


def test_many_to_read_are_a_zip_of_files_named_after_their_titles(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.talk_with_files()
        for title in ("../../evil", "A talk", "files"):
            await desk.scene.tree.conversations.create(ANN, title=title)
        packed = zip_of(await desk.whole(format="html", has_files=True))
        pages = {name for name in packed if name.endswith(".html")}
        assert pages == {"A talk.html", "A talk (2).html", "evil.html", "files.html"} or len(pages) == 4
        page = packed["A talk.html"].decode()
        assert 'src="data:image/png;base64,' in page
        assert 'href="files/' in page
        alone = await desk.whole(format="markdown", conversation_ids=(talk,))
        assert alone.startswith(b"---\ntitle: ")

    desk(act)


def test_one_branch_alone_has_nothing_of_the_others(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, branch, (first, _) = await desk.scene.talk("One", "Two of main")
        done = await desk.scene.tree.messages.append(ANN, talk, [desk.scene.said("Elsewhere")], after=first)
        data = await desk.whole(format="markdown", conversation_ids=(talk,), branch_id=done.branch.id)
        assert b"Elsewhere" in data
        assert b"Two of main" not in data
        with pytest.raises(InvalidRequest):
            await desk.whole(format="json", conversation_ids=(talk,), branch_id=branch)
        with pytest.raises(NotFound):
            await desk.whole(format="html", conversation_ids=(talk,), branch_id="brn_else")

    desk(act)


def test_too_much_for_one_answer_is_refused_and_each_export_is_recorded(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One", "Two", "Three")
        with pytest.raises(ExportTooLarge) as refused:
            await desk.whole(conversation_ids=(talk,))
        assert "POST /salon/v1/exports" in refused.value.message
        small, _, _ = await desk.scene.talk("One")
        export = await desk.exports.direct(ANN, Wish(conversation_ids=(small,), format="html"))
        assert (export.name, export.media_type) == ("A talk.html", "text/html; charset=utf-8")
        for wrong in ((), (small, small)):
            with pytest.raises(InvalidRequest):
                await desk.whole(conversation_ids=wrong)
        page = await desk.storage.read(lambda tx: list_records(tx, SCOPE))
        assert [(one.action, one.target) for one in page.records] == [("conversations.exported", small)]

    desk(act, most_direct=2)


def test_folders_and_tags_are_told_by_name(desk: Play) -> None:
    async def act(desk: Desk) -> None:
        sorting = Sorting(desk.storage, clock=desk.scene.clock)
        outer = await sorting.folders.create(ANN, name="Work")
        inner = await sorting.folders.create(ANN, name="Costs", parent_id=outer.id)
        talk, _, _ = await desk.scene.talk("One")
        await sorting.bulk.act(ANN, Asked(act="move", ids=(talk,), folder_id=inner.id))
        await sorting.bulk.act(ANN, Asked(act="tag", ids=(talk,), tags=("later",)))
        (one,) = archive_of(await desk.whole(conversation_ids=(talk,)))
        assert (one.folder, one.tags) == (("Work", "Costs"), ("later",))

    desk(act)
