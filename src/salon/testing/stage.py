"""A scratch place in which a program of others runs against a scene, and what it left in the ledger."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from salon.testing.fake_provider import Plan
from salon.testing.keeper import keep
from salon.testing.scene import Scene

LIMIT_S = 100.0
NOWHERE = "http://127.0.0.1:9"
"""The port of "discard", where nothing listens: what a program wants of the world outside ends there."""
_QUERY = (
    "SELECT request_id, status, dialect, provider_id, input_tokens, output_tokens"
    " FROM ledger_requests WHERE operation = 'chat' ORDER BY started_at_ms, request_id"
)


class Row(NamedTuple):
    """What the ledger keeps of one request."""

    status: str
    dialect: str
    provider: str
    input_tokens: int
    output_tokens: int


def scratch_environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return what a program may know of this machine: nothing of the person's, and loopback alone."""
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
        **more,
    }


class Stage:
    """Where one program runs: ``home`` and ``work`` are folders of its own."""

    def __init__(self, scene: Scene, key: str, folder: Path) -> None:
        """Make the folders; what the ledger has from before does not count."""
        self.scene = scene
        self.url = scene.house.url
        self.key = key
        self.home = folder / "home"
        self.work = folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        self._seen = {row[0] for row in scene.house.rows(_QUERY)}

    def plan(self, **fields: Any) -> None:
        """Say what the provider answers to whatever is asked, as the fields of a ``Plan``."""
        self.scene.fake.choose = lambda exchange, asked: Plan(**fields)

    def run(self, command: Sequence[str | Path], **environment: str) -> str:
        """Run a program to its end and return what it said.

        It and what it started are ended after ``LIMIT_S``. Raises: AssertionError with its words if it fails.
        """
        with subprocess.Popen(  # noqa: S603 - the test's own choice
            command, cwd=self.work, env=scratch_environment(self.home, environment), text=True,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            keep(process.pid)
            try:
                out, problems = process.communicate(timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, problems = process.communicate()
        if process.returncode:
            raise AssertionError(f"it ended with {process.returncode}\n{out[-3000:]}\n{problems[-3000:]}")
        return out

    def rows(self, count: int) -> list[Row]:
        """Return what the ledger has of this program, oldest first, once it has ``count`` requests."""
        deadline = time.monotonic() + 60
        while True:
            rows = self.scene.house.rows(_QUERY)
            found = [Row(*row[1:]) for row in rows if row[0] not in self._seen]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def check_ledger(self, *, dialect: str, provider: str, requests: int = 2) -> None:
        """Hold the ledger against what the provider counted. Raises: AssertionError where they differ."""
        exchanges = self.scene.fake.journal.exchanges
        wanted = [
            Row("ok", dialect, f"prv_file_{provider}-fake", one.input_tokens, one.tokens_sent)
            for one in exchanges
            if one.dialect == provider
        ]
        found = self.rows(requests)
        if found != wanted or len(wanted) != requests:
            raise AssertionError(f"the ledger has {found}, the provider counted {wanted}")
