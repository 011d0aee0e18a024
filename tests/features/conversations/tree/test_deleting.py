"""Four verbs: what is hidden comes back, what is deleted does for 30 days, what is erased never."""

import msgspec
import pytest

from salon.features.conversations.errors import BodyGone
from salon.features.conversations.models import Source
from salon.features.conversations.store.conversations import get_branch
from salon.features.conversations.store.deleting import Erasure
from salon.features.conversations.store.participants import participants_of
from salon.features.conversations.tree.branches import BranchChange
from salon.features.conversations.tree.conversations import ConversationChange
from salon.features.conversations.tree.deleting import KEPT_MS, HeldBackup
from salon.foundation.audit import list_records
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound
from salon.foundation.runs import Runs

DAY_S = 24 * 3600


def test_what_is_hidden_or_archived_comes_back(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        deletion, listed = made.tree.deletion, made.tree.conversations.page
        await deletion.conversation(made.ann, conversation, "archive")
        await deletion.conversation(made.ann, conversation, "hide")
        for state, count in (("open", 0), ("archived", 0), ("hidden", 1)):
            assert len((await listed(made.ann, state=state)).items) == count
        assert (await deletion.restore_conversation(made.ann, conversation)).archived_at_ms is not None
        await deletion.restore_conversation(made.ann, conversation)
        with pytest.raises(Conflict):
            await deletion.restore_conversation(made.ann, conversation)
        await deletion.branch(made.ann, conversation, main, "hide")
        assert (await deletion.restore_branch(made.ann, conversation, main)).hidden_at_ms is None
        done = await deletion.message(made.ann, conversation, ids[1], "archive", below=True)
        assert (done.messages, done.bodies_gone_at_ms) == (0, None)
        await deletion.restore_message(made.ann, conversation, ids[1], below=True)
        page = await made.tree.messages.page(made.ann, conversation)
        assert [view.message.archived_at_ms for view in page.items] == [None] * 3

    play(scene)


def test_a_deleted_message_keeps_its_place_and_says_nothing(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two", "three")
        done = await made.tree.deletion.message(made.ann, conversation, ids[1], "delete", client_id="d")
        assert (done.messages, done.bodies_gone_at_ms) == (1, made.clock.now_ms() + KEPT_MS)
        again = await made.tree.deletion.message(made.ann, conversation, ids[1], "delete", client_id="d")
        assert again == done
        assert await made.words(conversation) == ["one", None, "three"]
        assert (await made.tree.conversations.get(made.ann, conversation)).conversation.messages == 2
        await made.tree.deletion.restore_message(made.ann, conversation, ids[1])
        assert await made.words(conversation) == ["one", "two", "three"]
        assert (await made.tree.conversations.get(made.ann, conversation)).conversation.messages == 3
        scope = SpaceScope(made.ann.space_id)
        kept = await made.storage.read(lambda tx: list_records(tx, scope))
        assert [(one.action, one.target) for one in kept.records] == [("message.deleted", ids[1])]

    play(scene)


def test_a_branch_goes_with_what_no_other_branch_shows(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one", "two", "three")
        side = await made.tree.branches.create(
            made.ann, conversation, name="Side", head_id=ids[1], opens=True
        )
        await made.tree.messages.append(made.ann, conversation, [made.said("drei"), made.said("vier")])
        done = await made.tree.deletion.branch(made.ann, conversation, side.id, "delete")
        assert done.messages == 2
        view = await made.tree.conversations.get(made.ann, conversation)
        assert (view.conversation.branch_id, len(view.branches)) == (main, 1)
        assert await made.words(conversation) == ["one", "two", "three"]
        with pytest.raises(NotFound):
            await made.words(conversation, branch_id=side.id)
        with pytest.raises(Conflict, match="only branch"):
            await made.tree.deletion.branch(made.ann, conversation, main, "delete")
        await made.tree.deletion.restore_branch(made.ann, conversation, side.id)
        assert await made.words(conversation, branch_id=side.id) == ["one", "two", "drei", "vier"]
        await made.tree.deletion.branch(made.ann, conversation, side.id, "erase")
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_branch(made.ann, conversation, side.id)

    play(scene)


def test_the_bodies_of_what_was_deleted_go_after_thirty_days(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("word-one", "word-two")
        other, _, _ = await made.talk("word-three")
        await made.tree.deletion.message(made.ann, conversation, ids[0], "delete")
        await made.tree.deletion.conversation(made.ann, other, "delete")
        made.clock.advance(29 * DAY_S)
        assert await made.tree.janitor.tidy() == 0
        made.clock.advance(DAY_S)
        assert await made.tree.janitor.tidy() == 2
        assert await made.tree.janitor.tidy() == 0
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_message(made.ann, conversation, ids[0])
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_conversation(made.ann, other)
        assert await made.words(conversation) == [None, "word-two"]
        assert await made.bodies_with(b"word-") == 1

    play(scene)


def test_what_was_made_of_deleted_messages_goes_with_their_bodies(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("secret", "kept")
        await made.title_from(conversation, "secret", ids[0])
        summary = Source(kind="summary-of", id=ids[0], conversation_id=conversation)
        await made.tree.messages.append(made.ann, conversation, [made.said("a secret", sources=(summary,))])
        side = await made.tree.branches.create(made.ann, conversation, name="Secret", head_id=ids[1])
        await made.tree.messages.append(made.ann, conversation, [made.said("drei")], branch_id=side.id)
        await made.tree.deletion.message(made.ann, conversation, ids[0], "delete")
        await made.tree.deletion.branch(made.ann, conversation, side.id, "delete")
        made.clock.advance(30 * DAY_S)
        await made.tree.janitor.tidy()
        assert await made.bodies_with(b"secret") == 0
        assert await made.words(conversation) == [None, "kept", None]
        left = (await made.tree.conversations.get(made.ann, conversation)).conversation
        assert (left.title, left.messages) == ("", 1)
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_branch(made.ann, conversation, side.id)

    play(scene)


def test_a_deleted_conversation_leaves_its_id_alone_after_thirty_days(play) -> None:
    async def scene(made) -> None:
        spoken, _, _ = await made.talk(*(f"word {number}" for number in range(501)))
        silent, branch, _ = await made.talk()
        for one in (spoken, silent):
            await made.tree.conversations.change(made.ann, one, ConversationChange(settings={"model": "m"}))
            await made.tree.deletion.conversation(made.ann, one, "delete")
        made.clock.advance(30 * DAY_S)
        assert await made.tree.janitor.tidy() == 501
        assert await made.bodies_with(b"word") == 0
        left = (await made.tree.conversations.page(made.ann, state="deleted")).items
        assert [(one.title, one.settings, one.messages) for one in left] == [("", {}, 0)] * 2
        scope = SpaceScope(made.ann.space_id)
        assert (await made.storage.read(lambda tx: get_branch(tx, scope, branch))).name == ""
        versions = {one.id: one.version for one in left}
        await made.tree.janitor.tidy()
        left = (await made.tree.conversations.page(made.ann, state="deleted")).items
        assert {one.id: one.version for one in left} == versions
        for one in (spoken, silent):
            with pytest.raises(BodyGone):
                await made.tree.deletion.restore_conversation(made.ann, one)

    play(scene)


def test_an_erasure_takes_what_was_made_of_it_and_tells_what_says_the_same(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("secret", "more")
        summary = Source(kind="summary-of", id=ids[0], conversation_id=conversation)
        copy = Source(kind="forked-from", id=ids[0], conversation_id=conversation)
        await made.tree.messages.append(made.ann, conversation, [made.said("a secret", sources=(summary,))])
        other, _, _ = await made.talk()
        done = await made.tree.messages.append(made.ann, other, [made.said("secret", sources=(copy,))])
        forgotten: list[str] = []
        made.tree.erasers.add(lambda _tx, _scope, gone: forgotten.extend(gone))
        held = HeldBackup(name="salon.db", made_at_ms=1, expires_at_ms=None)
        made.tree.deletion.backups = lambda: [held]
        erased = await made.tree.deletion.message(made.ann, conversation, ids[0], "erase")
        assert (erased.messages, erased.copies) == (2, ((other, done.messages[0].id),))
        assert erased.backups == (held,)
        assert forgotten[0] == ids[0]
        assert await made.words(conversation) == [None, "more", None]
        assert await made.words(other) == ["secret"]
        erased = await made.tree.deletion.message(made.ann, conversation, ids[0], "erase", copies=True)
        assert await made.words(other) == [None]
        assert await made.bodies_with(b"secret") == 0

    play(scene)


def test_a_title_goes_with_what_it_was_made_from_and_in_copies_with_the_copy(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("secret", "more")
        await made.title_from(conversation, "secret", ids[0])
        copy = (await made.tree.copying.copy(made.ann, conversation)).conversation
        named = (await made.tree.copying.copy(made.ann, conversation, title="Mine")).conversation
        (first,) = (await made.tree.messages.children(made.ann, copy.id, None)).items
        assert (await made.tree.conversations.get(made.ann, copy.id)).conversation.sources == (
            first.message.id,
        )
        without = await made.tree.copying.copy(made.ann, conversation, first_id=ids[1])
        assert without.conversation.title == ""
        await made.tree.deletion.message(made.ann, conversation, ids[0], "erase")
        assert [await made.title_of(one) for one in (conversation, copy.id)] == ["", "secret"]
        await made.tree.deletion.message(made.ann, conversation, ids[0], "erase", copies=True)
        assert [await made.title_of(one) for one in (copy.id, named.id)] == ["", "Mine"]

    play(scene)


def test_the_log_of_the_run_that_made_an_answer_is_erased_with_it(play) -> None:
    async def scene(made) -> None:
        runs = Runs(made.storage, clock=made.clock)
        handle = await runs.begin(made.ann, "turn")
        handle.append("tool-result", {"text": "secret"})
        await handle.flush()
        await handle.step("one", a_secret)
        await handle.end("done", {"text": "secret"})
        conversation, _, _ = await made.talk("question")
        answer = made.said("secret", role="assistant", run_id=handle.run_id)
        done = await made.tree.messages.append(made.ann, conversation, [answer])
        whole: list[str] = []
        made.tree.erasers.add_whole(lambda _tx, _scope, one: whole.append(one))
        await made.tree.deletion.message(made.ann, conversation, done.messages[0].id, "erase")
        events = await runs.events(SpaceScope(made.ann.space_id), handle.run_id)
        assert [(event.is_end, event.body) for event in events] == [(True, b"null")]
        assert whole == []
        await made.tree.deletion.conversation(made.ann, conversation, "erase")
        assert whole == [conversation]
        await runs.close()

    play(scene)


async def a_secret() -> str:
    return "secret"


def test_what_comes_back_comes_back_once(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("one", "two")
        side = await made.tree.branches.create(made.ann, conversation, name="Side", head_id=ids[0])
        deletion = made.tree.deletion
        await deletion.message(made.ann, conversation, ids[1], "delete")
        await deletion.branch(made.ann, conversation, side.id, "delete")
        await deletion.conversation(made.ann, conversation, "delete")
        for _ in range(2):
            whole = await deletion.restore_conversation(made.ann, conversation, client_id="c")
            branch = await deletion.restore_branch(made.ann, conversation, side.id, client_id="b")
            message = await deletion.restore_message(made.ann, conversation, ids[1], client_id="m")
            assert [one.deleted_at_ms for one in (whole, branch, message)] == [None] * 3
        with pytest.raises(Conflict):
            await deletion.restore_message(made.ann, conversation, ids[1])
        assert (await made.tree.conversations.get(made.ann, conversation)).conversation.messages == 2

    play(scene)


def test_an_erased_conversation_leaves_its_id_alone(play) -> None:
    async def scene(made) -> None:
        conversation, _, _ = await made.talk("secret", "secret too")
        await made.tree.deletion.conversation(made.ann, conversation, "delete")
        done = await made.tree.deletion.conversation(made.ann, conversation, "erase")
        assert (done.messages, done.copies) == (2, ())
        assert await made.bodies_with(b"secret") == 0
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_conversation(made.ann, conversation)
        (left,) = (await made.tree.conversations.page(made.ann, state="deleted")).items
        assert (left.title, left.settings, left.messages) == ("", {}, 0)
        scope = SpaceScope(made.ann.space_id)
        assert await made.storage.read(lambda tx: participants_of(tx, scope, conversation)) == []

    play(scene)


def test_a_restore_erases_again(play) -> None:
    async def scene(made) -> None:
        conversation, _, ids = await made.talk("secret", "kept")
        other, _, _ = await made.talk("secret")
        await made.tree.deletion.message(made.ann, conversation, ids[0], "erase")
        await made.tree.deletion.conversation(made.ann, other, "erase")
        erasures = await made.tree.janitor.erasures()
        assert {one.target_id for one in erasures} >= {ids[0], other}
        # As an older backup has it: both are there again.
        again, _, new_ids = await made.talk("secret", "kept")
        older = msgspec.structs.replace(erasures[0], id="era_older", kind="message", target_id=new_ids[0])
        assert await made.tree.janitor.erase_again([*erasures, older]) == 1
        assert await made.words(again) == [None, "kept"]
        assert await made.tree.janitor.erase_again(erasures) == 0

    play(scene)


async def branched(made) -> tuple[str, dict[str, str], list[str]]:
    """Begin a conversation with a title from its first words and a side branch that opens first."""
    conversation, main, ids = await made.talk("one", "secret")
    await made.title_from(conversation, "secret", ids[1])
    side = await made.tree.branches.create(made.ann, conversation, name="Secret", head_id=ids[0], opens=True)
    done = await made.tree.messages.append(made.ann, conversation, [made.said("drei")])
    return conversation, {"main": main, "side": side.id}, [*ids, done.messages[0].id]


def test_a_restore_erases_titles_and_branches_again_and_counts_what_is_left(play) -> None:
    async def scene(made) -> None:
        conversation, branches, ids = await branched(made)
        again, old_branches, old_ids = await branched(made)
        await made.tree.deletion.branch(made.ann, conversation, branches["side"], "erase")
        await made.tree.deletion.message(made.ann, conversation, ids[1], "erase")
        # As an older backup has it: the same in a conversation in which nothing was erased.
        same = dict(zip([*branches.values(), *ids], [*old_branches.values(), *old_ids], strict=True))
        older = [
            msgspec.structs.replace(one, id=f"{one.id}x", target_id=same[one.target_id])
            for one in await made.tree.janitor.erasures()
        ]
        assert await made.tree.janitor.erase_again(older) == 2
        assert await made.tree.janitor.erase_again(older) == 0
        view = await made.tree.conversations.get(made.ann, again)
        assert (view.conversation.title, view.conversation.messages) == ("", 1)
        assert [branch.id for branch in view.branches] == [old_branches["main"]]
        assert view.conversation.branch_id == old_branches["main"]
        assert await made.words(again) == ["one", None]
        with pytest.raises(BodyGone):
            await made.tree.deletion.restore_branch(made.ann, again, old_branches["side"])

    play(scene)


def test_a_conversation_whose_only_branch_is_erased_again_opens_with_another(play) -> None:
    async def scene(made) -> None:
        conversation, main, ids = await made.talk("one")
        await made.tree.branches.change(made.ann, conversation, main, BranchChange(name="Secret"))
        erasure = Erasure(
            id="era_a", space_id=made.ann.space_id, created_by=None,
            kind="branch", target_id=main, created_at_ms=1,
        )  # fmt: skip
        for _ in range(2):
            await made.tree.janitor.erase_again([erasure])
        view = await made.tree.conversations.get(made.ann, conversation)
        assert [(branch.name, branch.head_id) for branch in view.branches] == [("main", ids[0])]
        assert view.conversation.branch_id == view.branches[0].id != main
        assert await made.words(conversation) == ["one"]

    play(scene)
