"""Runs a house as a server: owns the data directory, listens, tells where, and ends well.

Order at the start: settings, lock, sockets, database, services, then listening and the ready file; at the
end the reverse. Whatever fails before listening is one sentence and an exit code.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

from salon.app.compose import compose
from salon.app.configuration import Configuration, is_loopback
from salon.app.house import House
from salon.app.infrastructure import lock_egress
from salon.app.later import load_rest
from salon.app.process import keep_freed_memory, leave_no_core
from salon.app.sockets import address_of, open_local, open_tcp
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.datadir import DataDirectory, Ready
from salon.foundation.kit.errors import ConfigError, SalonError
from salon.foundation.kit.version import __version__
from salon.foundation.telemetry import configure_logs
from salon.surfaces.api.app import build_app, check_exposure
from salon.surfaces.api.listening import Listener
from salon.surfaces.api.routes import conversation_routers, house_routers
from salon.surfaces.cli import Role

_logger = logging.getLogger(__name__)

_SWITCH_INTERVAL_S = 0.02
"""How long a thread may keep the interpreter; the writer's batches yield anyway, the loop seldom loses it."""
_COLLECT_AFTER = 20_000
"""How many new objects there are between two looks of the collector for rings among the youngest."""


class Server:
    """One house, listening."""

    def __init__(
        self, configuration: Configuration, *, role: Role, tcp: bool = True, known_as: str | None = None
    ) -> None:
        """``tcp=False`` listens on the data directory's socket alone; ``known_as`` goes to the ready file."""
        self.configuration = configuration
        self.role: Role = role
        self.tcp = tcp
        self.known_as = known_as or role
        self.address: str | None = None
        self._listener: Listener | None = None
        self._stop_asked = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def data(self) -> DataDirectory:
        """The data directory."""
        return self.configuration.source.data

    async def run(self, *, on_ready: Callable[[House], None] = lambda _: None) -> None:
        """Serve until ``stop``. Raises: ConfigError, StorageError before anything listens.

        Call while owning the data directory.
        """
        self._loop = asyncio.get_running_loop()
        server = self.configuration.settings.server
        check_exposure(server.host if self.tcp else "127.0.0.1", require_key=server.require_key)
        sockets = self._open_sockets()
        try:
            async with contextlib.AsyncExitStack() as stack:
                house = await compose(self.configuration, role=self.role, address=self.address)
                stack.push_async_callback(house.close)
                await self._serve(house, sockets, on_ready)
        finally:
            for opened in sockets:
                opened.close()

    def _open_sockets(self) -> list[socket.socket]:
        server = self.configuration.settings.server
        sockets: list[socket.socket] = []
        if self.tcp:
            sockets.append(open_tcp(server.host, server.port))
            self.address = address_of(sockets[0], server.host) + server.base_path
        if hasattr(socket, "AF_UNIX"):
            sockets.append(open_local(self.data.socket_path))
        return sockets

    async def _serve(
        self, house: House, sockets: list[socket.socket], on_ready: Callable[[House], None]
    ) -> None:
        app = build_app(house.services, load_routers=house_routers, load_more=conversation_routers)
        self._listener = Listener(app.door, app, drain_s=self.configuration.settings.server.drain_s)
        house.connections = lambda: self._listener.connections if self._listener else 0

        def started() -> None:
            self.data.write_ready(self._ready())
            if self.role == "whole":
                # The page asks for the status at once; a gateway that nobody manages never loads it.
                house.tasks.spawn(load_rest(house, app), name="load-rest")
            on_ready(house)

        try:
            if self._stop_asked:
                self._listener.stop()
            await self._listener.run(sockets, on_started=started)
        finally:
            with contextlib.suppress(OSError):
                self.data.ready_path.unlink()
            await app.close()

    def _ready(self) -> Ready:
        local = str(self.data.socket_path) if hasattr(socket, "AF_UNIX") else None
        return Ready(
            pid=os.getpid(),
            version=__version__,
            role=self.known_as,
            address=self.address,
            socket=local,
            started_at_ms=SystemClock().now_ms(),
        )

    def stop(self) -> None:
        """Drain and end; called again, end at once."""
        self._stop_asked = True
        if self._listener is not None:
            self._listener.stop()

    def stop_from_thread(self) -> None:
        """``stop``, called from another thread; nothing happens when it has ended already."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.stop)


class HouseThread:
    """A house in a thread of this process, on the data directory's socket alone."""

    START_PATIENCE_S = 120.0
    """A first start may migrate a large database."""
    STOP_PATIENCE_S = 30.0

    def __init__(self, configuration: Configuration, *, known_as: str) -> None:
        """``known_as`` tells other processes what owns the directory: ``command`` or ``library``."""
        self._data = configuration.source.data
        self._server = Server(configuration, role="gateway", tcp=False, known_as=known_as)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.only_demo = False
        """Nothing but the demo was configured when it began to answer."""
        self._thread = threading.Thread(target=self._run, name="salon-house", daemon=True)

    @property
    def socket_path(self) -> str:
        """Where it answers."""
        return str(self._data.socket_path)

    def start(self) -> None:
        """Own the data directory and wait until it answers. Raises: ConfigError, StorageError."""
        self._data.prepare()
        self._data.lock()
        self._thread.start()
        if not self._ready.wait(self.START_PATIENCE_S):
            self.stop()
            fix = "Look at its log, or try “salon serve”."
            raise ConfigError(key=str(self._data.path), problem="Salon did not start in time.", fix=fix)
        if self._failure is not None:
            self.stop()
            raise self._failure

    def stop(self) -> None:
        """End it and give the data directory up."""
        self._server.stop_from_thread()
        self._thread.join(self.STOP_PATIENCE_S)
        self._data.release()

    def _is_ready(self, house: House) -> None:
        providers = house.gateway.registry.providers()
        self.only_demo = all(provider.source == "built-in" for provider in providers)
        self._ready.set()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._server.run(on_ready=self._is_ready))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._failure = error
        finally:
            self._ready.set()


def serve(configuration: Configuration, *, role: Role, open_page: bool = False) -> int:
    """Own the data directory and serve until a signal. Raises: ConfigError, StorageError. Returns 0."""
    settings = configuration.settings
    configure_logs(level=settings.log.level, style=settings.log.format)
    lock_egress(settings)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    leave_no_core()
    keep_freed_memory()
    data = configuration.source.data
    data.prepare()
    data.lock()
    if not settings.storage.url:
        from salon.foundation.storage.sqlite_connection import count_no_memory  # noqa: PLC0415 - only for it

        count_no_memory()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve_with_signals(Server(configuration, role=role), open_page=open_page))
    finally:
        data.release()
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve_with_signals(server: Server, *, open_page: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    loop.set_exception_handler(_log_stray)

    def ready(house: House) -> None:
        if hasattr(signal, "SIGHUP"):
            # Whoever ignores it from outside, as nohup does, means this to outlive the terminal.
            had_terminal = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and _has_terminal()

            def hang_up() -> None:
                # The same signal says that the terminal was closed: then nobody could end this with Ctrl-C.
                if had_terminal and not _has_terminal():
                    server.stop()
                else:
                    house.ask_reload()

            loop.add_signal_handler(signal.SIGHUP, hang_up)
        house.tasks.spawn(_welcome(server, house, open_page=open_page), name="welcome")

    await server.run(on_ready=ready)
    _logger.info("stopped")


def _has_terminal() -> bool:
    """Tell whether this process has a terminal that is still open."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    error = context.get("exception")
    _logger.error("%s", context.get("message"), exc_info=error if isinstance(error, BaseException) else None)


async def _welcome(server: Server, house: House, *, open_page: bool) -> None:
    """Say where to go, open the page, and settle the memory of what the start made."""
    settings = house.live.current.settings.server
    needs_link = settings.require_key or not is_loopback(settings.host)
    try:
        link, _ = await house.new_sign_in_address()
    except SalonError as error:
        _logger.warning("there is no address to sign in with: %s", error.message)
        link = server.address or ""
    address = link if needs_link else server.address
    is_watched = sys.stdout.isatty()
    if not (is_watched and sys.stderr.isatty()):
        _logger.info("Salon %s serves at %s", __version__, server.address, extra={"role": server.role})
    if is_watched or needs_link:
        end = "  Ctrl-C ends it\n" if is_watched else ""
        sys.stdout.write(f"\n  Salon is at {address}\n  Point a client at {server.address}/v1\n{end}\n")
        sys.stdout.flush()
    if open_page and not settings.no_browser:
        threading.Thread(target=_open_browser, args=(link,), daemon=True, name="salon-browser").start()
    gc.collect()
    gc.freeze()  # what the start made lives to the end; the collector need not walk it again
    # Requests under way are no garbage: looked through every 700 objects, they cost a tenth of the time.
    gc.set_threshold(_COLLECT_AFTER)


def _open_browser(address: str) -> None:
    import webbrowser  # noqa: PLC0415 - slow import, beside its only use

    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
