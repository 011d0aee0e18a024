"""Opens the sockets a server listens on; every way this can fail is one sentence with its fix."""

import contextlib
import errno
import os
import socket
from pathlib import Path

from salon.foundation.kit.errors import ConfigError

_BACKLOG = 2048


def open_tcp(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket. Raises: ConfigError naming the setting to change."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        fix = "Use 127.0.0.1, or an address of this machine."
        raise ConfigError(key="server.host", problem=f"“{host}” cannot be resolved.", fix=fix) from error
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(_BACKLOG)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        raise _tcp_problem(error, host, port) from error
    return opened


def _tcp_problem(error: OSError, host: str, port: int) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        fix = f"Stop what uses it, or choose another: SALON_PORT={port + 1} (0 takes a free one)."
        return ConfigError(key="server.port", problem=f"port {port} of {host} is taken.", fix=fix)
    if error.errno in (errno.EACCES, errno.EPERM):
        fix = "Choose one above 1023, such as SALON_PORT=8420."
        return ConfigError(key="server.port", problem=f"this user may not listen on port {port}.", fix=fix)
    if error.errno == errno.EADDRNOTAVAIL:
        fix = "Use 127.0.0.1, or an address of this machine."
        return ConfigError(key="server.host", problem=f"{host} is no address of this machine.", fix=fix)
    reason = error.strerror or type(error).__name__
    problem = f"cannot listen on {host}, port {port} ({reason})."
    return ConfigError(key="server.host", problem=problem, fix="Choose another address or port.")


def open_local(path: Path) -> socket.socket:
    """Return a listening socket at ``path`` for this user only. Call while owning the data directory.

    Raises: ConfigError when the file system takes no sockets.
    """
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # left by an owner that was killed; the lock says it is gone
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        opened.bind(str(path))
        opened.listen(_BACKLOG)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        reason = error.strerror or type(error).__name__
        fix = "Set SALON_DATA_DIR to a directory on a local disk."
        raise ConfigError(
            key=str(path), problem=f"no socket can be made here ({reason}).", fix=fix
        ) from error
    finally:
        os.umask(mask)
    return opened


def address_of(opened: socket.socket, host: str) -> str:
    """Return the HTTP address of a listening TCP socket, as a browser on this machine would write it."""
    port = opened.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - shown, not bound
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"
