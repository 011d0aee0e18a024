"""The one way out: resolve once, check every address, connect to exactly what was checked."""

import asyncio
import errno
import functools
import os
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol, TypeVar

from salon.foundation.egress.errors import EgressPrivate, EgressRefused, EgressTimeout, EgressUnreachable
from salon.foundation.egress.guard import permitting
from salon.foundation.egress.policy import EgressPolicy, check_address, check_port
from salon.foundation.egress.url import Url

RESOLVER_THREADS: Final = 4
P = TypeVar("P", bound=asyncio.BaseProtocol)


class Resolver(Protocol):
    """Turns a host name into addresses, in the order to try them."""

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return IP addresses. Raises: OSError."""
        ...


class SystemResolver:
    """The machine's own resolver, in a few threads of its own so that slow DNS blocks nothing else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="salon-resolver")

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of ``host``. Raises: OSError."""
        look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    def close(self) -> None:
        """Let the threads end; look-ups under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Egress:
    """Connects to what policies allow. One per process."""

    def __init__(self, *, resolver: Resolver | None = None, ca_file: Path | None = None) -> None:
        self._resolver: Resolver = resolver if resolver is not None else SystemResolver()
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    async def addresses(self, url: Url, *, policy: EgressPolicy) -> list[str]:
        """Resolve ``url`` and check every answer. Raises: EgressRefused, EgressUnreachable.

        One forbidden address among allowed ones refuses the whole name: an honest name never mixes them.
        """
        if url.scheme == "http" and not policy.allow_plain:
            raise EgressRefused(host=url.host, detail="only https is allowed here")
        check_port(url.port, host=url.host, policy=policy)
        if url.is_address:
            found = [url.host]
        else:
            try:
                found = await self._resolver.resolve(url.host, url.port)
            except (OSError, UnicodeError) as error:
                raise EgressUnreachable(host=url.host, detail="its name cannot be resolved") from error
        for address in found:
            check_address(address, url.port, host=url.host, policy=policy)
        if not found:
            raise EgressUnreachable(host=url.host, detail="its name has no address")
        return found

    async def connect(
        self, make_protocol: Callable[[], P], url: Url, *, policy: EgressPolicy, timeout_s: float
    ) -> tuple[asyncio.Transport, P]:
        """Return a connected transport, over TLS for https.

        Raises: EgressRefused, EgressUnreachable, EgressTimeout (phase ``connect``).
        """
        try:
            async with asyncio.timeout(timeout_s):
                connected = await self.open_socket(url, policy=policy)
                return await self._wrap(make_protocol, connected, url, timeout_s=timeout_s)
        except TimeoutError as error:
            raise EgressTimeout(host=url.host, phase="connect", limit_s=timeout_s) from error

    async def open_socket(self, url: Url, *, policy: EgressPolicy) -> socket.socket:
        """Return a connected, non-blocking socket whose peer was checked. The caller sets the deadline.

        Raises: EgressRefused, EgressUnreachable.
        """
        if url.unix_path is not None:
            return await _connect_unix(url, policy)
        failure: OSError | None = None
        for address in await self.addresses(url, policy=policy):
            try:
                return await _connect_tcp(address, url.port)
            except OSError as error:
                failure = error
        assert failure is not None
        raise EgressUnreachable(host=url.host, detail=_describe(failure)) from failure

    async def _wrap(
        self, make_protocol: Callable[[], P], connected: socket.socket, url: Url, *, timeout_s: float
    ) -> tuple[asyncio.Transport, P]:
        loop = asyncio.get_running_loop()
        try:
            if url.scheme == "http":
                return await loop.create_connection(make_protocol, sock=connected)
            return await loop.create_connection(
                make_protocol,
                sock=connected,
                ssl=self._tls_context(),
                server_hostname=url.host,
                ssl_handshake_timeout=timeout_s,
            )
        except OSError as error:  # ssl.SSLError is one
            connected.close()
            raise EgressUnreachable(host=url.host, detail=_describe(error)) from error
        except BaseException:
            connected.close()
            raise

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            # Reading the system's certificates takes 20 ms, so only once something speaks https.
            self._tls = ssl.create_default_context(cafile=self._ca_file)
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def close(self) -> None:
        """Free the resolver's threads."""
        if isinstance(self._resolver, SystemResolver):
            self._resolver.close()


async def _connect_tcp(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connecting = socket.socket(family, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connecting.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        await _connect(connecting, (address, port))
    except BaseException:
        connecting.close()
        raise
    return connecting


async def _connect_unix(url: Url, policy: EgressPolicy) -> socket.socket:
    path = url.unix_path or ""
    if not policy.allow_unix:
        raise EgressPrivate(host=url.host, detail="socket files are not allowed here")
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        await _connect(connecting, path)
    except OSError as error:
        connecting.close()
        raise EgressUnreachable(host=url.host, detail=_describe(error)) from error
    except BaseException:
        connecting.close()
        raise
    return connecting


async def _connect(connecting: socket.socket, address: tuple[str, int] | str) -> None:
    """Connect without the loop's help, so that the permit spans the one system call and nothing else."""
    try:
        with permitting(address):
            connecting.connect(address)
    except (BlockingIOError, InterruptedError):
        pass
    else:
        return
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    loop.add_writer(connecting.fileno(), _set_done, done)
    try:
        await done
    finally:
        loop.remove_writer(connecting.fileno())
    code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _set_done(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _describe(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "no TLS connection could be agreed"
    if error.errno == errno.ECONNREFUSED:
        return "nothing listens there"
    return os.strerror(error.errno) if error.errno else "the connection failed"
