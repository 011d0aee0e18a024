"""What a command shows on a terminal of so many columns: a real one, of the system."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence

from salon.foundation.kit.terminal import printable
from salon.testing.keeper import keep

_ROWS = 50


def shown_on_terminal(
    command: Sequence[str], *, columns: int, environment: Mapping[str, str], timeout_s: float = 100.0
) -> list[str]:
    """Run a command on a terminal and return the lines it left there, without colours."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, columns, 0, 0))
    told = {name: value for name, value in environment.items() if name not in {"COLUMNS", "LINES"}}
    process = subprocess.Popen(  # noqa: S603 - Salon itself
        list(command), stdin=theirs, stdout=theirs, stderr=theirs, env={**told, "TERM": "xterm-256color"}
    )
    keep(process.pid)
    os.close(theirs)
    shown = bytearray()
    try:
        while chunk := _read(mine):
            shown += chunk
        process.wait(timeout_s)
    finally:
        process.kill()
        process.wait()
        os.close(mine)
    return [line.rstrip() for line in printable(shown.decode()).splitlines()]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody has its other end any more
        return b""
