"""Follows a run over the API: each event once and in order, across connections that break."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import Any, Final

import msgspec

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import ServedError, UnreachableError

_WAITS_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each further attempt in which nothing more arrived."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a run's log, or ``rewind``: forget what came after ``number``."""

    type: str
    epoch: int
    number: int
    data: dict[str, Any] = {}


class Follower:
    """Views one run to its end."""

    def __init__(
        self,
        client: ApiClient,
        run_id: str,
        *,
        on_wait: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """``on_wait`` is told why it takes longer."""
        self._client = client
        self._run_id = run_id
        self._on_wait = on_wait
        self._wait = wait
        self._epoch = self._number = 0
        self._failures = 0

    def events(self) -> Generator[Seen]:
        """Yield what follows the position, to the ``end``. Raises: ServedError, UnreachableError."""
        while True:
            try:
                for seen in self._once():
                    self._epoch, self._number, self._failures = seen.epoch, seen.number, 0
                    yield seen
                    if seen.type == "end":
                        return
                problem = UnreachableError(
                    problem="The view of the answer broke off.", fix="See it with “salon conversations show”."
                )
            except UnreachableError as error:
                problem = error
            if self._failures >= len(_WAITS_S):
                raise problem
            if self._failures:  # once is no news: a server that restarts ends every view
                self._on_wait(f"{problem.message} Going on in {_WAITS_S[self._failures]:g} s.")
            self._wait(_WAITS_S[self._failures])
            self._failures += 1

    def _once(self) -> Iterator[Seen]:
        path = f"/salon/v1/runs/{segment(self._run_id)}/events?epoch={self._epoch}&number={self._number}"
        with closing(self._client.follow(path)) as chunks:
            for kind, data in events_of(chunks):
                if kind == "error":
                    error = msgspec.json.decode(data)["error"]
                    raise ServedError(status=500, code=error["code"], message=error["message"])
                if kind == "rewind":
                    told = msgspec.json.decode(data)
                    yield Seen(type=kind, epoch=told["epoch"], number=told["number"])
                else:
                    yield msgspec.json.decode(data, type=Seen)


def events_of(chunks: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the type and the data of each server-sent event that has data; half a one is not told."""
    held = b""
    for chunk in chunks:
        held += chunk
        *blocks, held = held.split(b"\n\n")
        for block in blocks:
            kind, data = "message", b""
            for line in block.split(b"\n"):
                name, _, value = line.partition(b": ")
                if name == b"event":
                    kind = value.decode()
                elif name == b"data":
                    data = value
            if data:
                yield kind, data
