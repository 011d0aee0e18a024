"""How much of a core many running answers take, each with viewers at the client WebSocket.

::

    python bench/streams.py [--runs 1000] [--viewers 1] [--seconds 20] [--rate 10]

One process has the storage, the runs, the door and a writer that appends as a turn does; another one has the
viewers. Told are the CPU time of the first, the lag from append to viewer, and what the loop and the memory
did. CPU time counts what was computed, also on a machine that does other things; lags do not, and are worth
something only where nothing else runs. What a provider's stream costs is measured by bench/gateway.
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from salon.foundation.events import Bus, Feed
from salon.foundation.runs import RunHandle, Runs
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.migrations import migrate
from salon.foundation.telemetry import LoopLag
from salon.surfaces.api.app import build_app
from salon.surfaces.api.listening import Listener
from salon.surfaces.api.services import LiveServices, Services
from salon.testing.everybody import OWNER, Everybody
from salon.testing.live_client import PATH

SLICES: Final = 20
"""How many times between two tokens of one run others are written."""
WARM_S: Final = 2.0
COLLECT_AFTER: Final = 20_000
"""As the server does once it has started."""


# -- the process that is measured -------------------------------------------------------------------


def cpu_s() -> float:
    """Return the CPU time of this process, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_mb() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def write(handles: list[RunHandle], *, rate: float, seconds: float) -> int:
    """Append to every run ``rate`` times a second, spread over time; return how many tokens that were."""
    slices = min(SLICES, len(handles))
    began_s, step_s, written = time.monotonic(), 1 / rate / slices, 0
    for step in range(round(seconds / step_s)):
        await asyncio.sleep(max(0.0, began_s + step * step_s - time.monotonic()))
        for handle in handles[step % slices :: slices]:
            handle.append("text-delta", {"text": "token ", "t": time.monotonic()})
            written += 1
    return written


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
    app = build_app(services)
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


async def serve(options: argparse.Namespace) -> None:
    """Serve, write and say what that took."""
    with TemporaryDirectory() as folder:
        storage = await open_storage(Path(folder) / "salon.db")
        await migrate(storage, backup=False)
        bus, runs, lag = Bus(storage), Runs(storage), LoopLag()
        await bus.start()
        await runs.start(is_alone=True)
        handles = [await runs.begin(OWNER, "turn") for _ in range(options.runs)]
        async with live_server(storage, runs, bus) as url:
            say(url=url, runs=[handle.run_id for handle in handles])
            await asyncio.to_thread(sys.stdin.readline)
            gc.collect()
            gc.freeze()
            gc.set_threshold(COLLECT_AFTER)
            await write(handles, rate=options.rate, seconds=WARM_S)
            lagging = asyncio.ensure_future(lag.run())
            began_s, used_s, writes = time.monotonic(), cpu_s(), runs.writer.writes
            tokens = await write(handles, rate=options.rate, seconds=options.seconds)
            took_s, used_s = time.monotonic() - began_s, cpu_s() - used_s
            lagging.cancel()
            say(
                tokens=tokens,
                seconds=round(took_s, 2),
                cpu_s=round(used_s, 2),
                of_a_core=round(used_s / took_s, 3),
                cpu_ms_per_1000_tokens=round(used_s * 1e6 / tokens, 1),
                transactions=runs.writer.writes - writes,
                loop_lag_ms=lag.recent_ms,
                resident_mb=round(resident_mb()),
            )
            await asyncio.gather(*(handle.end("done") for handle in handles))
            await asyncio.to_thread(sys.stdin.readline)
        await runs.close()
        await bus.close()
        await storage.close()


# -- the process with the viewers ---------------------------------------------------------------------


async def view(socket: ClientConnection, run_id: str, lags_s: list[float]) -> int:
    """Follow a run to its end; return how many tokens came, in order and once."""
    number = 0
    async for message in socket:
        now_s, frame = time.monotonic(), json.loads(message)
        for event in frame.get("events", ()):
            number += 1
            if event["number"] != number:
                raise SystemExit(f"{run_id}: {event['number']} instead of {number}")
            if event["type"] == "end":
                return number - 1
            lags_s.append(now_s - event["data"]["t"])
    raise SystemExit(f"{run_id}: its socket ended")


async def watch(options: argparse.Namespace) -> None:
    """Open a socket for each viewer, follow every run, and say how late everything came."""
    asked = json.loads(sys.stdin.readline())
    lags_s: list[float] = []
    address = asked["url"].replace("http", "ws", 1) + PATH
    views: list[asyncio.Future[int]] = []
    for run_id in asked["runs"] * options.viewers:
        socket = await connect(address, proxy=None, compression=None, ping_interval=None)
        await socket.recv()
        await socket.send(json.dumps({"type": "follow", "id": "a", "run": run_id}))
        await socket.recv()
        views.append(asyncio.ensure_future(view(socket, run_id, lags_s)))
    say(open=len(views))
    tokens = sum(await asyncio.gather(*views))
    if not lags_s:
        say(seen=0)
        return
    lags_s.sort()
    at = {
        name: lags_s[int(part * (len(lags_s) - 1))]
        for name, part in (("p50", 0.5), ("p99", 0.99), ("worst", 1))
    }
    say(seen=tokens, **{f"lag_{name}_ms": round(lag * 1000, 1) for name, lag in at.items()})


# -- both together ------------------------------------------------------------------------------------


def say(**told: object) -> None:
    """Write one line for the process that started this one, or for a person."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def part(name: str) -> "subprocess.Popen[str]":
    """Start one of the two processes, with the options of this one."""
    command = [sys.executable, __file__, *sys.argv[1:], "--part", name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run() -> None:
    """Start both, bring them together and print what they tell."""
    server, viewers = part("serve"), part("watch")
    assert server.stdin is not None
    assert server.stdout is not None
    assert viewers.stdin is not None
    assert viewers.stdout is not None
    ready = server.stdout.readline()
    viewers.stdin.write(ready)
    viewers.stdin.flush()
    viewers.stdout.readline()
    server.stdin.write("go\n")
    server.stdin.flush()
    told = json.loads(server.stdout.readline())
    seen = json.loads(viewers.stdout.readline() or "{}")
    server.stdin.write("end\n")
    server.stdin.flush()
    for process in (viewers, server):
        process.wait(60)
    for name, value in (told | seen).items():
        sys.stdout.write(f"{name:24} {value}\n")


def main() -> None:
    """Take the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--viewers", type=int, default=1, help="of each run")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=10.0, help="tokens of one run in a second")
    parser.add_argument("--part", choices=("serve", "watch"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is None:
        run()
    else:
        uvloop.run(serve(options) if options.part == "serve" else watch(options))


if __name__ == "__main__":
    main()
