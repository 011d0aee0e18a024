"""Temporary conversations: answered as others are, found by their owner alone, gone without a trace."""

import asyncio
import base64
from pathlib import Path

import pytest

from salon.features.conversations.answering.models import Draft
from salon.features.conversations.errors import (
    TemporaryFull,
    TemporaryGone,
    TemporaryRefused,
    TemporaryTooMany,
)
from salon.features.conversations.temporary import Limits
from salon.foundation.acts import ActDiffers
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.kit.ids import PersonId
from salon.foundation.messages import ImagePart, TextPart
from salon.foundation.runs import END
from salon.testing.load import until_async
from salon.testing.talking import ANN, BOB, MODEL, said, text_of

CANARY = "kingfisher-at-the-weir"
SLOW = f"{CANARY} {{{{fake tokens=400;rate=50}}}}"


async def begun(scene, caller: Caller = ANN, **more):
    view = await scene.processes[0].temporary.begin(caller, settings={"model": MODEL}, **more)
    return await scene.processes[0].temporary.room(caller, view.conversation.id)


async def answered(room, text: str, caller: Caller = ANN):
    sent = await room.answering.sending.send(caller, room.id, said(text))
    scope = SpaceScope(caller.space_id)

    async def is_over() -> bool:
        return (await room.runs.get(scope, sent.answers[0].run_id)).status != "running"

    await until_async(is_over, what="the end of the answer")
    return sent


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_it_is_answered_as_others_are_and_every_id_says_what_it_is(talk) -> None:
    async def acts(scene) -> None:
        room = await begun(scene, title=CANARY)
        sent = await answered(room, "Hello {{fake tokens=3}}")
        page = await room.tree.messages.page(ANN, room.id)
        assert [text_of(view.message) for view in page.items] == ["Hello {{fake tokens=3}}", "tok tok tok "]
        told = [room.id, sent.message.id, sent.answers[0].message_id, sent.answers[0].run_id]
        assert [one[:7] for one in told] == ["tmpcnv_", "tmpmsg_", "tmpmsg_", "tmprun_"]
        exact = await room.answering.exact.request(ANN, sent.answers[0].message_id)
        assert exact.steps[0].attempts
        for one in told:
            assert await scene.processes[0].temporary.room(ANN, one) is room

    talk(acts)


def test_nothing_of_it_reaches_the_disk_while_it_is_there_or_after(talk, tmp_path: Path) -> None:
    async def acts(scene) -> None:
        room = await begun(scene, title=f"About the {CANARY}")
        sent = await answered(room, f"{CANARY} {{{{fake tokens=3}}}}")
        edited = await room.answering.sending.edit(ANN, sent.message.id, said(SLOW))
        waits = await room.answering.sending.send(ANN, room.id, said(f"then {CANARY}"))
        assert waits.queued is not None
        assert waits.queued.id.startswith("tmpque_")
        assert CANARY.encode() not in all_bytes(tmp_path)
        await scene.processes[0].temporary.end(ANN, room.id)
        assert scene.fake.journal.counts["requests"] == 2
        assert edited.answers
        assert CANARY.encode() not in all_bytes(tmp_path)
        kept, _ = await scene.conversation()
        await scene.ended(await scene.send(kept, f"kept: {CANARY} {{{{fake tokens=1}}}}"))
        assert CANARY.encode() in all_bytes(tmp_path)

    talk(acts)


def test_the_end_stops_the_answer_and_tells_its_viewers(talk) -> None:
    async def acts(scene) -> None:
        room = await begun(scene)
        sent = await room.answering.sending.send(ANN, room.id, said(SLOW))
        seen = []

        async def view() -> None:
            walk = room.runs.walk(SpaceScope(ANN.space_id), sent.answers[0].run_id)
            async for batch in walk.batches():
                seen.extend(batch)

        async with asyncio.TaskGroup() as group:
            group.create_task(view())
            await until_async(lambda: _is_more_than(seen, 5), what="some text")
            done = await scene.processes[0].temporary.end(ANN, room.id)
        assert (done.id, done.verb, done.kind) == (room.id, "delete", "conversation")
        assert seen[-1].type == END
        assert seen[-1].data()["status"] == "interrupted"
        with pytest.raises(TemporaryGone):
            await scene.processes[0].temporary.room(ANN, sent.answers[0].run_id)
        await until_async(lambda: _is_gone(room), what="the end of its memory")

    talk(acts)


async def _is_gone(room) -> bool:
    try:
        await room.view()
    except TemporaryGone:
        return True
    return False


async def _is_more_than(seen: list, count: int) -> bool:
    return len(seen) > count


def test_only_who_began_it_has_it_and_others_hear_what_they_hear_of_any_id(talk) -> None:
    async def acts(scene) -> None:
        temporary = scene.processes[0].temporary
        room = await begun(scene)
        sent = await answered(room, "Hi {{fake tokens=1}}")
        colleague = Caller(kind="person", space_id=ANN.space_id, person_id=PersonId("per_eve"))
        ids = [room.id, sent.message.id, sent.answers[0].run_id]
        for caller in (BOB, colleague):
            assert await temporary.own(caller) == []
            for one in ids:
                with pytest.raises(TemporaryGone) as caught:
                    await temporary.room(caller, one)
                unknown = one[:-4] + "0000"
                with pytest.raises(TemporaryGone) as other:
                    await temporary.room(caller, unknown)
                assert caught.value.message.replace(one, "") == other.value.message.replace(unknown, "")
            with pytest.raises(TemporaryGone):
                await temporary.end(caller, room.id)
        assert [view.conversation.id for view in await temporary.own(ANN)] == [room.id]

    talk(acts)


def test_it_ends_when_it_was_not_used_for_long_but_not_while_it_answers(talk) -> None:
    async def acts(scene) -> None:
        temporary, clock = scene.processes[0].temporary, scene.bench.clock
        scene.processes[0].limits = Limits(unused_s=0.3)
        idle, busy = await begun(scene), await begun(scene)
        await busy.answering.sending.send(ANN, busy.id, said(SLOW))
        start_s = clock.monotonic_s()
        await until_async(lambda: _later(clock, start_s + 0.4), what="some time")
        assert await temporary.end_unused() == 1
        with pytest.raises(TemporaryGone, match="was not used for too long"):
            await temporary.room(ANN, idle.id)
        assert await temporary.room(ANN, busy.id) is busy

    talk(acts)


async def _later(clock, at_s: float) -> bool:
    return clock.monotonic_s() >= at_s


def test_a_space_has_so_many_and_so_much_and_another_space_has_its_own(talk) -> None:
    async def acts(scene) -> None:
        process = scene.processes[0]
        process.limits = Limits(most=2)
        first, _ = await begun(scene), await begun(scene)
        with pytest.raises(TemporaryTooMany):
            await begun(scene)
        await begun(scene, BOB)
        await process.temporary.end(ANN, first.id)
        room = await begun(scene)
        process.limits = Limits(space_bytes=process.temporary.size_bytes)
        assert await process.temporary.room(ANN, room.id, writes=True) is room
        await room.answering.sending.send(ANN, room.id, said("x" * 500_000, wants_answer=False))
        with pytest.raises(TemporaryFull, match="this space"):
            await process.temporary.room(ANN, room.id, writes=True)
        assert await process.temporary.room(ANN, room.id) is room
        process.limits = Limits(house_bytes=process.temporary.size_bytes)
        with pytest.raises(TemporaryFull, match="all spaces"):
            await begun(scene, BOB)

    talk(acts)


@pytest.mark.parametrize("whose", ["space_bytes", "house_bytes"])
def test_an_answer_ends_where_there_is_no_more_room_and_keeps_what_it_said(talk, whose: str) -> None:
    async def acts(scene) -> None:
        process, room = scene.processes[0], await begun(scene)
        most = process.temporary.size_bytes + 60_000
        process.limits = Limits(**{whose: most})
        sent = await answered(room, "Go on {{fake tokens=20000;rate=5000}}")
        run = await room.runs.get(SpaceScope(ANN.space_id), sent.answers[0].run_id)
        view = (await room.tree.messages.page(ANN, room.id)).items[-1]
        assert (run.status, view.message.status) == ("failed", "interrupted")
        assert text_of(view.message).startswith("tok tok ")
        assert len(text_of(view.message)) < 60_000
        exact = await room.answering.exact.request(ANN, view.message.id)
        assert exact.error["error"]["code"] == "temporary_full"
        assert process.temporary.size_bytes < most + 40_000
        await until_async(lambda: _is_idle(scene), what="the end at the provider")

    talk(acts)


async def _is_idle(scene) -> bool:
    return scene.bench.gateway.admission.active == 0


def test_a_clients_own_id_begins_one_once(talk) -> None:
    async def acts(scene) -> None:
        first, again = await begun(scene, client_id="one"), await begun(scene, client_id="one")
        assert first is again
        with pytest.raises(ActDiffers):
            await begun(scene, client_id="one", title="Another")
        with pytest.raises(InvalidRequest):
            await begun(scene, title="x" * 301)
        assert scene.processes[0].temporary.count == 1

    talk(acts)


def test_what_is_usual_in_the_space_holds_in_it(talk) -> None:
    async def acts(scene) -> None:
        await scene.answering.settings.change_space(ANN, {"model": MODEL})
        view = await scene.processes[0].temporary.begin(ANN)
        room = await scene.processes[0].temporary.room(ANN, view.conversation.id)
        await answered(room, "Hi {{fake tokens=1}}")
        assert len((await room.tree.messages.page(ANN, room.id)).items) == 2

    talk(acts)


def test_what_waited_in_it_is_found_when_an_act_on_it_is_sent_again(talk) -> None:
    async def acts(scene) -> None:
        room, temporary = await begun(scene), scene.processes[0].temporary
        await room.answering.sending.send(ANN, room.id, said(SLOW))
        waits = (await room.answering.sending.send(ANN, room.id, said("Then"))).queued
        for _ in range(2):
            found = await temporary.room(ANN, waits.id)
            await found.answering.queue.drop(ANN, waits.id, client_id="drop")
        with pytest.raises(TemporaryGone):
            await temporary.room(BOB, waits.id)

    talk(acts)


def test_its_branches_are_compared_and_merged_by_messages(talk) -> None:
    async def acts(scene) -> None:
        room = await begun(scene)
        sent = await answered(room, "Hi {{fake tokens=1}}")
        said_id, answer_id = sent.message.id, sent.answers[0].message_id
        found = await room.tree.comparing.branches(ANN, room.id, said_id, answer_id)
        assert (found.shared, found.shared_id) == (1, said_id)
        done = await room.tree.merging.choose(ANN, room.id, [answer_id], name="Again", base=said_id)
        assert done.branch.head_id == answer_id
        with pytest.raises(NotFound, match="message tmpmsg_none"):
            await room.tree.comparing.branches(ANN, room.id, "tmpmsg_none", answer_id)

    talk(acts)


def test_what_is_not_done_with_it_is_refused(talk) -> None:
    async def acts(scene) -> None:
        room = await begun(scene)
        with pytest.raises(TemporaryRefused):
            await room.tree.copying.copy(ANN, room.id)
        with pytest.raises(TemporaryRefused):
            await scene.processes[0].temporary.end(ANN, room.id, "archive")
        with pytest.raises(TemporaryRefused):  # as any part asks that knows only what is kept
            await scene.tree.conversations.get(ANN, room.id)

    talk(acts)


def test_pictures_of_models_stay_in_the_message_or_are_said_to_have_been_there(talk) -> None:
    async def acts(scene) -> None:
        room = await begun(scene)
        small, large = (base64.b64encode(b"p" * size).decode() for size in (200_000, 3_000_000))
        parts = (
            ImagePart(data=small, media_type="image/png"),
            TextPart(text="and"),
            ImagePart(data=large, media_type="image/png"),
        )
        kept = await room.answering.files.kept(ANN, parts)
        assert kept[:2] == parts[:2]
        assert "larger than a temporary conversation keeps" in text_of_part(kept[2])
        draft = Draft(parts=kept[:1], wants_answer=False)
        sent = await room.answering.sending.send(ANN, room.id, draft)
        assert sent.message.content.parts == kept[:1]

    talk(acts)


def text_of_part(part) -> str:
    return part.text if isinstance(part, TextPart) else ""
