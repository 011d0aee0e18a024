"""Messages: appended, edited beside themselves, read page by page; nothing said is lost."""

import asyncio

import pytest

from salon.features.conversations.errors import HeadMoved
from salon.features.conversations.models import Answer, Author, Source
from salon.features.conversations.store.answers import insert_answer
from salon.features.conversations.tree import MessageMarks
from salon.features.conversations.tree.appending import MOST_MESSAGE_BYTES
from salon.foundation.events import events_after
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound, TooLarge


def test_what_is_appended_is_read_page_by_page(play) -> None:
    async def scene(made) -> None:
        texts = [f"word {number}" for number in range(8)]
        conversation, branch, ids = await made.talk(*texts)
        assert await made.words(conversation) == texts
        assert await made.words(conversation, last_id=ids[4]) == texts[:5]
        page = await made.tree.messages.page(made.ann, conversation, limit=200)
        assert page.branch is not None
        assert (page.branch.id, page.branch.head_id, page.next) == (branch, ids[-1], None)
        assert [view.message.depth for view in page.items] == list(range(8))
        view = await made.tree.conversations.get(made.ann, conversation)
        assert view.conversation.messages == 8
        scope = SpaceScope(made.ann.space_id)
        told = await made.storage.read(lambda tx: events_after(tx, scope, 0))
        assert [event.subject for event in told if event.type == "message.added"] == ids

    play(scene)


def test_what_follows_a_message_is_read_downwards(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk(*(f"word {number}" for number in range(8)))
        page_after = made.tree.messages.page_after
        page = await page_after(made.ann, conversation, ids[1], limit=4)
        assert [view.message.id for view in page.items] == ids[2:6]
        page = await page_after(made.ann, conversation, str(page.next), branch_id=main, limit=4)
        assert ([view.message.id for view in page.items], page.next) == (ids[6:], None)
        assert (await page_after(made.ann, conversation, ids[7])).items == ()
        page = await page_after(made.ann, conversation, ids[0], last_id=ids[2])
        assert [view.message.id for view in page.items] == ids[1:3]
        side = await made.tree.branches.create(made.ann, conversation, name="Side", head_id=ids[2])
        for aside in ({"branch_id": side.id}, {"last_id": ids[0]}):
            with pytest.raises(InvalidRequest, match="after"):
                await page_after(made.ann, conversation, ids[3], **aside)

    play(scene)


def test_a_path_to_a_message_tells_a_branch_that_has_it(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        side = await made.tree.branches.create(made.ann, conversation, name="Side", head_id=ids[1])
        told = await made.tree.messages.append(made.ann, conversation, [made.said("dos")], branch_id=side.id)
        aside = told.messages[0].id

        async def branch_of(message: str, branch: str | None = None) -> str | None:
            page = await made.tree.messages.page(made.ann, conversation, last_id=message, branch_id=branch)
            assert page.items[-1].message.id == message
            return page.branch and page.branch.id

        assert [await branch_of(ids[2]), await branch_of(aside)] == [main, side.id]
        assert [await branch_of(ids[0]), await branch_of(ids[0], side.id)] == [main, side.id]
        assert await branch_of(aside, main) == side.id
        await made.tree.messages.edit(made.ann, conversation, aside, made.said("tres"), branch_id=side.id)
        assert await branch_of(aside) is None

    play(scene)


def test_an_edit_stands_beside_what_it_was_made_from(play) -> None:
    async def scene(made) -> None:
        conversation, branch, ids = await made.talk("one", "two", "three")
        done = await made.tree.messages.edit(made.ann, conversation, ids[1], made.said("zwei"))
        assert (done.branch.id, done.is_forked) == (branch, False)
        assert await made.words(conversation) == ["one", "zwei"]
        assert await made.words(conversation, last_id=ids[2]) == ["one", "two", "three"]
        view = await made.tree.messages.get(made.ann, conversation, done.messages[0].id)
        assert view.siblings == (ids[1], done.messages[0].id)
        assert view.sources == (Source(kind="edit-of", id=ids[1], conversation_id=conversation),)
        (move,) = (await made.tree.branches.moves(made.ann, conversation, branch)).items
        assert (move.from_id, move.to_id) == (ids[2], ids[0])
        first = await made.tree.messages.edit(
            made.ann, conversation, ids[0], made.said("eins"), name="German"
        )
        assert first.branch.name == "German"
        assert await made.words(conversation) == ["one", "zwei"]
        roots = await made.tree.messages.children(made.ann, conversation, None)
        assert [view.message.id for view in roots.items] == [ids[0], first.messages[0].id]

    play(scene)


def test_two_who_speak_at_once_both_are_heard(play) -> None:
    async def scene(made) -> None:
        conversation, branch, ids = await made.talk("one")
        append = made.tree.messages.append
        both = await asyncio.gather(
            *(append(made.ann, conversation, [made.said(text)], after=ids[0]) for text in ("a", "b"))
        )
        assert sorted(done.is_forked for done in both) == [False, True]
        forked = next(done.branch for done in both if done.is_forked)
        assert forked.id != branch
        below = await made.tree.messages.children(made.ann, conversation, ids[0])
        assert len(below.items) == 2
        with pytest.raises(HeadMoved, match=branch):
            await append(made.ann, conversation, [made.said("c")], after=ids[0], if_moved="refuse")
        assert (await made.tree.conversations.get(made.ann, conversation)).conversation.messages == 3

    play(scene)


def test_appending_again_with_the_same_id_adds_nothing(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk("one")
        new = [made.said("two"), made.said("three", role="assistant")]
        first = await made.tree.messages.append(made.ann, conversation, new, client_id="c")
        assert await made.tree.messages.append(made.ann, conversation, new, client_id="c") == first
        assert await made.words(conversation) == ["one", "two", "three"]

    play(scene)


def test_what_cannot_be_said_is_refused_with_its_limit(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk("one")
        append = made.tree.messages.append
        with pytest.raises(TooLarge, match=str(MOST_MESSAGE_BYTES)):
            await append(made.ann, conversation, [made.said("x" * MOST_MESSAGE_BYTES)])
        with pytest.raises(InvalidRequest):
            await append(made.ann, conversation, [])
        foreign = Source(kind="quote", id="msg_nothing", conversation_id=conversation)
        with pytest.raises(NotFound):
            await append(made.ann, conversation, [made.said("x", sources=(foreign,))])
        assert await made.words(conversation) == ["one"]

    play(scene)


def test_marks_are_set_and_taken_away(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one")
        mark = made.tree.messages.mark
        view = await mark(made.ann, conversation, ids[0], MessageMarks(is_pinned=True, is_excluded=True))
        assert view.message.pinned_at_ms == view.message.excluded_at_ms == made.clock.now_ms()
        view = await mark(made.ann, conversation, ids[0], MessageMarks(is_excluded=False))
        assert (view.message.pinned_at_ms, view.message.excluded_at_ms) == (made.clock.now_ms(), None)

    play(scene)


def test_a_whole_tree_is_listed_in_pages(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two", "three")
        edited = await made.tree.messages.edit(made.ann, conversation, ids[1], made.said("zwei"))
        seen, cursor = [], None
        while True:
            page = await made.tree.messages.all(made.ann, conversation, cursor=cursor, limit=3)
            seen += [view.message.id for view in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert seen == [*ids, edited.messages[0].id]

    play(scene)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (({"tools_ms": {"c1": 40}}, {"number": 2, "tools_ms": {"c2": 1}}), {"c1": 40, "c2": 1}),
        (({"number": 1},), {}),
        (({"tools_ms": "said by an archive"},), {}),
    ],
)
def test_what_tools_took_is_told_with_the_answer_that_called_them(play, steps, told) -> None:
    async def scene(made) -> None:
        conversation, _, (asked,) = await made.talk("Ask them")
        said = made.said("They say", role="assistant", author=Author(kind="model", id="a/b"))
        done = await made.tree.messages.append(made.ann, conversation, [said], after=asked)
        answer = Answer(
            message_id=done.messages[0].id, conversation_id=conversation, run_id=None, model="a/b", route="a/b",
            finish="stop", asked=None, steps=steps, input_tokens=None, output_tokens=None, cost_e10=None,
            currency=None, started_at_ms=1, first_token_at_ms=None, ended_at_ms=3,
        )  # fmt: skip
        scope = SpaceScope(made.ann.space_id)
        await made.storage.write(lambda tx: insert_answer(tx, scope, answer))
        page = await made.tree.messages.page(made.ann, conversation)
        assert [view.usage and view.usage.tools_ms for view in page.items] == [None, told]

    play(scene)
