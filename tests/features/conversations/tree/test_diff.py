"""Two branches beside each other: what both say, what one says, and what it took; in bounded time."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from salon.features.conversations.models import Answer, Author, Source
from salon.features.conversations.store.answers import insert_answer
from salon.features.conversations.tree.word_diff import Change, Room, changes
from salon.foundation.kit.caller import SpaceScope
from salon.testing.soak import grace

TEXTS = st.lists(st.sampled_from(["a", "the ", "word ", "\n", "line\n", "ü", ". "]), max_size=60).map("".join)


@given(TEXTS, TEXTS)
def test_both_texts_are_in_their_difference(left: str, right: str) -> None:
    found = changes(left, right, Room(pairs=2000))
    assert "".join(one.text for one in found if one.kind != "added") == left
    assert "".join(one.text for one in found if one.kind != "removed") == right
    assert all(one.text for one in found)


def test_words_that_changed_are_told() -> None:
    found = changes("The cat sat here.", "The dog sat here.", Room())
    assert found == (
        Change("same", "The "),
        Change("removed", "cat "),
        Change("added", "dog "),
        Change("same", "sat here."),
    )


def test_texts_that_would_take_long_are_shown_as_replaced() -> None:
    dice = random.Random(1)
    texts = [" ".join(dice.choice("ab") for _ in range(100_000)) for _ in range(2)]
    room, began = Room(), time.monotonic()
    found = changes(texts[0], texts[1], room)
    assert room.is_cut
    assert len(found) < 10
    assert time.monotonic() - began < grace(5)


def answer_to(message, **fields) -> Answer:
    usual = {
        "message_id": message.id, "conversation_id": message.conversation_id, "run_id": None, "model": "a/a",
        "route": "a/a", "finish": "stop", "asked": {"asked": {"model": "a/a", "parameters": {"temperature": 0}}},
        "steps": (), "input_tokens": 10, "output_tokens": 5, "cost_e10": 100, "currency": "USD",
        "started_at_ms": 1, "first_token_at_ms": 2, "ended_at_ms": 3,
    }  # fmt: skip
    return Answer(**(usual | fields))


def test_turns_stand_beside_each_other_with_what_they_took(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("shared", "question")
        model = Author(kind="model", id="a/a")
        append = made.tree.messages.append
        first = await append(made.ann, conversation, [made.said("Yes it is", role="assistant", author=model)])
        other = await made.tree.messages.edit(
            made.ann, conversation, ids[1], made.said("question?"), name="B"
        )
        other = await append(
            made.ann,
            conversation,
            [made.said("No it is", role="assistant", author=model), made.said("thanks")],
            branch_id=other.branch.id,
        )
        scope = SpaceScope(made.ann.space_id)
        asked = {"model": "b/b", "parameters": {"temperature": 1}, "tools": [{"name": "search"}]}
        dear = answer_to(other.messages[0], model="b/b", asked={"asked": asked}, cost_e10=300)
        for answer in (answer_to(first.messages[0]), dear):
            await made.storage.write(lambda tx, answer=answer: insert_answer(tx, scope, answer))
        diff = await made.tree.comparing.branches(made.ann, conversation, main, other.branch.id)
        assert (diff.shared, diff.shared_id, diff.is_cut) == (1, ids[0], False)
        assert [turn.status for turn in diff.turns] == ["changed", "right-only"]
        facts = {one.name: (one.left, one.right) for one in diff.turns[0].pairs[1].differences}
        assert facts == {
            "model": ("a/a", "b/b"), "parameters.temperature": (0, 1),
            "tools": (None, ["search"]), "cost_e10": (100, 300),
        }  # fmt: skip
        assert diff.right.cost_e10 == {"USD": 300}
        assert (diff.left.messages, diff.right.messages, diff.right.models) == (2, 3, ("b/b",))

    play(scene)


def test_paths_to_messages_and_a_path_to_itself_are_compared(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        same = await made.tree.comparing.branches(made.ann, conversation, main, ids[2])
        assert (same.shared, same.turns) == (3, ())
        less = await made.tree.comparing.branches(made.ann, conversation, ids[0], main)
        assert [turn.status for turn in less.turns] == ["right-only", "right-only"]
        assert less.left.messages == 0
        elsewhere = Source(kind="edit-of", id=ids[0], conversation_id=conversation)
        moved = await made.tree.messages.append(
            made.ann, conversation, [made.said("new"), made.said("eins", sources=(elsewhere,))], after=None
        )
        diff = await made.tree.comparing.branches(made.ann, conversation, main, moved.branch.id)
        beside = [(turn.pairs[0].left_id, turn.pairs[0].right_id) for turn in diff.turns]
        assert (ids[0], moved.messages[1].id) in beside

    play(scene)
