"""What happens inside a worker's process, tried in this one: orders, reports, walls."""

import io
import os
import platform
import socket
import struct
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.foundation.workers import Limits
from salon.foundation.workers.child import serve
from salon.foundation.workers.confine import (
    ALLOW,
    CALLS,
    REFUSE,
    bounds_of,
    filter_program,
    refuse,
    set_filter,
    set_limits,
)
from salon.foundation.workers.models import Done, Failed, Order, Report, Sent
from salon.testing import work

LENGTH = struct.Struct(">I")


def served(function: str, arguments: dict[str, Any]) -> tuple[list[Report], list[int], list[Limits]]:
    """Return what a process would report, with what it would end, and how it would be locked in."""
    order = Order(function=function, arguments=arguments, limits=Limits(cpu_s=7))
    body = msgspec.msgpack.encode(order)
    reading, writing = os.pipe()
    out, ends, locked = io.BytesIO(), list[int](), list[Limits]()
    is_over = threading.Event()

    def end(code: int) -> None:
        ends.append(code)
        if code:
            is_over.set()

    with os.fdopen(reading, "rb") as orders:
        os.write(writing, LENGTH.pack(len(body)) + body)
        serve(orders, out, lock=locked.append, end=end)
        os.close(writing)
        assert is_over.wait(30)
    out.seek(0)
    found: list[Report] = []
    while head := out.read(4):
        found.append(msgspec.msgpack.decode(out.read(LENGTH.unpack(head)[0]), type=Report))
    return found, ends, locked


def test_an_order_is_carried_out_and_reported() -> None:
    found, ends, locked = served("salon.testing.work:echo", {"messages": [1, b"x"], "answer": {"a": 2}})
    assert found == [Sent(value=1), Sent(value=b"x"), Done(value={"a": 2})]
    assert (ends, locked) == ([0, 3], [Limits(cpu_s=7)])  # and 3 once nobody listens any more


@pytest.mark.parametrize(
    ("name", "kind", "detail"),
    [("refuse", "refused", "It holds a bomb."), ("fail", "crashed", "ValueError"),
     ("forget", "memory", ""), ("nothing", "crashed", "AttributeError")],
)  # fmt: skip
def test_each_failure_is_reported(name: str, kind: str, detail: str) -> None:
    assert served(f"salon.testing.work:{name}", {})[0] == [Failed(kind=kind, detail=detail)]


def judged(program: bytes, machine: int, number: int) -> int:
    """Run a filter as the kernel does."""
    steps = [struct.unpack("HBBI", program[place : place + 8]) for place in range(0, len(program), 8)]
    place, loaded = 0, 0
    while True:
        code, hit, miss, value = steps[place]
        if code == 0x06:
            return value
        if code == 0x20:
            loaded = {0: number, 4: machine}[value]
            place += 1
            continue
        is_hit = loaded == value if code == 0x15 else loaded >= value
        place += 1 + (hit if is_hit else miss)


@pytest.mark.parametrize("name", CALLS)
def test_the_filter_refuses_its_calls_and_no_others(name: str) -> None:
    machine, calls = CALLS[name]
    program = filter_program(machine, calls)
    refused = [number for number in range(500) if judged(program, machine, number) == REFUSE]
    assert refused == sorted(calls.values())
    assert {judged(program, machine, number) for number in range(500)} == {ALLOW, REFUSE}
    assert judged(program, machine, 0x40000000 + 1) == REFUSE
    assert judged(program, 0x40000003, 1) == REFUSE


@pytest.mark.parametrize("event", ["socket.connect", "subprocess.Popen", "os.exec", "os.fork", "os.system"])
def test_the_hook_refuses_ways_out_and_nothing_else(event: str) -> None:
    with pytest.raises(PermissionError, match=event):
        refuse(event, ())
    refuse("open", ("file", "r", 0))


def test_the_system_is_told_every_limit() -> None:
    told = {name: (soft, hard) for name, soft, hard in bounds_of(Limits(cpu_s=3, memory_bytes=5))}
    assert told == {
        "RLIMIT_CPU": (3, 4), "RLIMIT_AS": (5, 5), "RLIMIT_FSIZE": (0, 0), "RLIMIT_NOFILE": (64, 64),
        "RLIMIT_CORE": (0, 0),
    }  # fmt: skip


class System:
    """What ``resource`` and the C library are told."""

    RLIM_INFINITY = -1
    RLIMIT_CPU, RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_CORE = range(5)

    def __init__(self) -> None:
        self.told: list[tuple[int, ...]] = []

    def getrlimit(self, which: int) -> tuple[int, int]:
        return (-1, 2) if which == self.RLIMIT_AS else (-1, -1)

    def setrlimit(self, which: int, bounds: tuple[int, int]) -> None:
        if which == self.RLIMIT_CORE:
            raise ValueError("not here")
        self.told.append((which, *bounds))

    def prctl(self, option: int, value: int, *_: object) -> None:
        self.told.append((option, value))


def test_a_limit_is_never_raised_and_one_that_is_not_taken_stops_no_other() -> None:
    system = System()
    set_limits(Limits(cpu_s=3, memory_bytes=5), system)
    assert system.told == [(0, 3, 4), (1, 2, 2), (2, 0, 0), (3, 64, 64)]


@pytest.mark.parametrize(("machine", "told"), [("x86_64", [(38, 1), (22, 2)]), ("riscv64", [])])
def test_a_filter_is_set_where_its_numbers_are_known(machine: str, told: list[tuple[int, int]]) -> None:
    system = System()
    set_filter(machine, system)
    assert system.told == told


@pytest.mark.skipif(platform.system() == "Windows", reason="has no socket files")
def test_what_misbehaves_tells_who_it_is_before() -> None:
    class Enough(Exception):
        pass

    def stop(_value: Any) -> None:
        raise Enough

    for function in (work.spin, work.sleep, work.flood):
        with pytest.raises(Enough):
            function({}, stop)
    assert work.surroundings({}, stop) == dict(os.environ)


def test_the_ways_out_are_open_where_nothing_is_locked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = {"port": listener.getsockname()[1], "path": str(tmp_path / "file")}
        found = work.escape(arguments, lambda _value: None)
    assert set(found.values()) == {"got out"}
