"""Takes from a process what reading a document does not need: memory, time, the network, other programs.

Three walls, each on its own: the system's limits (``resource``), a filter of system calls that also holds for
native code (Linux on x86-64 and ARM64), and a hook that refuses Python's own ways out on every system. What a
system lacks is left out; the limits of time are kept by whoever started the process.
"""

import contextlib
import ctypes
import platform
import struct
import sys
from typing import Any, Final

from salon.foundation.workers.models import Limits

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000 | 1
"""The call fails with EPERM."""
_MOST_FILES: Final = 64

# The number of a call differs from machine to machine. ``clone`` stays: threads need it.
CALLS: Final[dict[str, tuple[int, dict[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "connect": 42, "sendto": 44, "bind": 49, "listen": 50, "fork": 57, "vfork": 58,
            "execve": 59, "kill": 62, "ptrace": 101, "execveat": 322, "process_vm_readv": 310,
            "process_vm_writev": 311, "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198, "bind": 200, "listen": 201, "connect": 203, "sendto": 206, "execve": 221,
            "kill": 129, "ptrace": 117, "execveat": 281, "process_vm_readv": 270, "process_vm_writev": 271,
            "io_uring_setup": 425,
        },
    ),
}  # fmt: skip
_REFUSED_EVENTS: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.startfile",
    "os.kill",
    "ftplib.",
    "http.client.",
    "smtplib.",
    "urllib.",
)


def confine(limits: Limits) -> None:
    """Lock this process in, for good."""
    _limit(limits)
    _filter_calls()
    sys.addaudithook(refuse)


def _limit(limits: Limits) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    set_limits(limits, resource)


def set_limits(limits: Limits, system: Any) -> None:
    """Tell ``system``, which is the module ``resource``, each limit that it takes."""
    for name, soft, hard in bounds_of(limits):
        which = getattr(system, name)
        # Some systems refuse some of them; the others hold all the same.
        with contextlib.suppress(OSError, ValueError):
            _, most = system.getrlimit(which)
            bound = hard if most == system.RLIM_INFINITY else min(hard, most)
            system.setrlimit(which, (min(soft, bound), bound))


def bounds_of(limits: Limits) -> tuple[tuple[str, int, int], ...]:
    """Return the system's limits: their names, what is told first and what ends the process."""
    return (
        ("RLIMIT_CPU", limits.cpu_s, limits.cpu_s + 1),
        ("RLIMIT_AS", limits.memory_bytes, limits.memory_bytes),
        ("RLIMIT_FSIZE", limits.written_bytes, limits.written_bytes),
        ("RLIMIT_NOFILE", _MOST_FILES, _MOST_FILES),
        ("RLIMIT_CORE", 0, 0),
    )


def _filter_calls() -> None:
    """Refuse the network and other programs to native code too, where the kernel can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            set_filter(platform.machine(), ctypes.CDLL(None, use_errno=True))


def set_filter(machine: str, library: Any) -> None:
    """Give the kernel the filter for ``machine``, if it is known, through the C ``library``."""
    known = CALLS.get(machine)
    if known is None:
        return
    program = filter_program(*known)
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, padding, and where they are.
    head = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(head, 16), 0, 0)


def filter_program(machine: int, calls: dict[str, int]) -> bytes:
    """Return a filter that refuses ``calls`` and whatever is made for another machine (classic BPF)."""
    load, jump_equal, jump_at_least, answer = 0x20, 0x15, 0x35, 0x06

    def step(code: int, value: int, *, hit: int = 0, miss: int = 0) -> bytes:
        return struct.pack("HBBI", code, hit, miss, value)

    numbers = sorted(calls.values())
    count = len(numbers)
    steps = [
        step(load, 4),  # the machine the call was made for
        step(jump_equal, machine, hit=1),
        step(answer, REFUSE),
        step(load, 0),  # the number of the call
        step(jump_at_least, 0x40000000, hit=count + 1),  # x32: other numbers for the same calls
        *(step(jump_equal, number, hit=count - place) for place, number in enumerate(numbers)),
        step(answer, ALLOW),
        step(answer, REFUSE),
    ]
    return b"".join(steps)


def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    """Refuse what a worker has no use for; an audit hook. Raises: PermissionError."""
    if event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"{event} is not for workers")
