"""What ended runs leave behind: dropped, deleted and reported."""

import asyncio

from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import Rewind, RunEvent, RunHandle, Runs
from salon.foundation.runs.store import end_run, journal, log_after
from salon.foundation.storage import Storage
from salon.testing.databases import database

CALLER = Caller(kind="owner", space_id=SpaceId("spc_a"))
SCOPE = SpaceScope(SpaceId("spc_a"))
TEST = SystemScope("test: look at a log")


async def ended(runs: Runs, *, deltas: int = 5, kind: str = "turn") -> RunHandle:
    handle = await runs.begin(CALLER, kind)
    for number in range(deltas):
        handle.append("text-delta", number)
    await handle.end("done", {"message": "msg_1"})
    return handle


async def log_of(storage: Storage, run_id: str) -> list[str]:
    return [event.type for event in await storage.read(lambda tx: log_after(tx, TEST, run_id, 0))]


def test_deltas_go_within_a_minute_of_the_end(address: str) -> None:
    async def play() -> tuple[list[str], list[str]]:
        async with database(address) as storage:
            clock = ManualClock()
            runs = Runs(storage, clock=clock)
            run_id = (await ended(runs)).run_id
            await runs.tidy()
            before = await log_of(storage, run_id)
            clock.advance(55)
            await runs.tidy()
            return before, await log_of(storage, run_id)

    before, after = asyncio.run(play())
    assert before == ["text-delta"] * 5 + ["end"]
    assert after == ["end"]


def test_deltas_stay_until_the_result_stands(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            standing: set[str] = set()
            runs = Runs(storage)
            runs.compact_when("turn", lambda _, run: run.id in standing)
            handles = [await ended(runs) for _ in range(3)]
            other = await ended(runs, kind="import")
            assert await runs.compact(before_ms=2**50) == 5
            assert await log_of(storage, other.run_id) == ["end"]
            standing.add(handles[1].run_id)
            assert await runs.compact(before_ms=2**50) == 5
            assert len(await log_of(storage, handles[0].run_id)) == 6

    asyncio.run(play())


def test_many_that_do_not_stand_keep_nobody_else_from_being_compacted(tmp_path) -> None:
    async def play() -> int:
        async with database(tmp_path / "salon.db") as storage:
            clock = ManualClock()
            runs = Runs(storage, clock=clock)
            runs.compact_when("turn", lambda *_: False)
            for number in range(230):
                await ended(runs, deltas=1)
                clock.advance(0.001 * (number % 2))
            clock.advance(1)
            await ended(runs, deltas=3, kind="import")
            return await runs.compact(before_ms=2**50)

    assert asyncio.run(play()) == 3


def test_a_viewer_in_the_middle_is_sent_back_and_gets_the_end(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            run_id = (await ended(runs, deltas=1200)).run_id
            walk = runs.walk(SCOPE, run_id)
            batches = walk.batches()
            first = await anext(batches)
            await runs.compact(before_ms=2**50)
            rest = [seen async for batch in batches for seen in batch]
            return len(first), rest

    count, rest = asyncio.run(play())
    assert count == 200
    assert rest[0] == Rewind(epoch=1, number=0, reason="compacted")
    assert [seen.type for seen in rest[1:] if isinstance(seen, RunEvent)] == ["end"]
    assert rest[1].data() == {"status": "done", "data": {"message": "msg_1"}}


def test_behind_the_end_nothing_follows(address: str) -> None:
    async def play() -> tuple[list[object], list[object]]:
        async with database(address) as storage:
            runs = Runs(storage)
            run_id = (await ended(runs)).run_id
            async with asyncio.timeout(30):
                at_end = [seen async for seen in runs.follow(SCOPE, run_id, epoch=1, number=6)]
                beyond = [seen async for seen in runs.follow(SCOPE, run_id, epoch=1, number=900)]
            return at_end, beyond

    at_end, beyond = asyncio.run(play())
    assert at_end == []
    assert beyond[0] == Rewind(epoch=1, number=5)
    assert [seen.number for seen in beyond[1:]] == [6]


def test_old_runs_are_deleted_whole(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            clock = ManualClock()
            runs = Runs(storage, clock=clock, keep_runs_s=100)
            old, running = await ended(runs), await runs.begin(CALLER, "turn")

            async def work() -> int:
                return 1

            await running.step("one", work)
            clock.advance(200)
            young = await ended(runs)
            await runs.janitor.compact(before_ms=clock.now_ms() + 1)
            assert await runs.janitor.delete(before_ms=clock.now_ms() - 100_000) == 1
            assert {run.id for run in await runs.list(SCOPE)} == {young.run_id, running.run_id}
            assert await log_of(storage, old.run_id) == []
            assert await storage.read(lambda tx: journal(tx, TEST, running.run_id)) == {"one": b"1"}

    asyncio.run(play())


def test_a_janitor_run_says_what_was_freed_once(address: str) -> None:
    async def play():
        async with database(address) as storage:
            runs = Runs(storage)
            runs.report_as(CALLER)
            await runs.start()
            for _ in range(3):
                await ended(runs)
            await runs.compact(before_ms=2**50)
            for _ in range(3):
                await runs.tidy()
            before = [run.kind for run in await runs.list(SCOPE)]
            await runs.close()
            reports = [run for run in await runs.list(SCOPE) if run.kind == "janitor"]
            async with asyncio.timeout(30):
                told = [seen async for seen in runs.follow(SCOPE, reports[0].id)]
            return before, len(reports), told[-1].data()

    before, count, told = asyncio.run(play())
    assert before == ["turn"] * 3
    assert count == 1
    assert told["status"] == "done"
    assert (told["data"]["compacted_runs"], told["data"]["dropped_events"]) == (3, 15)
    assert told["data"]["dropped_bytes"] > 0


def test_a_write_whose_answer_was_lost_can_be_made_again(address: str) -> None:
    async def play() -> list[str]:
        async with database(address) as storage:
            runs = Runs(storage)
            handle = await runs.begin(CALLER, "turn")
            handle.append("text-delta", "x")
            events = list(handle.channel.pending)
            await handle.flush()
            handle.channel.pending.extend(events)
            runs.writer.wake(handle)
            await handle.flush()
            await handle.end("done")
            end = (await storage.read(lambda tx: log_after(tx, TEST, handle.run_id, 0)))[-1]
            again = await storage.write(
                lambda tx: end_run(tx, TEST, handle.run_id, epoch=1, status="done", event=end)
            )
            assert again
            return await log_of(storage, handle.run_id)

    assert asyncio.run(play()) == ["text-delta", "end"]


def test_what_knows_of_kinds_is_loaded_only_when_a_run_is_to_be_looked_after(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            clock, loaded = ManualClock(), list[str]()
            runs = Runs(storage, clock=clock)

            async def load() -> None:
                loaded.append("turns")
                runs.compact_when("turn", lambda _, run: False)

            runs.know_all_by(load)
            await runs.start(is_alone=True)
            handle = await ended(runs)
            await runs.tidy()
            assert loaded == []
            clock.advance(55)
            await runs.tidy()
            assert len(await log_of(storage, handle.run_id)) == 6  # "turn" keeps its deltas
            await runs.tidy()
            assert loaded == ["turns"]
            await runs.close()

    asyncio.run(play())


def test_a_left_over_run_is_gone_on_with_by_what_is_loaded_for_it(address: str) -> None:
    async def play() -> None:
        async with database(address) as storage:
            left = await Runs(storage).begin(CALLER, "turn")
            runs, resumed = Runs(storage), asyncio.Event()

            async def resume(handle: RunHandle) -> None:
                await handle.end("done", {})
                resumed.set()

            async def load() -> None:
                runs.resume_with("turn", resume)

            runs.know_all_by(load)
            assert await runs.start(is_alone=True) == 1
            async with asyncio.timeout(30):
                await resumed.wait()
            assert (await runs.get(SCOPE, left.run_id)).status == "done"
            await runs.close()

    asyncio.run(play())
