"""Imports: what comes in, what a second one adds, and what is told of it."""

import copy
import json

import msgspec
import pytest
from tests.features.conversations.exchange.importing.conftest import chunks

from salon.features.conversations.exchange.importing import Import, ImportsFull, forget_reported
from salon.features.conversations.store.messages import sources_of
from salon.foundation.acts import ActDiffers
from salon.foundation.audit import list_records
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import ImagePart, OpaquePart
from salon.testing import exports, other_exports

RICH = exports.chatgpt_rich()


def test_import_brings_the_tree_and_a_second_one_adds_nothing(play) -> None:
    async def scene(house) -> None:
        first = await house.bring([RICH])
        assert (first.status, first.totals.added, first.totals.messages_added) == ("done", 1, 7)
        [entry] = await house.report(first)
        before = await house.messages(entry.conversation_id)
        assert {message.author.id for message in before if message.role == "user"} == {"per_ann"}
        page = await house.tree.messages.page(house.ann, entry.conversation_id)
        assert [view.message.role for view in page.items][-2:] == ["user", "assistant"]
        second = await house.bring([RICH])
        assert (second.totals.unchanged, second.totals.messages_known) == (1, 7)
        assert await house.messages(entry.conversation_id) == before

    play(scene)


def test_a_grown_export_adds_only_what_is_new_and_the_branch_follows(play) -> None:
    async def scene(house) -> None:
        await house.bring([RICH])
        grown = copy.deepcopy(RICH)
        grown["mapping"]["q1"]["children"] = ["a3"]
        grown["mapping"]["a3"]["children"] = ["u9"]
        grown["mapping"]["u9"] = exports.chatgpt_node("u9", "a3", "user", "Thanks")
        grown["current_node"] = "u9"
        second = await house.bring([grown, exports.chatgpt_rich("other")])
        assert (second.totals.grown, second.totals.added, second.totals.messages_added) == (1, 1, 8)
        entry = (await house.report(second))[0]
        page = await house.tree.messages.page(house.ann, entry.conversation_id)
        assert page.items[-1].message.content.parts[0].text == "Thanks"
        assert len((await house.tree.branches.page(house.ann, entry.conversation_id)).items) == 1

    play(scene)


def test_what_was_edited_there_comes_in_as_an_edit_beside_it(play) -> None:
    async def scene(house) -> None:
        await house.bring([other_exports.open_webui()])
        edited = other_exports.open_webui()
        edited["chat"]["history"]["messages"]["q2"]["content"] = "And now?"
        second = await house.bring([edited])
        [entry] = await house.report(second)
        assert (entry.outcome, entry.added, [note.code for note in entry.notes][-1]) == (
            "grown",
            1,
            "changed",
        )
        new = (await house.messages(entry.conversation_id))[-1]
        made_from = await house.storage.read(
            lambda tx: sources_of(tx, SpaceScope(house.ann.space_id), [new.id])
        )
        assert [source.kind for source in made_from[new.id]] == ["edit-of"]
        assert (await house.bring([edited])).totals.unchanged == 1

    play(scene)


def test_a_dry_run_reports_the_same_and_writes_nothing(play) -> None:
    async def scene(house) -> None:
        dry = await house.bring([RICH, {"title": "x", "conversation_id": "y"}], is_dry_run=True)
        assert (dry.totals.added, dry.totals.skipped, dry.totals.messages_added) == (1, 1, 7)
        assert [entry.conversation_id for entry in await house.report(dry)] == [None, None]
        page = await house.tree.conversations.page(house.ann)
        assert not page.items
        assert (await house.bring([RICH])).totals.added == 1

    play(scene)


def test_pictures_are_stored_once_and_named_by_their_messages(play) -> None:
    async def scene(house) -> None:
        files = {"file_0000000012345678abcd-p.png": exports.PNG}
        data = exports.chatgpt_zip(RICH, files=files)
        first = await house.bring(data)
        assert first.totals.files_added == 1
        [entry] = await house.report(first)
        parts = [
            part
            for message in await house.messages(entry.conversation_id)
            for part in message.content.parts
            if isinstance(part, ImagePart)
        ]
        stored = await house.files.get(SpaceScope(house.ann.space_id), parts[0].file_id)
        assert (stored.media_type, stored.name) == ("image/png", "file_0000000012345678abcd-p.png")
        assert (await house.bring(data)).totals.files_added == 0

    play(scene)


PROGRAMS = {
    "claude": [other_exports.claude()],
    "open-webui": [other_exports.open_webui()],
    "librechat": other_exports.librechat(recursive=True),
    "librechat, flat": other_exports.librechat("flat", recursive=False),
    "sillytavern": other_exports.sillytavern(),
    "lobechat": other_exports.lobechat(),
}


def test_every_program_can_be_imported_twice(play) -> None:
    async def scene(house) -> None:
        for name, data in PROGRAMS.items():
            first = await house.bring(data)
            assert (first.status, first.totals.skipped) == ("done", 0), name
            assert first.totals.messages_added == first.totals.messages_read > 0, name
            again = await house.bring(data)
            assert again.totals.messages_added == 0, name
            assert again.totals.unchanged == first.totals.added, name

    play(scene)


def test_a_chat_that_went_on_there_and_here_keeps_both(play) -> None:
    async def scene(house) -> None:
        [entry] = await house.report(await house.bring(other_exports.sillytavern()))
        here = await house.tree.messages.append(house.ann, entry.conversation_id, [house.said("Said here")])
        await house.bring(other_exports.sillytavern(later=2))
        branches = (await house.tree.branches.page(house.ann, entry.conversation_id)).items
        assert here.messages[-1].id in {branch.head_id for branch in branches}
        assert len(branches) == 2

    play(scene)


def test_what_was_deleted_here_stays_deleted_and_says_so(play) -> None:
    async def scene(house) -> None:
        [entry] = await house.report(await house.bring([RICH]))
        await house.delete(entry.conversation_id)
        await house.tree.janitor.tidy()
        again = await house.bring([RICH])
        assert (again.totals.skipped, again.totals.messages_added) == (1, 0)
        [entry] = await house.report(again)
        assert entry.problem.code == "deleted-here"

    play(scene)


def test_no_export_is_told_so(play) -> None:
    async def scene(house) -> None:
        for data, code in (
            (b"hello", "unknown"),
            (b"", "empty"),
            (b"PK\x03\x04garbage", "damaged"),
            ({"a": 1}, "unknown"),
        ):
            failed = await house.bring(data)
            assert (failed.status, failed.problem.code) == ("failed", code)
        wrong = await house.bring([RICH], asked_format="claude")
        assert (wrong.problem.code, wrong.problem.detail) == ("wrong-format", "chatgpt")

    play(scene)


def test_spaces_know_nothing_of_each_others_imports(play) -> None:
    async def scene(house) -> None:
        ours = await house.bring([RICH])
        with pytest.raises(NotFound):
            await house.imports.get(house.bob, ours.id)
        with pytest.raises(NotFound):
            await house.imports.report(house.bob, ours.id)
        with pytest.raises(NotFound):
            await house.imports.cancel(house.bob, ours.id)
        with pytest.raises(NotFound):
            await house.imports.begin(house.bob, ours.file_id)
        theirs = await house.bring([RICH], house.bob)
        assert theirs.totals.added == 1
        assert await house.imports.page(house.bob) == [theirs]

    play(scene)


def test_people_of_another_house_are_nobody_here(play) -> None:
    async def scene(house) -> None:
        line = {"record": "message", "id": "m", "role": "user", "author": {"kind": "person", "id": "per_bob"}}
        image = {"kind": "image", "file_id": "fil_00000000000000000000000000"}
        records = [
            {"record": "archive", "format": "salon-archive", "version": 1, "salon": "1", "exported_at_ms": 1},
            {"record": "conversation", "id": "cnv_theirs", "title": "T\u0000"},
            {**line, "content": {"parts": [image]}},
            {"record": "end", "conversations": 1, "messages": 1},
        ]
        done = await house.bring("\n".join(json.dumps(one) for one in records).encode())
        assert done.totals.added == 1
        [entry] = await house.report(done)
        [message] = await house.messages(entry.conversation_id)
        assert message.author.id is None
        assert isinstance(message.content.parts[0], OpaquePart)

    play(scene)


def test_a_space_has_few_imports_at_once_and_each_is_in_the_trail(play) -> None:
    async def scene(house) -> None:
        slow = b"".join(exports.large_chatgpt(3_000_000))
        begun = [await house.begin(slow) for _ in range(2)]
        with pytest.raises(ImportsFull):
            await house.begin([RICH])
        for one in begun:
            assert (await house.end(one)).status == "done"
        page = await house.storage.read(lambda tx: list_records(tx, SpaceScope(house.ann.space_id)))
        actions = [entry.action for entry in page.records]
        assert actions.count("import.started") == actions.count("import.ended") == 2

    play(scene)


def test_an_upload_that_is_sent_again_is_the_same_import_and_leaves_no_file(play) -> None:
    async def scene(house) -> None:
        async def send(data: bytes) -> Import:
            file = await house.files.store(house.ann, chunks(data), name="export", purpose="import")
            return await house.imports.begin_with(
                house.ann, file, asked_format=None, is_dry_run=False, client_id="mine"
            )

        data = json.dumps([RICH]).encode()
        first = await house.end(await send(data))
        assert await send(data) == first
        with pytest.raises(ActDiffers):
            await send(b"[]")
        assert await house.files.list(SpaceScope(house.ann.space_id)) == []
        for _ in range(2):
            assert await house.imports.cancel(house.ann, first.id, client_id="stop") == first
        assert await house.imports.page(house.ann) == [first]

    play(scene)


def test_a_report_forgets_what_an_erased_conversation_was_called(play) -> None:
    async def scene(house) -> None:
        house.tree.erasers.add_whole(forget_reported)
        done = await house.bring([RICH, exports.chatgpt_rich("other")])
        had, kept = await house.report(done)
        assert "" not in (had.title, had.place)
        assert had.notes
        await house.tree.deletion.conversation(house.ann, had.conversation_id, "erase")
        nameless = msgspec.structs.replace(had, title="", place="", notes=())
        assert await house.report(done) == [nameless, kept]

    play(scene)
