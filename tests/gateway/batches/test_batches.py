"""Batches at work: every line once, limits waited for, nothing kept longer than it should be."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import Runs
from salon.gateway.batches import BatchOptions, NewLine, store
from salon.testing.gateway_bench import OWNER
from salon.testing.load import until_async

Run = Callable[..., None]
STRANGER = Caller(kind="person", space_id=SpaceId("spc_other"), rights=OWNER.caller.rights)


def test_every_line_is_answered_once_in_its_place(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        batch = await made.make(*(f"{{{{fake text=answer {n};case={n}}}}}" for n in range(300)))
        done = await made.ended(batch)
        assert (done.status, done.succeeded, done.waiting) == ("completed", 300, 0)
        assert await made.answers(done) == [f"answer {n}" for n in range(300)]
        assert set(made.fake.journal.attempts.values()) == {1}
        assert made.outcomes == {"succeeded": 300}
        assert done.input_tokens > 0
        assert made.workshop.lanes.open == 0

    desk(scene, database=database)


def test_two_processes_never_work_on_one_batch(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        runs = Runs(made.bench.storage, lease_s=2.0)
        other = made.another(runs)
        await runs.start()
        batch = await made.make(*(f"{{{{fake case={n};delay=0.1}}}}" for n in range(120)))
        assert (await made.ended(batch)).succeeded == 120
        assert other.at_work == 0
        assert set(made.fake.journal.attempts.values()) == {1}
        await other.close()
        await runs.close()

    desk(scene, database=database)


def test_a_batch_is_taken_over_when_its_lease_runs_out(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        batch = await made.make(*(f"{{{{fake case={n};delay=0.2}}}}" for n in range(40)))
        runs = Runs(made.bench.storage, lease_s=2.0)
        other = made.another(runs)
        await runs.start()
        found = await runs.get(SystemScope("test"), batch.run_id)
        stolen = await runs.take_over(found)  # as if the owner had been silent for a lease
        assert stolen is not None
        await other.work(stolen)
        done = await made.ended(batch)
        assert (done.status, done.succeeded) == ("completed", 40)
        # Only what was under way at the old owner, whose answers came too late, was asked twice.
        assert sum(made.fake.journal.attempts.values()) <= 44
        await other.close()
        await runs.close()

    desk(scene, database=database)


def test_nothing_of_a_line_is_on_the_disk_in_plain_words(desk: Run, tmp_path: Any) -> None:
    async def scene(made: Any) -> None:
        await made.ended(await made.make("a secret question {{fake text=a secret answer}}"))

    desk(scene)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert b"a secret" not in kept


def test_a_new_master_key_opens_what_an_old_one_sealed(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        done = await made.ended(await made.make("{{fake text=sealed}}", "{{fake text=too}}"))
        waits = await made.make("{{fake text=later;delay=0.5}}")
        made.keys.add_new()
        assert await made.workshop.bodies.reseal() == 0
        made.keys.forget_old()
        assert await made.answers(done) == ["sealed", "too"]
        assert await made.answers(await made.ended(waits)) == ["later"]

    desk(scene, database=database)


def test_answers_go_when_their_time_is_over_and_so_does_what_never_came_whole(
    desk: Run, database: str | None
) -> None:
    async def scene(made: Any) -> None:
        done = await made.ended(await made.make("one", "two"))
        half = msgspec.structs.replace(done, id="msgbatch_half", status="receiving", created_at_ms=0)
        half = msgspec.structs.replace(half, keep_until_ms=None)
        await made.bench.storage.write(lambda tx: store.insert_batch(tx, SpaceScope(half.space_id), half))
        assert await made.workshop.clean() == 2
        assert [line async for line in made.batches.lines(OWNER.caller, done)] == []
        assert (await made.batches.get(OWNER.caller, None, done.id)).archived_at_ms is not None
        assert await made.workshop.clean() == 0
        with pytest.raises(NotFound):
            await made.batches.get(OWNER.caller, None, half.id)

    desk(scene, database=database, options=BatchOptions(keep_s=0.0))


@pytest.mark.parametrize("is_forgotten", [False, True], ids=["kept", "deleted"])
def test_a_batch_whose_run_was_ended_by_mistake_goes_on(
    desk: Run, database: str | None, is_forgotten: bool
) -> None:
    async def scene(made: Any) -> None:
        batch = await made.make(*("{{fake delay=0.5}}" for _ in range(12)))
        taken = await made.runs.take_over(await made.runs.get(SystemScope("test"), batch.run_id))
        assert taken is not None
        await taken.end("interrupted")
        await until_async(lambda: not made.workshop.at_work, what="the end of the batch's run")
        older = {"created_at_ms": batch.created_at_ms - 3_600_000}
        await made.bench.storage.write(
            lambda tx: store.change(
                tx, SystemScope("test"), batch.id, lambda one: msgspec.structs.replace(one, **older)
            )
        )
        if is_forgotten:
            await made.runs.compact(before_ms=2**50)
            assert await made.runs.janitor.delete(before_ms=2**50) == 1
        assert await made.workshop.revive() == 1
        assert (await made.ended(batch)).succeeded == 12
        assert await made.workshop.revive() == 0

    desk(scene, database=database)


def test_batches_are_seen_in_their_own_space_only(desk: Run) -> None:
    async def scene(made: Any) -> None:
        batch = await made.ended(await made.make("one"))
        for act in (
            made.batches.get(STRANGER, "anthropic", batch.id),
            made.batches.cancel(STRANGER, "anthropic", batch.id),
            made.batches.delete(STRANGER, "anthropic", batch.id),
            made.batches.get(OWNER.caller, "openai", batch.id),
        ):
            with pytest.raises(NotFound):
                await act
        assert await made.batches.page(STRANGER, "anthropic", older=None, newer=None, limit=5) == ([], False)
        assert await made.batches.all(STRANGER, cursor=None, limit=5) == ([], None)

    desk(scene)


def test_lists_go_on_where_they_ended(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        ids = [(await made.make("one")).id for _ in range(5)][::-1]
        first, cursor = await made.batches.all(OWNER.caller, cursor=None, limit=2)
        rest, end = await made.batches.all(OWNER.caller, cursor=cursor, limit=3)
        assert [batch.id for batch in (*first, *rest)] == ids
        assert end is None
        with pytest.raises(InvalidRequest):
            await made.batches.all(OWNER.caller, cursor="x", limit=3)

    desk(scene, database=database)


def test_a_cancelled_batch_cannot_be_cancelled_again_once_it_has_ended(desk: Run) -> None:
    async def scene(made: Any) -> None:
        batch = await made.make(*("{{fake delay=0.3}}" for _ in range(50)))
        assert (await made.batches.cancel(OWNER.caller, None, batch.id)).status == "cancelling"
        done = await made.ended(batch)
        assert (done.status, done.waiting) == ("cancelled", 0)
        assert done.cancelled >= 40
        with pytest.raises(Conflict):
            await made.batches.cancel(OWNER.caller, None, batch.id)

    desk(scene)


def test_a_limit_is_waited_for_and_a_failure_is_not_retried_for_ever(desk: Run) -> None:
    async def scene(made: Any) -> None:
        batch = await made.make(
            "{{fake case=limit;times=20;fault=429:0}}", "{{fake case=down;fault=500}}", "{{fake fault=400}}"
        )
        done = await made.ended(batch)
        assert (done.succeeded, done.errored) == (1, 2)
        # Each of the line's three tries is up to three attempts of the gateway, as its retry budget has it.
        assert 3 <= made.fake.journal.attempts["down"] <= 9
        assert made.workshop.asker.retries >= 2

    desk(scene, options=BatchOptions(concurrency=2, tries=3, first_pause_s=0.02))


def test_lines_of_someone_who_may_not_ask_any_more_are_told_so(desk: Run) -> None:
    async def scene(made: Any) -> None:
        made.accounts.identity = None
        done = await made.ended(await made.make("one"))
        (line,) = [line async for line in made.batches.lines(OWNER.caller, done)]
        assert (line.status, line.http_status) == ("errored", 401)
        assert made.fake.journal.counts["requests"] == 0

    desk(scene)


def test_an_unknown_endpoint_is_refused(desk: Run) -> None:
    async def scene(made: Any) -> None:
        with pytest.raises(InvalidRequest, match="endpoint"):
            await made.batches.create(
                OWNER.caller, [NewLine("one", b"{}")], protocol="openai", endpoint="/v1/other"
            )

    desk(scene)


def test_waiting_for_a_batch_is_not_waiting_for_people(desk: Run) -> None:
    """With as many requests of people under way as there are places, one line goes at a time."""

    async def scene(made: Any) -> None:
        people = [
            asyncio.ensure_future(made.bench.call("anthropic/fake", "{{fake delay=3}}")) for _ in range(4)
        ]
        await until_async(lambda: made.bench.gateway.admission.active >= 4, what="four requests of people")
        batch = await made.make(*("{{fake delay=0.1}}" for _ in range(6)))
        most = 0

        def are_served() -> bool:
            nonlocal most
            most = max(most, made.workshop.lanes.open)
            return all(one.done() for one in people)

        await until_async(are_served, what="the answers to people")
        assert most == 1
        assert (await made.ended(batch)).succeeded == 6

    desk(scene)
