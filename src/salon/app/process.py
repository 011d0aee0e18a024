"""What a serving process asks of its operating system, once, before it opens anything."""

import contextlib
import sys
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's ``mallopt``."""


def leave_no_core() -> None:
    """Keep what is in memory, keys and prompts, out of core files; processes started from here alike.

    The limit stops the kernel from writing a file. A handler that takes cores through a pipe is called
    nevertheless, so no kind of memory is to be given to it either. Not ``PR_SET_DUMPABLE``: it would also
    take the process from its owner's own tools.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every platform

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # only Linux has it, and not in every container
        Path("/proc/self/coredump_filter").write_text("0", "ascii")


def keep_freed_memory() -> None:
    """Have the C library keep a few freed megabytes instead of giving them back after every request.

    A prompt of 100 kB would else cost some twenty page faults, each time anew.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - for servers only

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, size in ((_M_TRIM_THRESHOLD, 8 << 20), (_M_MMAP_THRESHOLD, 4 << 20)):
            mallopt(parameter, size)
