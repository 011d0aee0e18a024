"""A whole Salon as a process of its own, for suites that judge it from outside.

Started as a person starts it (``salon serve``), told about providers by its settings file, and watched
from outside: its log, its sockets, its memory, its database.
"""

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import orjson

from salon.testing.columns import SQLITE, Column
from salon.testing.keeper import keep
from salon.testing.ports import free_port

_START_S = 200.0
_STOP_S = 30.0
_TICK_S = 0.01
_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")
"""The command ``salon`` of this very environment, whatever PATH says."""
_TASKS = re.compile(r"^salon_tasks\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)

TomlValue = str | int | float | bool | Sequence[str]


class ProviderSetup(msgspec.Struct, frozen=True, kw_only=True):
    """One provider the house is told about."""

    name: str
    kind: str
    url: str
    models: tuple[str, ...] = ("fake",)
    api_key: str = "sk-upstream-key"
    options: Mapping[str, str] = {}
    """What its kind must be told besides."""
    batches: bool | None = None
    """Whether it may be handed whole batches, at half the price."""


def provider_for(
    dialect: str, url: str, *, name: str | None = None, api_key: str = "sk-upstream-key"
) -> ProviderSetup:
    """Describe a fake provider that is spoken to in ``dialect``."""
    kind = {"openai": "openai-compatible", "responses": "responses-compatible", "complete": "vllm"}.get(
        dialect, dialect
    )
    base = f"{url}/v1" if dialect in {"openai", "responses", "complete"} else url
    return ProviderSetup(name=name or f"{dialect}-fake", kind=kind, url=base, api_key=api_key)


def _toml(value: TomlValue) -> str:
    return orjson.dumps(value).decode()


class HouseSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What a house is started with."""

    providers: tuple[ProviderSetup, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = {}
    """Name to ``provider/model`` targets, in order of preference."""
    settings: Mapping[str, Mapping[str, TomlValue]] = {}
    """Sections of ``salon.toml``."""
    prices: Mapping[str, tuple[str, str]] = {}
    """``provider/model`` to the price of a million tokens in and out."""
    environment: Mapping[str, str] = {}
    arguments: tuple[str, ...] = ()
    """Further arguments of ``salon serve``."""
    column: Column = SQLITE
    """Where the state lives."""

    def toml(self) -> str:
        """Write the settings file."""
        lines: list[str] = []
        for section, values in self.settings.items():
            lines += [f"[{section}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
        for provider in self.providers:
            lines += [f'[providers."{provider.name}"]', f"kind = {_toml(provider.kind)}"]
            lines += [f"base_url = {_toml(provider.url)}", f"api_key = {_toml(provider.api_key)}"]
            lines += [f"models = {_toml(provider.models)}", "allow_private = true"]
            told = tuple(f"{name}={value}" for name, value in provider.options.items())
            lines += [f"options = {_toml(told)}"] if told else []
            lines += [f"batches = {_toml(provider.batches)}"] if provider.batches is not None else []
        for alias, targets in self.aliases.items():
            lines += [f'[models."{alias}"]', f"targets = {_toml(targets)}"]
        for target, (entry, output) in self.prices.items():
            lines += [f'[prices."{target}"]', f"input = {_toml(entry)}", f"output = {_toml(output)}"]
            if any(one.batches and target.startswith(f"{one.name}/") for one in self.providers):
                lines += [f'[[prices."{target}".services]]', 'name = "batch"', 'factor = "0.5"']
        return "\n".join([*lines, ""])


class HouseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


PATIENT: Mapping[str, TomlValue] = {
    "retry_budget": 1.0,
    "breaker_failures": 1000,
    "connect_timeout_s": 20.0,
    "first_byte_timeout_s": 30.0,
    "idle_timeout_s": 30.0,
    "total_timeout_s": 90.0,
}
"""``[gateway]`` settings of suites that judge answers: deadlines that a busy machine keeps, and neither
breaker nor retry budget in the way."""
SILENCE_S = 1.0
HASTY: Mapping[str, TomlValue] = {
    "connect_timeout_s": 5.0,
    "first_byte_timeout_s": SILENCE_S,
    "idle_timeout_s": SILENCE_S,
    "total_timeout_s": 20.0,
}
"""``[gateway]`` settings of suites of silence, on top of those: deadlines that are met by accident too."""


class House:
    """A running Salon. Start it with ``with House(folder, setup) as house``."""

    def __init__(
        self,
        data_dir: Path,
        setup: HouseSetup,
        *,
        port: int | None = None,
        command: Sequence[str] = _SALON,
    ) -> None:
        """Prepare a house whose data live in ``data_dir``; nothing runs yet. ``command`` is ``salon``."""
        self.data_dir = data_dir
        self.setup = setup
        self.port = port or free_port()
        self.log_path = data_dir.parent / f"{data_dir.name}.log"
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id. Raises: RuntimeError when not started."""
        if self._process is None:
            raise RuntimeError("the house is not started")
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """What the process, and a ``salon`` command that talks to it, is given."""
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        return {
            **kept,
            "SALON_DATA_DIR": str(self.data_dir),
            "SALON_HOST": "127.0.0.1",
            "SALON_PORT": str(self.port),
            "SALON_NO_BROWSER": "1",
            **self.setup.column.environment,
            **self.setup.environment,
        }

    # -- life -------------------------------------------------------------------------------------
    def spawn(self, prefix: Sequence[str] = ()) -> None:
        """Start the process without waiting; ``prefix`` goes before the command (``strace ...``)."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = self.data_dir / "salon.toml"
        config.touch(mode=0o600)
        config.write_text(self.setup.toml())
        command = [*prefix, *self._command, "serve", *self.setup.arguments]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        keep(self._process.pid)

    def start(self, prefix: Sequence[str] = ()) -> float:
        """Start the process and wait until it is ready; returns how many seconds that took."""
        started = time.monotonic()
        self.spawn(prefix)
        while not self.is_ready():
            assert self._process is not None
            code = self._process.poll()
            if code is not None or time.monotonic() - started > _START_S:
                ended = f"ended with {code}" if code is not None else "is not ready"
                raise RuntimeError(f"salon serve {ended}; its log:\n{self.log_text()[-4000:]}")
            time.sleep(_TICK_S)
        return time.monotonic() - started

    def is_ready(self) -> bool:
        """Tell whether ``/readyz`` says so."""
        try:
            return self.get("/readyz", timeout_s=10)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def terminate(self) -> None:
        """Ask the process to drain and end, without waiting."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout_s: float = _STOP_S) -> int:
        """Wait for the process to end; returns its exit code. Raises: subprocess.TimeoutExpired."""
        assert self._process is not None
        return self._process.wait(timeout_s)

    def stop(self) -> int:
        """Drain and end the process; killed if it takes too long. Returns the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self.wait()

    def kill(self) -> None:
        """End the process at once, as ``kill -9`` does."""
        assert self._process is not None
        self._process.kill()
        self.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- seen from outside ------------------------------------------------------------------------
    def request(
        self,
        method: str,
        path: str,
        value: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> tuple[int, bytes]:
        """Send one request; returns status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        with contextlib.closing(connection):
            fields = {"content-type": "application/json", **(headers or {})} if value is not None else headers
            body = None if value is None else orjson.dumps(value)
            connection.request(method, path, body=body, headers=dict(fields or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str],
        timeout_s: float = 60.0,
    ) -> HouseAnswer:
        """Send bytes as they are; returns the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        with contextlib.closing(connection):
            connection.request(method, path, body=content, headers=dict(headers))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return HouseAnswer(status=answer.status, headers=named, body=answer.read())

    def get(self, path: str, *, timeout_s: float = 60.0) -> tuple[int, bytes]:
        """Send a GET without a credential."""
        return self.request("GET", path, timeout_s=timeout_s)

    def log_text(self) -> str:
        """Return everything the process has written so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def salon(
        self, *arguments: str, timeout_s: float = 100.0, said: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``salon ARGUMENTS`` as a person at this data directory would, output not a terminal.

        ``said`` is piped into it.
        """
        command = [*self._command, *arguments]
        return subprocess.run(  # noqa: S603 - Salon itself
            command,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        """Run ``salon ARGUMENTS``, which must succeed, and return what it printed."""
        done = self.salon(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def on_terminal(self, columns: int, *arguments: str) -> list[str]:
        """Run ``salon ARGUMENTS`` on a terminal of so many columns and return the lines it shows."""
        from salon.testing.screen import shown_on_terminal  # noqa: PLC0415 - only systems with terminals

        return shown_on_terminal([*self._command, *arguments], columns=columns, environment=self.environment)

    def create_key(self, name: str, *options: str) -> str:
        """Make an API key and return its secret. Raises: RuntimeError with what the command said.

        A house that takes whoever is on this machine for its owner is asked for a plain one: the command
        takes a second longer.
        """
        if not options and self._process is not None and self._process.poll() is None:
            status, body = self.request("POST", "/salon/v1/keys", {"name": name})
            if status == HTTPStatus.CREATED:
                return orjson.loads(body)["secret"]
        done = self.salon("keys", "create", name, *options)
        if done.returncode != 0:
            raise RuntimeError(f"salon keys create failed: {done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def open_descriptors(self) -> int:
        """Count the open file descriptors of the process."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def resident_bytes(self) -> int:
        """Return the resident memory of the process."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def load_all(self) -> None:
        """Have it load what it makes when that is first asked for, so that counts begin with all of it."""
        status, body = self.get("/salon/v1/conversations?limit=1")
        assert status == 200, body

    def live_tasks(self) -> int:
        """Return how many supervised tasks live in the process, from its metrics."""
        page = self.get("/metrics")[1].decode()
        return round(sum(float(value) for value in _TASKS.findall(page)))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read from the database, past the process; ``query`` is in the words both databases know."""
        return self.setup.column.rows(self.data_dir, query)

    def damages(self) -> list[str]:
        """Return what is wrong with the database after a kill; on PostgreSQL what is held there yet."""
        return self.setup.column.damages(self.data_dir)

    def forget(self) -> None:
        """Remove the data directory; only after the end."""
        shutil.rmtree(self.data_dir, ignore_errors=True)
