"""Runs: one log, one owner, one end."""

import asyncio

import pytest

from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import NotFound, TooLarge
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import RedisCopies, Rewind, RunEnded, RunEvent, Runs, StaleEpoch
from salon.testing.databases import database
from salon.testing.load import until_async

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
SCOPE = SpaceScope(SpaceId("spc_a"))


async def collect(runs: Runs, run_id: str, **position: int) -> list[object]:
    async with asyncio.timeout(60):
        return [seen async for seen in runs.follow(SCOPE, run_id, **position)]


def numbers(seen: list[object]) -> list[int]:
    return [item.number for item in seen if isinstance(item, RunEvent)]


def test_viewers_see_the_whole_log_whenever_they_come(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            await runs.start()
            handle = await runs.begin(CALLER, "turn", {"x": 1})
            early = asyncio.ensure_future(collect(runs, handle.run_id))
            for i in range(50):
                handle.append("text-delta", {"text": str(i)})
                if i % 10 == 0:
                    await asyncio.sleep(0.02)
            late = asyncio.ensure_future(collect(runs, handle.run_id, epoch=1, number=20))
            await handle.end("done", {"text": "all"})
            after = await collect(runs, handle.run_id)
            await runs.close()
            return await early, await late, after

    early, late, after = asyncio.run(play())
    assert numbers(early) == numbers(after) == list(range(1, 52))
    assert numbers(late) == list(range(21, 52))
    assert after[-1].is_end
    assert after[-1].data() == {"status": "done", "data": {"text": "all"}}


def test_a_viewer_that_waits_may_take_what_happens_at_once_and_misses_nothing(tmp_path) -> None:
    seen: list[int] = []
    taken: list[int] = []

    def at_once(event: RunEvent) -> bool:
        if event.number % 3 == 0:
            return False
        seen.append(event.number)
        taken.append(event.number)
        return True

    async def has_come(number: int) -> bool:
        return bool(seen) and seen[-1] == number

    async def watch(runs: Runs, run_id: str) -> None:
        async for batch in runs.walk(SCOPE, run_id, at_once=at_once).batches():
            seen.extend(item.number for item in batch)

    async def play() -> None:
        async with database(tmp_path / "salon.db") as storage:
            runs = Runs(storage)
            await runs.start()
            handle = await runs.begin(CALLER, "turn")
            watching = asyncio.ensure_future(watch(runs, handle.run_id))
            for number in range(1, 31):
                handle.append("text-delta", "x")
                await until_async(lambda number=number: has_come(number), what="the event")
            await handle.end("done")
            await watching
            assert seen == list(range(1, 32))
            assert len(taken) >= 18

    asyncio.run(play())


def test_one_tick_writes_the_events_of_all_runs_together(tmp_path) -> None:
    async def play() -> int:
        async with database(tmp_path / "salon.db") as storage:
            runs = Runs(storage, tick_s=0.2)
            await runs.start()
            handles = [await runs.begin(CALLER, "turn") for _ in range(20)]
            for handle in handles:
                for i in range(10):
                    handle.append("text-delta", i)
            before = runs.writer.writes
            await asyncio.gather(*(handle.flush() for handle in handles))
            return runs.writer.writes - before

    assert asyncio.run(play()) == 1


def test_what_comes_after_a_pause_is_written_at_once_and_the_rest_with_the_next_tick(address: str) -> None:
    async def play() -> tuple[int, int]:
        async with database(address) as storage:
            runs = Runs(storage, tick_s=3600)
            await runs.start()
            handle = await runs.begin(CALLER, "turn")

            async def durable() -> int:
                return (await runs.get(SCOPE, handle.run_id)).last_number

            async def has_one() -> bool:
                return await durable() == 1

            handle.append("text-delta", "first")
            await until_async(has_one, what="the first event in the database")
            handle.append("text-delta", "second")
            await asyncio.sleep(0)
            before = await durable()
            await handle.end("done")
            return before, await durable()

    assert asyncio.run(play()) == (1, 3)


def test_a_run_ends_once_and_takes_nothing_after(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            await runs.start()
            handle = await runs.begin(CALLER, "turn")
            handle.append("text-delta", "x")
            await asyncio.gather(*(handle.end("done") for _ in range(5)))
            await handle.end("failed")
            with pytest.raises(RunEnded):
                handle.append("text-delta", "y")
            seen = await collect(runs, handle.run_id)
            return seen, (await runs.get(SCOPE, handle.run_id)).status

    seen, status = asyncio.run(play())
    assert [item.type for item in seen] == ["text-delta", "end"]
    assert status == "done"


def test_a_stale_owner_can_neither_append_nor_end(address: str) -> None:
    async def play():
        async with database(address) as storage:
            old, new = Runs(storage), Runs(storage)
            await old.start()
            handle = await old.begin(CALLER, "turn")
            handle.append("text-delta", "kept")
            await handle.flush()
            taken = await new.take_over(await new.get(SCOPE, handle.run_id))
            handle.append("text-delta", "lost")
            with pytest.raises(StaleEpoch):
                await handle.end("done")
            taken.append("text-delta", "new")
            await taken.end("done")
            seen = await collect(new, handle.run_id)
            behind = await collect(new, handle.run_id, epoch=1, number=2)
            return seen, behind

    seen, behind = asyncio.run(play())
    assert [item.data() for item in seen[:2]] == ["kept", "new"]
    assert behind[0] == Rewind(epoch=2, number=1)
    assert numbers(behind) == [2, 3]


def test_nothing_is_left_running_by_a_dead_process(address: str) -> None:
    async def play():
        async with database(address) as storage:
            clock = ManualClock()
            dead = Runs(storage, clock=clock)
            handles = [await dead.begin(CALLER, "turn") for _ in range(3)]
            clock.advance(60)
            alive = Runs(storage, clock=clock)
            settled = await alive.start()
            statuses = {(await alive.get(SCOPE, handle.run_id)).status for handle in handles}
            seen = await collect(alive, handles[0].run_id)
            await alive.close()
            return settled, statuses, seen

    settled, statuses, seen = asyncio.run(play())
    assert (settled, statuses) == (3, {"interrupted"})
    assert [item.is_end for item in seen] == [True]


def test_the_only_owner_need_not_wait_for_leases(tmp_path) -> None:
    async def play() -> int:
        async with database(tmp_path / "salon.db") as storage:
            handle = await Runs(storage).begin(CALLER, "turn")
            alive = Runs(storage)
            settled = await alive.start(is_alone=True)
            assert (await alive.get(SCOPE, handle.run_id)).status == "interrupted"
            await alive.close()
            return settled

    assert asyncio.run(play()) == 1


def test_a_live_owner_keeps_its_lease(address: str) -> None:
    async def play() -> str:
        async with database(address) as storage:
            clock = ManualClock()
            owner, other = Runs(storage, clock=clock), Runs(storage, clock=clock)
            handle = await owner.begin(CALLER, "turn")
            for _ in range(5):
                clock.advance(10)
                await owner.tidy()
                assert await other.tidy() == 0
            return (await owner.get(SCOPE, handle.run_id)).status

    assert asyncio.run(play()) == "running"


def test_a_kind_that_can_be_resumed_is_and_completed_steps_are_not_run_again(address: str) -> None:
    async def play() -> tuple[list[str], object]:
        ran: list[str] = []

        async def plan(handle) -> None:
            for path in ("fetch", "think", "write"):
                if path == "write" and len(ran) == 2 and handle.epoch == 1:
                    raise asyncio.CancelledError

                async def work(path: str = path) -> str:
                    ran.append(path)
                    return f"result of {path}"

                assert await handle.step(path, work) == f"result of {path}"
            await handle.end("done", ran)

        async with database(address) as storage:
            clock = ManualClock()
            handle = await Runs(storage, clock=clock).begin(CALLER, "plan")
            with pytest.raises(asyncio.CancelledError):
                await plan(handle)
            clock.advance(60)
            alive = Runs(storage, clock=clock, resumers={"plan": plan})
            await alive.start()
            seen = await collect(alive, handle.run_id)
            await alive.close()
            return ran, seen[-1].data()["status"]

    assert asyncio.run(play()) == (["fetch", "think", "write"], "done")


def test_a_stop_reaches_the_owner_at_once_here_and_soon_elsewhere(address: str) -> None:
    async def play() -> bool:
        async with database(address) as storage:
            runs, other = Runs(storage), Runs(storage)
            first, second = await runs.begin(CALLER, "turn"), await runs.begin(CALLER, "turn")
            assert await runs.stop(SCOPE, first.run_id)
            assert first.stop_requested.is_set()
            assert await other.stop(SCOPE, second.run_id)
            await runs.tidy()
            return second.stop_requested.is_set()

    assert asyncio.run(play())


def test_another_space_finds_nothing(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            runs = Runs(storage)
            handle = await runs.begin(CALLER, "turn")
            foreign = SpaceScope(SpaceId("spc_b"))
            with pytest.raises(NotFound):
                await runs.get(foreign, handle.run_id)
            with pytest.raises(NotFound):
                await anext(runs.follow(foreign, handle.run_id))
            assert not await runs.stop(foreign, handle.run_id)

    asyncio.run(play())


def test_compaction_keeps_the_end_and_sends_viewers_back(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            await runs.start()
            handle = await runs.begin(CALLER, "turn")
            handle.append("tool-call", "kept")
            for i in range(1200):
                handle.append("text-delta" if i < 600 else "tool-result", i)
            await handle.end("done", "whole")
            dropped = await runs.compact(before_ms=2**50)
            return (
                dropped,
                await collect(runs, handle.run_id),
                await collect(runs, handle.run_id, epoch=1, number=9),
            )

    dropped, whole, behind = asyncio.run(play())
    assert dropped == 600
    assert len(whole) == 603
    assert whole[0] == behind[0] == Rewind(epoch=1, number=0, reason="compacted")
    assert numbers(behind) == numbers(whole)


def test_an_oversized_event_is_refused(tmp_path) -> None:
    async def play() -> None:
        async with database(tmp_path / "salon.db") as storage:
            handle = await Runs(storage).begin(CALLER, "turn")
            with pytest.raises(TooLarge):
                handle.append("text-delta", "x" * 300_000)
            assert handle.append("text-delta", "x") == 1

    asyncio.run(play())


@pytest.mark.parametrize("redis", ["without", "with", "away"])
def test_a_viewer_in_another_process_misses_nothing(address: str, redis: str, request) -> None:
    urls = {"without": None, "away": "redis://127.0.0.1:1/0"}
    url = request.getfixturevalue("redis_url") if redis == "with" else urls[redis]

    async def play() -> list[int]:
        async with database(address) as ours, database(address) as theirs:
            owner = Runs(ours, live=RedisCopies(url) if url else None)
            viewer = Runs(theirs, live=RedisCopies(url) if url else None)
            await owner.start()
            await viewer.start()
            handle = await owner.begin(CALLER, "turn")
            watching = asyncio.ensure_future(collect(viewer, handle.run_id))
            for i in range(40):
                handle.append("text-delta", i)
                await asyncio.sleep(0.005)
            await handle.end("done")
            seen = await watching
            await viewer.close()
            await owner.close()
            return numbers(seen)

    assert asyncio.run(play()) == list(range(1, 42))


def test_shutdown_leaves_no_run_running(tmp_path) -> None:
    async def play() -> str:
        async with database(tmp_path / "salon.db") as storage:
            runs = Runs(storage)
            await runs.start()
            handle = await runs.begin(CALLER, "turn")
            handle.append("text-delta", "x")
            await runs.close()
            return (await runs.get(SCOPE, handle.run_id)).status

    assert asyncio.run(play()) == "interrupted"


def test_rows_of_a_run_are_written_by_its_owner_only(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            first, second = Runs(storage), Runs(storage)
            await first.start()
            handle = await first.begin(CALLER, "batch")
            assert await handle.write(lambda _: "written") == "written"
            taken = await second.take_over(await first.get(SCOPE, handle.run_id))
            assert taken is not None
            with pytest.raises(StaleEpoch):
                await handle.write(lambda _: "too late")
            assert handle.is_lost
            assert await taken.write(lambda _: "by the new one") == "by the new one"
            await first.close()

    asyncio.run(play())


def test_an_owner_that_gets_its_run_back_from_another_one_speaks_in_one_epoch_only(address: str) -> None:
    async def play() -> list[object]:
        async with database(address) as storage:
            first, second = Runs(storage), Runs(storage)
            await first.start()
            early = await first.begin(CALLER, "turn")
            await second.take_over(await first.get(SCOPE, early.run_id))
            back = await first.take_over(await first.get(SCOPE, early.run_id))
            assert back is not None
            assert early.is_lost
            back.append("text-delta", "heard")
            with pytest.raises(StaleEpoch):
                early.append("text-delta", "too late")
            await back.end("done")
            seen = await collect(first, back.run_id)
            await first.close()
            return seen

    assert numbers(asyncio.run(play())) == [1, 2]


def test_a_run_that_is_let_go_goes_on_elsewhere_at_once(address: str) -> None:
    async def play() -> None:
        seen: list[str] = []

        async def go_on(handle) -> None:
            seen.append(handle.run_id)
            await handle.end("done")

        async with database(address) as storage:
            first, second = Runs(storage), Runs(storage)
            second.resume_with("batch", go_on)
            await first.start()
            handle = await first.begin(CALLER, "batch")
            assert await second.start() == 0
            await first.let_go(handle)

            async def is_over() -> bool:
                await second.tidy()
                return (await second.get(SCOPE, handle.run_id)).status != "running"

            await until_async(is_over, what="the end of a run that was let go")
            await first.close()
            await second.close()
            assert (await collect(second, handle.run_id))[-1].data()["status"] == "done"
            assert seen == [handle.run_id]

    asyncio.run(play())


def test_a_drafted_run_begins_with_what_it_belongs_to_or_not_at_all(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            await runs.start()
            kept, dropped = runs.draft(CALLER, "turn", {"a": 1}), runs.draft(CALLER, "turn")

            def fail(tx) -> None:
                runs.insert(tx, dropped)
                raise NotFound(what="thing", id="x")

            await storage.write(lambda tx: runs.insert(tx, kept))
            with pytest.raises(NotFound):
                await storage.write(fail)
            handle = runs.own(kept)
            for number in range(600):
                handle.append("text-delta", number)
            await handle.end("done")
            found = await runs.events(SCOPE, kept.id)
            with pytest.raises(NotFound):
                await runs.events(SpaceScope(SpaceId("spc_b")), kept.id)
            return [run.id for run in await runs.list(SCOPE)], kept.id, [one.number for one in found]

    ids, kept, found = asyncio.run(play())
    assert ids == [kept]
    assert found == list(range(1, 602))
