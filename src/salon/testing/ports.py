"""Ports for servers that are told their port before they take it."""

import atexit
import collections
import secrets
import socket
from collections.abc import Collection
from typing import Final

FIRST: Final = 20_000
"""Below the range from which systems give ports to whoever asks for any: nobody takes one by accident."""
_LAST: Final = 32_000
HELD: Final = 100
"""How many ports this process holds at once. Who was told an older one has long taken it, or is gone."""

_held: collections.deque[socket.socket] = collections.deque()


def free_port() -> int:
    """Return a loopback port that nobody has, and that nobody else is given.

    It stays bound here without being listened at: whoever sets SO_REUSEADDR, as servers do, takes it all the
    same, and `free_port` of any process passes over it. A house takes seconds to start; two that are told the
    same port in the meantime would answer for each other.

    Raises: OSError when a hundred guesses are all taken.
    """
    for _ in range(100):
        port = FIRST + secrets.randbelow(_LAST - FIRST)
        # Without SO_REUSEADDR here: a port that another holds in the same way must count as taken.
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _held.append(holder)
        if len(_held) > HELD:
            _held.popleft().close()
        return port
    raise OSError("no free port was found")


@atexit.register
def _let_go() -> None:
    while _held:
        _held.popleft().close()


def held() -> Collection[int]:
    """Return the ports that this process holds."""
    return tuple(holder.getsockname()[1] for holder in _held)
