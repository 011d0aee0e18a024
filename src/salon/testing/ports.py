"""Ports for servers that are told their port before they take it."""

import secrets
import socket

_FIRST, _LAST = 20_000, 32_000
"""Below the range from which systems give ports to whoever asks for any: nobody takes one by accident."""


def free_port() -> int:
    """Return a loopback port that nobody has, and that nobody gets without asking for it.

    Raises: OSError when a hundred guesses are all taken.
    """
    for _ in range(100):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port was found")
