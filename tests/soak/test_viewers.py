"""Viewers at sockets and streams of two processes: whatever happens, all end with the same bytes.

Each history is one run, its owners (who die, or go on although their lease ended and the other process took the
run over), and four viewers that come, go, lose their network and change processes; when it is over, its deltas
are dropped before some of them come back. On PostgreSQL each process has its own connections and hears of the
other one's runs through Redis.
"""

import asyncio
import json
import random
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from sqlalchemy import bindparam, update

from salon.foundation.events import Bus, Feed
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.runs import RedisCopies, RunHandle, Runs
from salon.foundation.runs.store import log_after
from salon.foundation.runs.tables import runs as runs_table
from salon.foundation.storage import Storage, statement
from salon.surfaces.api.app import build_app
from salon.surfaces.api.listening import Listener
from salon.surfaces.api.routes import routers
from salon.surfaces.api.services import LiveServices, Services
from salon.testing.columns import Column
from salon.testing.databases import database
from salon.testing.everybody import OWNER, Everybody
from salon.testing.live_client import LiveClient, RunShown
from salon.testing.soak import scaled

TOGETHER = True
HISTORIES = 10_000
AT_ONCE = 16
SCOPE = SpaceScope(OWNER.space_id)
STANDING: set[str] = set()
"""Runs whose deltas may go: some before viewers come back, the others when their history was judged."""
KINDS = ("text-delta", "text-delta", "reasoning-delta", "tool-call", "tool-result")
# Of one epoch: another history's look for such runs may have taken it over meanwhile, and its owner must stay.
END_LEASE = statement(
    update(runs_table)
    .where(runs_table.c.id == bindparam("run_id"), runs_table.c.epoch == bindparam("own_epoch"))
    .values(lease_expires_at_ms=0)
)
LEASE_S = 3600.0
"""No lease ends by itself, however long a busy machine keeps its owner from renewing it."""


class StreamViewer:
    """A viewer with server-sent events, which comes back with ``Last-Event-ID`` as a browser does."""

    def __init__(self) -> None:
        self.shown: RunShown | None = None
        self._reading: asyncio.Task[None] | None = None

    async def come(self, url: str, run_id: str) -> None:
        await self.go()
        self.shown = self.shown or RunShown(run_id)
        self._reading = asyncio.ensure_future(self._read(url, self.shown))

    async def go(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait((self._reading,))
            if not self._reading.cancelled():
                self._reading.result()
            self._reading = None

    async def end(self, url: str, run_id: str) -> None:
        while self.shown is None or self.shown.end is None:
            await self.come(url, run_id)
            assert self._reading is not None
            await self._reading

    async def _read(self, url: str, shown: RunShown) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        at = f"{shown.epoch}-{shown.number}"
        head = (
            f"GET /salon/v1/runs/{shown.run_id}/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        )
        writer.write(f"{head}last-event-id: {at}\r\n\r\n".encode())
        kind = ""
        try:
            while line := (await reader.readline()).decode().rstrip("\r\n") or not reader.at_eof():
                if isinstance(line, bool):
                    continue
                name, _, value = line.partition(": ")
                kind = value if name == "event" else kind
                if name == "data":
                    self._take(shown, kind, json.loads(value))
        finally:
            writer.close()

    @staticmethod
    def _take(shown: RunShown, kind: str, data: dict[str, Any]) -> None:
        assert kind != "error", data
        if kind == "rewind":
            shown.take({"type": "rewind", **data})
        else:
            shown.take({"type": "events", "events": [data]})


class Process:
    """Runs and a door, as a process has them."""

    def __init__(self, runs: Runs, url: str) -> None:
        self.runs = runs
        self.url = url


class Owners:
    """Who goes on with the runs that a process takes over."""

    def __init__(self) -> None:
        self.histories: dict[str, History] = {}

    async def go_on(self, runs: Runs, handle: RunHandle) -> None:
        history = self.histories[handle.run_id]
        history.take(runs, handle)
        await history.is_over.wait()


class History:
    """One run and what happens to it."""

    def __init__(
        self, processes: list[Process], storage: Storage, owners: Owners, dice: random.Random
    ) -> None:
        self.processes = processes
        self.storage = storage
        self.owners = owners
        self.dice = dice
        self.sockets = [LiveClient(""), LiveClient("")]
        self.streams = [StreamViewer(), StreamViewer()]
        self.owner: Runs | None = None
        self.handle: RunHandle | None = None
        self.stale: list[RunHandle] = []
        """Of owners who do not know yet that they own it no more."""
        self.is_over = asyncio.Event()

    async def play(self) -> None:
        self.owner = self.dice.choice(self.processes).runs
        self.handle = await self.owner.begin(OWNER, "turn")
        self.owners.histories[self.handle.run_id] = self
        actions: list[Callable[[], Any]] = [
            self.append, self.append, self.flush, self.wait, self.come, self.come, self.lose, self.leave,
            self.take_over, self.append_late,
        ]  # fmt: skip
        for _ in range(self.dice.randrange(5, 30)):
            await self.dice.choice(actions)()
        await self.finish()
        self.is_over.set()

    def take(self, runs: Runs, handle: RunHandle) -> None:
        """Own the run in a newer epoch."""
        assert self.handle is not None
        self.stale.append(self.handle)
        self.owner, self.handle = runs, handle

    async def append(self) -> None:
        assert self.handle is not None
        for _ in range(self.dice.randrange(1, 6)):
            if not self.handle.is_lost:
                self.handle.append(self.dice.choice(KINDS), self.handle.number)

    async def flush(self) -> None:
        assert self.handle is not None
        await self.handle.flush()

    async def wait(self) -> None:
        await asyncio.sleep(self.dice.choice((0, 0, 0.005, 0.05)))

    async def come(self) -> None:
        """Come to one of the processes, from where one stands."""
        assert self.handle is not None
        url = self.dice.choice(self.processes).url
        if self.dice.random() < 0.4:
            await self.dice.choice(self.streams).come(url, self.handle.run_id)
        else:
            await self.open(self.dice.choice(self.sockets), url)

    async def open(self, client: LiveClient, url: str) -> None:
        assert self.handle is not None
        await client.drop()
        client.url = url
        await client.connect()
        if self.handle.run_id not in client.followed:
            await client.follow(self.handle.run_id)

    async def lose(self) -> None:
        """Lose the network."""
        if self.dice.random() < 0.5:
            await self.dice.choice(self.sockets).drop()
        else:
            await self.dice.choice(self.streams).go()

    async def leave(self) -> None:
        client = self.dice.choice(self.sockets)
        assert self.handle is not None
        if client.is_open and self.handle.run_id in client.followed:
            await client.leave(self.handle.run_id)

    async def take_over(self) -> None:
        """The owner dies with what it had not written, or goes on although its lease ended."""
        assert self.handle is not None
        assert self.owner is not None
        before, owner, is_dead = self.handle, self.owner, self.dice.random() < 0.5
        takers = [one.runs for one in self.processes if is_dead or one.runs is not owner]
        if is_dead:
            await owner.let_go(before)
        async with asyncio.timeout(60):
            while self.handle is before:
                # An owner that lives renews its lease now and then: it has to be slower than the other one.
                await self.storage.write(
                    lambda tx: tx.run(END_LEASE, run_id=before.run_id, own_epoch=before.epoch)
                )
                await asyncio.gather(*(runs.tidy() for runs in takers))
                await asyncio.sleep(0)

    async def append_late(self) -> None:
        """Owners who do not know yet say what nobody may see in the end."""
        for handle in self.stale:
            if not handle.is_lost:
                handle.append(self.dice.choice(KINDS), "too late")

    async def finish(self) -> None:
        assert self.handle is not None
        run_id = self.handle.run_id
        await self.handle.end("done", {"message": "msg_1"})
        whole = await self.log()
        if self.dice.random() < 0.5:
            STANDING.add(run_id)
            await self.processes[0].runs.compact(before_ms=2**50)
        left = await self.log()
        for client in self.sockets:
            await self.open(client, self.dice.choice(self.processes).url)
            await client.until(lambda client=client: client.runs[run_id].end is not None)
            await client.drop()
        for viewer in self.streams:
            await viewer.end(self.dice.choice(self.processes).url, run_id)
            await viewer.go()
        for shown in (
            *(client.runs[run_id] for client in self.sockets),
            *(one.shown for one in self.streams),
        ):
            assert shown is not None
            seen = [(event["number"], event["type"], event["data"]) for event in shown.events]
            assert seen in (whole, left), (run_id, seen, whole, left)
        # Else all that came before is looked at again and again, in a transaction each.
        STANDING.add(run_id)

    async def log(self) -> list[tuple[int, str, Any]]:
        assert self.handle is not None
        run_id, scope = self.handle.run_id, SystemScope("test: read a log")
        found = await self.storage.read(lambda tx: log_after(tx, scope, run_id, 0, limit=10_000))
        return [(event.number, event.type, event.data()) for event in found]


@asynccontextmanager
async def live_server(storage: Storage, runs: Runs, bus: Bus) -> AsyncGenerator[str]:
    """Serve runs and events on a loopback port; yields the address. ``runs`` and ``bus`` are started."""
    services = Services(
        gateway=cast("Any", None),
        accounts=cast("Any", Everybody()),
        dialects={},
        list_models=lambda _: (),
        readiness=cast("Any", None),
        live=LiveServices(runs=runs, feed=Feed(storage, bus)),
    )
    app = build_app(services, load_routers=routers)
    app.warm()  # two at once, in threads, would disturb each other's filters of warnings
    started = asyncio.Event()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listener = Listener(app.door, app, drain_s=1)
        serving = asyncio.ensure_future(listener.run([listening], on_started=started.set))
        await started.wait()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listener.stop()
            await serving
            await app.close()


@asynccontextmanager
async def process(storage: Storage, owners: Owners, *, redis_url: str) -> AsyncGenerator[Process]:
    live = RedisCopies(redis_url) if redis_url else None
    runs, bus = Runs(storage, live=live, lease_s=LEASE_S), Bus(storage)
    runs.compact_when("turn", lambda _, run: run.id in STANDING)
    runs.resume_with("turn", partial(owners.go_on, runs))
    await bus.start()
    await runs.start()
    async with live_server(storage, runs, bus) as url:
        yield Process(runs, url)
    await runs.close()
    await bus.close()


@asynccontextmanager
async def two_processes(column: Column, path: Path) -> AsyncGenerator[tuple[list[Process], Storage, Owners]]:
    owners = Owners()
    async with AsyncExitStack() as stack:
        storages = [await stack.enter_async_context(database(column.address(path)))]
        # A file has one owner: there both share it.
        storages.append(
            storages[0]
            if column.is_sqlite
            else await stack.enter_async_context(database(column.database_url))
        )
        processes = [
            await stack.enter_async_context(process(storage, owners, redis_url=column.redis_url))
            for storage in storages
        ]
        yield processes, storages[0], owners


@pytest.mark.timeout(7200)
def test_all_viewers_end_with_the_same_bytes(
    column: Column, tmp_path: Path, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    count = scaled(HISTORIES)
    histories = iter([random.Random(chance.random()) for _ in range(count)])

    async def play() -> None:
        async with (
            two_processes(column, tmp_path) as (processes, storage, owners),
            asyncio.TaskGroup() as tasks,
        ):

            async def play_some() -> None:
                for dice in histories:
                    async with asyncio.timeout(600):
                        await History(processes, storage, owners, dice).play()

            for _ in range(AT_ONCE):
                tasks.create_task(play_some())

    asyncio.run(play())
    figure("histories", count)
