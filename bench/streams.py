"""What streamed answers cost a whole house: CPU for their tokens, lag from provider to viewer, and memory.

::

    make bench-streams                 # all of it, in under five minutes
    python bench/streams.py --only thousand --seconds 10 --dry

Writes docs/measured/streams-DATE.json and .md, with the store in the name where that is PostgreSQL, unless
only a part was asked for or ``--dry``.

A house as a person starts it, a provider whose tokens are the time (``streaming/provider.py``), and viewers
at the client WebSocket who compare it with theirs (``streaming/viewers.py``): three processes, one clock.
Each stream is a conversation of its own. CPU is the time of all threads of the house, with the gateway, its
client and the database in it; it counts what was computed, also on a machine that does other things, where
lags are worth nothing and cold caches make the same work several times as dear; instructions (where ``perf``
counts them; the kernel's are in them) stay the same.

The cores are kept awake by loops that run only where nobody else wants to (``SCHED_IDLE``): to wake a core
of a virtual machine that sleeps is charged to whoever writes to it, and is dearer than what is measured.
``--asleep`` leaves that out.

A lone stream is told at three rates, without what the house takes when nothing is streamed (that is told
first: at 10 tokens a second it would be most of the figure). At 10 tokens a second each token makes a row, a
transaction and a frame of its own; at 50 and 100 those that come within a tick go together.
"""

import argparse
import datetime
import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from gateway.machine import commit, describe

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup, ProviderSetup

HERE: Final = Path(__file__).parent / "streaming"
MEASURED: Final = Path(__file__).parents[1] / "docs" / "measured"
WARM_S: Final = 3.0
SETTLE_S: Final = 4.0
"""What a house does once it listens is no part of a stream."""
IDLE_S: Final = 10.0
COUNTED_S: Final = 5.0
"""How long instructions are counted."""
SPIN: Final = """
import os
os.sched_setaffinity(0, {{{core}}})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while os.getppid() != 1:
    for _ in range(100_000):
        pass
"""
PATIENT: Final = {
    "connect_timeout_s": 60.0,
    "first_byte_timeout_s": 300.0,
    "idle_timeout_s": 300.0,
    "total_timeout_s": 600.0,
}


class Figures:
    """What was measured, beside what was asked for."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def tell(self, name: str, value: float, unit: str, *, most: float | None = None) -> None:
        """Print a figure, and whether it is within its goal."""
        is_reached = None if most is None else value <= most
        verdict = "" if most is None else f"  goal {most:g}: {'reached' if is_reached else 'MISSED'}"
        sys.stdout.write(f"{name:62} {value:10.1f} {unit:4}{verdict}\n")
        sys.stdout.flush()
        self.rows.append({"name": name, "value": value, "unit": unit, "most": most, "is_reached": is_reached})


class Scene:
    """A house, its provider, and streams between them."""

    def __init__(self, house: House, provider_port: int) -> None:
        self.house = house
        self.provider_port = provider_port
        self.keep_s = http.client.HTTPConnection("127.0.0.1", house.port, timeout=120)

    def cpu_s(self) -> float:
        """Return the CPU time of all threads of the house, in seconds."""
        spent_ns = 0
        for task in Path(f"/proc/{self.house.pid}/task").iterdir():
            spent_ns += int((task / "schedstat").read_text().split()[0])
        return spent_ns / 1e9

    def post(self, path: str, value: object) -> Any:
        """Ask the house."""
        self.keep_s.request("POST", path, json.dumps(value), {"content-type": "application/json"})
        answer = self.keep_s.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {told.decode()}")
        return json.loads(told)

    def provider(self, path: str) -> dict[str, int]:
        """Tell the provider something; return what it sent until then."""
        connection = http.client.HTTPConnection("127.0.0.1", self.provider_port, timeout=60)
        connection.request("GET", path)
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def begin(self, count: int, rate: float) -> list[str]:
        """Say something in as many conversations; return the runs of the answers, whose streams are open."""
        runs: list[str] = []
        for _ in range(count):
            settings = {"model": "clock/fake", "titles": False}
            talk = self.post("/salon/v1/conversations", {"settings": settings})
            sent = self.post(f"/salon/v1/conversations/{talk['id']}/send", {"text": f"{{{{rate={rate}}}}}"})
            runs.append(sent["answers"][0]["run_id"])
        while self.provider("/count")["open"] < count:
            time.sleep(0.05)
        return runs

    def idle(self) -> tuple[float, float]:
        """Return what the house takes without any stream: milliseconds and kilo-instructions in a second."""
        before_s = self.cpu_s()
        time.sleep(IDLE_S)
        spent_s = self.cpu_s() - before_s
        return spent_s / IDLE_S * 1000, instructions(self.house.pid, COUNTED_S) / COUNTED_S / 1000

    def stream(self, count: int, rate: float, *, seconds: float, viewers: int) -> dict[str, float]:
        """Stream answers to viewers; return what that took and how late it came."""
        runs = self.begin(count, rate)
        with program("viewers.py") as watching:
            say(watching, port=self.house.port, runs=runs * viewers)
            hear(watching)
            self.provider("/go")
            time.sleep(WARM_S)
            from_us, sent, before_s = now_us(), self.provider("/count")["sent"], self.cpu_s()
            began_s = time.monotonic()
            time.sleep(seconds)
            spent_s, took_s = self.cpu_s() - before_s, time.monotonic() - began_s
            tokens, to_us = self.provider("/count")["sent"] - sent, now_us()
            resident_mb = self.house.resident_bytes() / 1e6
            # Not in the same time: to count them makes each change of threads dearer.
            told_k = instructions(self.house.pid, COUNTED_S) / (tokens / took_s * COUNTED_S) / 1000
            say(watching, from_us=from_us, to_us=to_us)
            self.provider("/end")
            told = hear(watching)
        return {
            **told,
            "cpu_ms": spent_s * 1e6 / tokens,
            "kilo_instructions": told_k,
            "of_a_core": spent_s / took_s * 100,
            "resident_mb": resident_mb,
            "rate": tokens / took_s,
        }


def now_us() -> int:
    """Return the clock that all processes share, in microseconds."""
    return time.monotonic_ns() // 1000


def say(process: "subprocess.Popen[str]", **told: object) -> None:
    """Write a line to a process."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()


def hear(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Read a line of a process."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("a process of the bench ended")
    return json.loads(line)


def instructions(pid: int, seconds: float) -> int:
    """Count the instructions of a process in its own and the kernel's mode; 0 where that cannot be done."""
    if shutil.which("perf") is None:
        return 0
    command = ["perf", "stat", "-x,", "-e", "instructions:u,instructions:k", "-p", str(pid)]
    done = subprocess.run([*command, "sleep", str(seconds)], capture_output=True, text=True, check=False)
    values = [line.split(",")[0] for line in done.stderr.splitlines() if "instructions" in line]
    return sum(map(int, values)) if all(value.isdigit() for value in values) else 0


@contextmanager
def program(name: str) -> "Iterator[subprocess.Popen[str]]":
    """Start one of the other processes; it is ended at the end."""
    command = [sys.executable, str(HERE / name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def awake(count: int) -> Iterator[None]:
    """Keep cores from sleeping by processes that take none of anybody's time."""
    loops = [subprocess.Popen([sys.executable, "-c", SPIN.format(core=core)]) for core in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextmanager
def scene(options: argparse.Namespace) -> Iterator[Scene]:
    """Start a house with its provider."""
    column = Column(name="postgres+redis", database_url=options.postgres) if options.postgres else None
    with TemporaryDirectory() as folder, program("provider.py") as provider:
        assert provider.stdout is not None
        port = int(provider.stdout.readline())
        clock = ProviderSetup(name="clock", kind="openai-compatible", url=f"http://127.0.0.1:{port}/v1")
        setup = HouseSetup(providers=(clock,), settings={"gateway": PATIENT})
        if column is not None:
            setup = HouseSetup(providers=(clock,), settings={"gateway": PATIENT}, column=column)
        with House(Path(folder) / "data", setup) as house:
            time.sleep(SETTLE_S)
            yield Scene(house, port)


def lone(scene: Scene, figures: Figures, rate: float, seconds: float, idle_ms_per_s: float) -> None:
    """Measure one stream, with a viewer and with two."""
    one = scene.stream(1, rate, seconds=seconds, viewers=1)
    two = scene.stream(1, rate, seconds=seconds, viewers=2)
    own_ms = one["cpu_ms"] - idle_ms_per_s / rate * 1000
    figures.tell(f"lone stream, {rate:g} tokens/s: CPU for 1,000 tokens", own_ms, "ms", most=80)
    figures.tell(f"lone stream, {rate:g} tokens/s: the same, with the idle house", one["cpu_ms"], "ms")
    figures.tell(f"lone stream, {rate:g} tokens/s: instructions for a token", one["kilo_instructions"], "k")
    seen_k = two["kilo_instructions"] - one["kilo_instructions"]
    figures.tell(f"lone stream, {rate:g} tokens/s: those for a second viewer", seen_k, "k")
    more = two["cpu_ms"] - one["cpu_ms"]
    figures.tell(f"lone stream, {rate:g} tokens/s: a second viewer", more, "ms", most=15)
    figures.tell(f"lone stream, {rate:g} tokens/s: lag p99", one["lag_p99_ms"], "ms", most=250)


def thousand(scene: Scene, figures: Figures, options: argparse.Namespace) -> None:
    """Measure many streams at once with a viewer each, then a part of them with one and with two."""
    seconds, count = options.seconds, options.runs
    all_of_them = scene.stream(count, 10, seconds=seconds, viewers=1)
    name = f"{count:,} streams at 10 tokens/s"
    figures.tell(f"{name}: tokens/s of each", all_of_them["rate"] / count, "")
    figures.tell(f"{name}: lag p50", all_of_them["lag_p50_ms"], "ms")
    figures.tell(f"{name}: lag p99", all_of_them["lag_p99_ms"], "ms", most=250)
    figures.tell(f"{name}: lag worst", all_of_them["lag_worst_ms"], "ms")
    figures.tell(f"{name}: of one core", all_of_them["of_a_core"], "%", most=90)
    figures.tell(f"{name}: memory", all_of_them["resident_mb"], "MB", most=500)
    figures.tell(f"{name}: CPU for 1,000 tokens", all_of_them["cpu_ms"], "ms", most=80)
    figures.tell(f"{name}: instructions for a token", all_of_them["kilo_instructions"], "k")
    few = max(1, count // 4)
    one = scene.stream(few, 10, seconds=seconds / 2, viewers=1)
    two = scene.stream(few, 10, seconds=seconds / 2, viewers=2)
    figures.tell(f"{few:,} streams at 10 tokens/s: CPU for 1,000 tokens", one["cpu_ms"], "ms", most=80)
    more = two["cpu_ms"] - one["cpu_ms"]
    figures.tell(f"{few:,} streams at 10 tokens/s: a second viewer", more, "ms", most=15)
    seen_k = two["kilo_instructions"] - one["kilo_instructions"]
    figures.tell(f"{few:,} streams at 10 tokens/s: instructions for a second viewer", seen_k, "k")


def keep(rows: list[dict[str, Any]], machine: dict[str, Any], *, store: str, asleep: bool) -> None:
    """Write the figures down, for programs and for people."""
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    result = {"date": date, "commit": commit(), "store": store or "sqlite", "machine": machine, "rows": rows}
    stem = MEASURED / "-".join(part for part in ("streams", store, date) if part)
    stem.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    words = {True: "reached", False: "**missed**", None: ""}
    table = [
        f"| {row['name']} | {row['value']:.1f} {row['unit']} | {'' if row['most'] is None else row['most']} "
        f"| {words[row['is_reached']]} |"
        for row in rows
    ]
    told = [
        f"# Streamed answers, {date}",
        "",
        f"Commit `{result['commit']}`, {result['store']}. {machine['cpu']}, {machine['cores']} cores,",
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']};",
        f"load before the start {machine['load_before']:.2f}.",
        "",
        "A whole house, a provider whose tokens are the time, and viewers at the client WebSocket. A lone",
        "stream's CPU is told without that of the idle house. Cores that have nothing to do "
        + ("sleep." if asleep else "are kept awake."),
        "Made by `make bench-streams`.",
        "",
        "| what | measured | must be at most | |",
        "| --- | --- | --- | --- |",
        *table,
    ]
    stem.with_suffix(".md").write_text("\n".join(told) + "\n")


def main() -> None:
    """Take the options, measure, and say what was reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=("lone", "thousand"))
    parser.add_argument("--runs", type=int, default=1000, help="streams at once")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is measured")
    parser.add_argument("--postgres", default="", help="address of an empty PostgreSQL database; else SQLite")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    parser.add_argument("--asleep", action="store_true", help="let cores sleep when nothing runs")
    options = parser.parse_args()
    figures, machine = Figures(), describe()
    with awake(0 if options.asleep else machine["cores"]), scene(options) as house:
        idle_ms_per_s, idle_k_per_s = house.idle()
        figures.tell("idle house: CPU for a second", idle_ms_per_s, "ms")
        figures.tell("idle house: instructions in a second", idle_k_per_s, "k")
        house.stream(4, 50, seconds=2, viewers=1)  # what is made at first use
        if options.only != "thousand":
            for rate in (10, 50, 100):
                seconds = options.seconds if rate < 100 else options.seconds / 2
                lone(house, figures, rate, seconds, idle_ms_per_s)
        if options.only != "lone":
            thousand(house, figures, options)
    missed = [row["name"] for row in figures.rows if row["is_reached"] is False]
    sys.stdout.write(f"{len(missed)} goals missed\n")
    if not (options.dry or options.only):
        keep(figures.rows, machine, store="postgres" if options.postgres else "", asleep=options.asleep)


if __name__ == "__main__":
    main()
