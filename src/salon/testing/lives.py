"""Lives that are killed: one small process is loaded once and forks for each of them.

``python -m salon.testing.lives MODULE:FUNCTION`` reads orders, one JSON object a line, and runs the function
with each in a fork of its own; what a life tells goes out as lines of JSON, even if it dies right after.
A life costs some 20 ms, where a house that starts costs more than a second.
"""

import asyncio
import gc
import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

from salon.testing.dying import die
from salon.testing.keeper import keep
from salon.testing.tables import import_all_tables

Tell = Callable[..., None]
Live = Callable[[dict[str, Any], Tell], Coroutine[Any, Any, None]]
GONE: Final = "gone"
BROKEN: Final = "broken"
LIVED: Final = "lived"


def tell(*words: Any) -> None:
    """Tell who started this life; in one write, so that death comes before it or after it."""
    line = (json.dumps(words) + "\n").encode()
    while line:
        line = line[os.write(1, line) :]


class Lives:
    """The process that forks, and what its forks tell. Use as a context manager; one life at a time."""

    def __init__(self, live: str) -> None:
        """``live`` names the function: ``package.module:function``."""
        command = [sys.executable, "-m", "salon.testing.lives", live]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        keep(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def live(self, order: dict[str, Any]) -> list[list[Any]]:
        """Let one fork live until it dies or is done; return what it told.

        Raises: AssertionError for one that broke, with what it told last.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: list[list[Any]] = []
        for line in self._process.stdout:
            told.append(json.loads(line))
            if told[-1] == [GONE]:
                broken = of(told, BROKEN)
                assert broken == [], broken[0][0]
                return told
        raise AssertionError(f"whoever forks is gone: {told[-5:]}")


def of(told: list[list[Any]], kind: str) -> list[list[Any]]:
    """Return what was told under a word."""
    return [words[1:] for words in told if words[0] == kind]


def be(live: Live, order: dict[str, Any], *, told: Tell = tell, end: Callable[[], None] = die) -> None:
    """Live in this very process, and end it: who is done dies like everybody else."""
    try:
        asyncio.run(live(order, told))
        told(LIVED)
    except BaseException:  # noqa: BLE001 - told, whatever it is
        told(BROKEN, traceback.format_exc())
    finally:
        end()


def _main(name: str) -> None:
    module, _, function = name.partition(":")
    live: Live = getattr(importlib.import_module(module), function)
    import_all_tables()
    gc.collect()
    gc.freeze()  # what is shared with the forks is not to be touched by their collections
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        child = os.fork()
        if child == 0:
            be(live, order)
        os.waitpid(child, 0)
        tell(GONE)


if __name__ == "__main__":
    _main(sys.argv[1])
