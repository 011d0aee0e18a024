"""A merge is a branch of chosen turns; a copy a conversation of its own; both say where it comes from."""

import pytest

from salon.features.conversations.exchange.exporting.store import uses
from salon.features.conversations.models import Answer
from salon.features.conversations.store.answers import answers_of, insert_answer
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound


async def forked(made) -> tuple[str, str, str, list[str], list[str]]:
    """Return a conversation of two branches: its id, the branches', and their messages'."""
    conversation, main, ids = await made.talk("one", "two", "three")
    side = await made.tree.branches.create(made.ann, conversation, name="Side", head_id=ids[0])
    done = await made.tree.messages.append(
        made.ann, conversation, [made.said("zwei"), made.said("drei")], branch_id=side.id
    )
    return conversation, main, side.id, ids, [message.id for message in done.messages]


def test_chosen_turns_become_a_branch(play) -> None:
    async def scene(made) -> None:
        conversation, _, _, left, right = await forked(made)
        choose = made.tree.merging.choose
        chosen = [left[1], right[1], left[2]]
        done = await choose(made.ann, conversation, chosen, name="Both", base=left[0], client_id="m")
        assert await made.words(conversation, branch_id=done.branch.id) == ["one", "two", "drei", "three"]
        assert len(done.messages) == 2
        views = [await made.tree.messages.get(made.ann, conversation, one.id) for one in done.messages]
        assert [view.sources[0].id for view in views] == [right[1], left[2]]
        assert {view.sources[0].kind for view in views} == {"merge"}
        again = await choose(made.ann, conversation, chosen, name="Both", base=left[0], client_id="m")
        assert again == done
        whole = await choose(made.ann, conversation, left, name="Same", opens=True)
        assert (whole.messages, whole.branch.head_id) == ((), left[2])
        assert await made.words(conversation) == ["one", "two", "three"]

    play(scene)


def test_what_cannot_be_merged_is_refused(play) -> None:
    async def scene(made) -> None:
        conversation, _, _, left, _ = await forked(made)
        _, _, others = await made.talk("elsewhere")
        choose = made.tree.merging.choose
        for chosen, kind in (([], InvalidRequest), (left * 200, InvalidRequest), (others, NotFound)):
            with pytest.raises(kind):
                await choose(made.ann, conversation, chosen, name="No")
        await made.tree.deletion.message(made.ann, conversation, left[1], "delete")
        with pytest.raises(InvalidRequest, match="deleted"):
            await choose(made.ann, conversation, left, name="No")
        with pytest.raises(NotFound):
            await choose(made.bob, conversation, left, name="No")

    play(scene)


@pytest.mark.parametrize(
    ("what", "words", "branches", "count"),
    [
        ("path", ["one", "two", "three"], 1, 3),
        ("related", ["one", "two", "three"], 2, 5),
        ("all", ["one", "two", "three"], 2, 6),
    ],
)
def test_a_copy_has_what_was_asked_for(play, what, words, branches, count) -> None:
    async def scene(made) -> None:
        conversation, _, _, ids, _ = await forked(made)
        await made.tree.messages.edit(made.ann, conversation, ids[0], made.said("eins"), name="Other")
        (other,) = [
            one
            for one in (await made.tree.branches.page(made.ann, conversation)).items
            if one.name == "Other"
        ]
        await made.tree.branches.move(made.ann, conversation, other.id, to=ids[0], kind="switch")
        await made.tree.deletion.branch(made.ann, conversation, other.id, "delete")
        copy = await made.tree.copying.copy(made.ann, conversation, what=what)
        assert copy.conversation.title == "A talk"
        assert (len(copy.branches), copy.conversation.messages) == (branches, count)
        assert await made.words(copy.conversation.id) == words
        first = (await made.tree.messages.children(made.ann, copy.conversation.id, None)).items[0]
        assert [(one.kind, one.id) for one in first.sources] == [("forked-from", ids[0])]
        assert (await made.tree.repairing.repair(made.ann, copy.conversation.id)).problems == ()

    play(scene)


def test_a_copy_from_here_begins_here_and_passes_over_what_was_deleted(play) -> None:
    async def scene(made) -> None:
        conversation, _, _, ids, right = await forked(made)
        copy = made.tree.copying.copy
        here = await copy(made.ann, conversation, what="all", first_id=ids[1], title="Here", client_id="k")
        assert await made.words(here.conversation.id) == ["two", "three"]
        again = await copy(made.ann, conversation, what="all", first_id=ids[1], title="Here", client_id="k")
        assert again.conversation.id == here.conversation.id
        there = await copy(made.ann, conversation, last=right[1], first_id=right[0])
        assert await made.words(there.conversation.id) == ["zwei", "drei"]
        await made.tree.deletion.message(made.ann, conversation, ids[1], "delete")
        assert await made.words((await copy(made.ann, conversation)).conversation.id) == ["one", "three"]
        with pytest.raises(InvalidRequest, match="first_id"):
            await copy(made.ann, conversation, last=right[1], first_id=ids[2])
        with pytest.raises(NotFound):
            await copy(made.bob, conversation)

    play(scene)


async def paid(made, conversation: str, message_id: str) -> Answer:
    """Let a message be an answer that cost something."""
    answer = Answer(
        message_id=message_id, conversation_id=conversation, run_id="run_1", model="a", route="a/a", finish="stop",
        asked={"asked": {"model": "a", "parameters": {"seed": 1}}}, steps=({"number": 1, "request_id": "req_1"},),
        input_tokens=10, output_tokens=5, cost_e10=100, currency="USD",
        started_at_ms=1, first_token_at_ms=2, ended_at_ms=3,
    )  # fmt: skip
    await made.storage.write(lambda tx: insert_answer(tx, SpaceScope(made.ann.space_id), answer))
    return answer


async def known_of(made, *ids: str) -> dict[str, Answer]:
    return await made.storage.read(lambda tx: answers_of(tx, SpaceScope(made.ann.space_id), ids))


async def costs(made, conversation: str) -> list[tuple[int, int | None]]:
    found = await made.storage.read(lambda tx: uses(tx, SpaceScope(made.ann.space_id), conversation))
    return [(one.answers, one.cost_e10) for one in found]


def test_an_answer_that_is_merged_keeps_how_it_came_to_be_and_is_paid_once(play) -> None:
    async def scene(made) -> None:
        conversation, main, _, left, right = await forked(made)
        answer = await paid(made, conversation, right[0])
        chosen = [left[1], right[0], right[0]]
        done = await made.tree.merging.choose(made.ann, conversation, chosen, name="Both", base=left[0])
        known = await known_of(made, *(one.id for one in done.messages))
        assert [known[one.id].cost_e10 for one in done.messages] == [100, 100]
        again = known[done.messages[0].id]
        assert (again.run_id, again.asked, again.steps) == (None, answer.asked, answer.steps)
        assert await costs(made, conversation) == [(1, 100)]
        diff = await made.tree.comparing.branches(made.ann, conversation, main, done.messages[0].id)
        assert diff.right.cost_e10 == {"USD": 100}
        await made.tree.deletion.message(made.ann, conversation, right[0], "erase")
        assert await costs(made, conversation) == [(1, 100)]
        await made.tree.deletion.message(made.ann, conversation, done.messages[0].id, "erase", below=True)
        assert await costs(made, conversation) == []

    play(scene)


def test_an_answer_that_is_copied_keeps_how_it_came_to_be_until_it_is_erased(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two")
        answer = await paid(made, conversation, ids[1])
        copies = [(await made.tree.copying.copy(made.ann, conversation)).conversation.id for _ in range(2)]
        assert [await costs(made, one) for one in (conversation, *copies)] == [[(1, 100)]] * 3
        head = (await made.tree.messages.page(made.ann, copies[0])).items[-1].message.id
        (copied,) = (await known_of(made, head)).values()
        assert (copied.conversation_id, copied.run_id) == (copies[0], None)
        for name in ("model", "route", "asked", "steps", "input_tokens", "started_at_ms", "ended_at_ms"):
            assert getattr(copied, name) == getattr(answer, name)
        await made.tree.deletion.message(made.ann, conversation, ids[1], "erase")
        assert [await costs(made, one) for one in (conversation, *copies)] == [[], [(1, 100)], [(1, 100)]]
        await made.tree.deletion.message(made.ann, conversation, ids[1], "erase", copies=True)
        assert [await costs(made, one) for one in copies] == [[], []]

    play(scene)
