"""The lock on the door: an audit hook that refuses every connect egress did not just permit.

Python raises ``socket.connect`` before any connect made through its socket type, in any library. The
hook lets an address through when egress permits it in this very thread at this very moment, or when it
belongs to infrastructure that the settings name (Redis, a trace collector). libpq connects in C and is
not seen. An audit hook can never be removed, so it is installed by the server process only.
"""

import contextlib
import errno
import socket
import sys
import threading
import time
from collections.abc import Generator
from typing import Final

Address = tuple[str, int] | str

_RESOLVE_AGAIN_AFTER_S: Final = 1.0
_permitted = threading.local()


@contextlib.contextmanager
def permitting(address: Address) -> Generator[None]:
    """Let this thread connect to ``address`` inside the block. Only egress calls this."""
    _permitted.address = address
    try:
        yield
    finally:
        _permitted.address = None


def _normalise(address: object) -> Address | None:
    if isinstance(address, tuple) and len(address) >= 2:  # pyright: ignore[reportUnknownArgumentType]
        return str(address[0]), int(address[1])  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(address, bytes):
        return address.decode("utf-8", "surrogateescape")
    return address if isinstance(address, str) else None


class ConnectGuard:
    """Decides every ``socket.connect`` of this process once installed."""

    def __init__(self) -> None:
        self._infrastructure: dict[tuple[str, int], frozenset[str]] = {}
        self._paths: set[str] = set()
        self._resolved_at_s = 0.0
        self._installed = False
        self.refused = 0
        """How many connects were refused."""

    def allow_infrastructure(self, host: str, port: int) -> None:
        """Let libraries connect to a host that the settings name."""
        self._infrastructure[(host, port)] = frozenset()

    def allow_path(self, path: str) -> None:
        """Let libraries connect to a socket file that the settings name."""
        self._paths.add(path)

    def install(self) -> None:
        """Start refusing; irrevocable for this process."""
        if not self._installed:
            self._installed = True
            sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event != "socket.connect":
            return
        address = _normalise(arguments[1])
        if address is not None and self.is_allowed(address):
            return
        self.refused += 1
        raise PermissionError(errno.EACCES, f"connections leave through egress only, not to {address!r}")

    def is_allowed(self, address: Address) -> bool:
        """Tell whether a connect to ``address`` from this thread is allowed now."""
        if getattr(_permitted, "address", None) == address:
            return True
        if isinstance(address, str):
            return address in self._paths
        return self._is_infrastructure(*address)

    def _is_infrastructure(self, ip: str, port: int) -> bool:
        named = [key for key in self._infrastructure if key[1] == port]
        if not named:
            return False
        if any(ip == host or ip in self._infrastructure[host, port] for host, port in named):
            return True
        # A name may have moved; the asking library just resolved it, so this answer is fresh and quick.
        now_s = time.monotonic()
        if now_s - self._resolved_at_s < _RESOLVE_AGAIN_AFTER_S and self._resolved_at_s:
            return False
        self._resolved_at_s = now_s
        for key in named:
            self._infrastructure[key] = _addresses_of(*key)
        return any(ip in self._infrastructure[key] for key in named)


def _addresses_of(host: str, port: int) -> frozenset[str]:
    with contextlib.suppress(OSError):
        return frozenset(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return frozenset()


guard: Final = ConnectGuard()
"""The guard of this process."""
