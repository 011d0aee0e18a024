"""Work that misbehaves in every way a parser can, for the tests of the workers that hold it."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from salon.foundation.workers import Refusal, Send

Arguments = dict[str, Any]


def echo(arguments: Arguments, send: Send) -> Any:
    """Send each of ``messages`` and return ``answer``."""
    for message in arguments.get("messages", ()):
        send(message)
    print("nobody hears this")  # noqa: T201 - that is the point
    return arguments.get("answer")


def refuse(_arguments: Arguments, _send: Send) -> None:
    """Refuse, with a reason."""
    raise Refusal("It holds a bomb.")


def fail(_arguments: Arguments, _send: Send) -> None:
    """Raise what quotes the document."""
    raise ValueError("the secret words of the document")


def crash(_arguments: Arguments, _send: Send) -> None:
    """Read where nothing is, as a broken library does."""
    ctypes.string_at(0)


def spin(_arguments: Arguments, send: Send) -> None:
    """Compute for ever."""
    send(os.getpid())
    while True:
        pass


def sleep(_arguments: Arguments, send: Send) -> None:
    """Wait for ever."""
    send(os.getpid())
    while True:
        time.sleep(1)


def swell(_arguments: Arguments, _send: Send) -> None:
    """Take memory for ever."""
    kept = [bytearray(1024**2)]
    while True:
        kept.append(bytearray(16 * 1024**2))


def forget(_arguments: Arguments, _send: Send) -> None:
    """Find no memory."""
    raise MemoryError


def flood(_arguments: Arguments, send: Send) -> None:
    """Say more than anybody wants to hear."""
    while True:
        send(bytes(64 * 1024))


def escape(arguments: Arguments, _send: Send) -> dict[str, str]:
    """Try each way out; return what became of it."""
    tried = {
        "socket": lambda: socket.create_connection(("127.0.0.1", arguments["port"]), 1).close(),
        "native socket": _native_socket,
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "write": lambda: Path(arguments["path"]).write_bytes(b"was here"),
    }
    found: dict[str, str] = {}
    for name, attempt in tried.items():
        try:
            attempt()
            found[name] = "got out"
        except OSError as error:
            found[name] = type(error).__name__
    return found


def surroundings(_arguments: Arguments, _send: Send) -> dict[str, str]:
    """Return the environment."""
    return dict(os.environ)


def _native_socket() -> None:
    """Ask the kernel for a socket past Python. Raises: OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    handle = library.socket(2, 1, 0)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "no socket")
    os.close(handle)
