"""Ends what a test process started when that process ends, however it ends.

A killed pytest runs none of its fixtures' ends, and a server that it started would live on. So the first
process that is to be kept starts a keeper: this very file, as a small process of its own that holds the
other end of a pipe. The pipe closes when the test process is gone, and the keeper ends what is left.
Processes are known by number and time of birth, so that a number that was given anew harms nobody.

A signal on the parent's death (``PR_SET_PDEATHSIG``) would not do: it is sent when the thread ends that
started the child, and PostgreSQL is no child of ours at all.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

_GRACE_S = 10.0
_TICK_S = 0.02
_lock = threading.Lock()
_keepers: dict[int, "subprocess.Popen[bytes]"] = {}
"""By the process that started it: a fork of ours needs one of its own."""


def keep(pid: int, *, by: signal.Signals = signal.SIGKILL) -> None:
    """End process ``pid`` and what it started when this process is gone.

    ``by`` is tried first where a process needs its own way to end; after a grace it is killed. Only Linux
    tells what is needed for that; elsewhere nothing is kept.
    """
    born = born_at(pid)
    if born is None:
        return
    with _lock:
        keeper = _keepers.get(os.getpid())
        if keeper is None or keeper.poll() is not None:
            keeper = _keepers[os.getpid()] = _start()
        assert keeper.stdin is not None
        keeper.stdin.write(f"{pid} {born} {int(by)}\n".encode())
        keeper.stdin.flush()


def _start() -> "subprocess.Popen[bytes]":
    keeper = subprocess.Popen(  # noqa: S603 - our own interpreter and file
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,  # what is sent to the whole group of a terminal must not reach it
    )  # fmt: skip
    atexit.register(_dismiss, keeper, os.getpid())
    return keeper


def _dismiss(keeper: "subprocess.Popen[bytes]", owner: int) -> None:
    if owner == os.getpid() and keeper.stdin is not None:
        keeper.stdin.close()
        keeper.wait(2 * _GRACE_S)


# -- in the keeper itself: only the standard library, nothing of ours -----------------------------------
def _stat(pid: int) -> list[str] | None:
    """Return the fields of ``/proc/PID/stat`` from the state on; None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()  # the name before it may hold anything


def born_at(pid: int) -> int | None:
    """Return when a living process started, in ticks since the machine did."""
    fields = _stat(pid)
    return int(fields[19]) if fields is not None and fields[0] != "Z" else None


def _family(pid: int) -> list[int]:
    """Return ``pid`` and everything below it, parents first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    family = [pid]
    for one in family:  # grows while it is read
        family.extend(parents.get(one, []))
    return family


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):  # gone by itself
        os.kill(pid, number)


def end(kept: set[tuple[int, int, int]], *, grace_s: float = _GRACE_S) -> None:
    """End what lives of ``kept``: number, birth and the signal to try first."""
    living = [one for one in kept if born_at(one[0]) == one[1]]
    for pid, _, number in living:
        family = _family(pid) if number == signal.SIGKILL else [pid]
        for member in family:
            _send(member, number)
    deadline = time.monotonic() + grace_s
    while any(born_at(pid) == born for pid, born, _ in living) and time.monotonic() < deadline:
        time.sleep(_TICK_S)
    for pid, born, _ in living:
        if born_at(pid) == born:
            for member in _family(pid):
                _send(member, signal.SIGKILL)


def _main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    kept: set[tuple[int, int, int]] = set()
    for line in sys.stdin:
        pid, born, number = (int(word) for word in line.split())
        kept.add((pid, born, number))
    end(kept)


if __name__ == "__main__":
    _main()
