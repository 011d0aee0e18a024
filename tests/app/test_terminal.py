"""A server in a terminal: what it says there, and that it ends with it."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.keeper import keep

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="terminals are files here")

_SERVE = (sys.executable, "-c", "from salon.app.main import main; main()", "serve")
_PATIENCE_S = 60.0


class Terminal:
    """A server with a terminal of its own."""

    def __init__(self, data: Path) -> None:
        self.screen = b""
        self._mine, theirs = os.openpty()
        environment = {**os.environ, "SALON_DATA_DIR": str(data), "SALON_PORT": "0", "SALON_NO_BROWSER": "1"}
        # The first terminal that the leader of a session opens becomes its own.
        command = ["sh", "-c", 'exec "$@" < "$0" > "$0" 2>&1', os.ttyname(theirs), *_SERVE]
        self._open = [theirs, self._mine]
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        keep(self.process.pid)

    def wait_for(self, text: bytes) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            if select.select([self._mine], [], [], 0.1)[0]:
                self.screen += os.read(self._mine, 65536)

    def close(self) -> None:
        while self._open:
            os.close(self._open.pop())


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "data")
    try:
        yield terminal
    finally:
        terminal.close()
        terminal.process.kill()
        terminal.process.wait(_PATIENCE_S)


def test_it_says_where_to_go_once(terminal: Terminal) -> None:
    terminal.wait_for(b"Ctrl-C ends it")
    assert terminal.screen.count(b"Salon is at http://127.0.0.1:") == 1
    assert b"serves at" not in terminal.screen


def test_closing_the_terminal_ends_it(terminal: Terminal) -> None:
    terminal.wait_for(b"Ctrl-C ends it")
    terminal.close()
    assert terminal.process.wait(_PATIENCE_S) == 0


def test_the_same_signal_reads_settings_while_the_terminal_is_open(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.wait_for(b"Ctrl-C ends it")
    (tmp_path / "data" / "salon.toml").write_text("[server]\nprot = 1\n")
    terminal.process.send_signal(signal.SIGHUP)
    terminal.wait_for(b"server.prot")
    assert terminal.process.poll() is None
