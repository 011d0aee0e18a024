"""The same as server-sent events, for clients that cannot have a WebSocket.

The ``id`` of each event is the position behind it, ``epoch-number`` of a run and the number of durable
events, so that a browser that comes back says by itself what it has.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

import msgspec
import orjson

from salon.foundation.events import StoredEvent
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.runs import Run, RunEvent, Runs, Seen
from salon.surfaces.api.door import Door, as_salon_error
from salon.surfaces.api.live.encoding import run_event, space_event
from salon.surfaces.api.live.rights import may_see
from salon.surfaces.api.services import LiveServices

T = TypeVar("T")

KEEP_ALIVE_S: Final = 15.0
RETRY: Final = b"retry: 1000\n\n"
_HERE: Final = b": here\n\n"
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second keeps nginx from collecting the stream."""


def position(last_event_id: str | None, *, epoch: int, number: int) -> tuple[int, int]:
    """Return where a viewer of a run stands: what its browser says, else what it asks.

    Raises: InvalidRequest.
    """
    if not last_event_id:
        return epoch, number
    first, dash, second = last_event_id.partition("-")
    if not (dash and _is_number(first) and _is_number(second)):
        raise InvalidRequest(field="header.last-event-id", problem="It must be EPOCH-NUMBER, as it was sent.")
    return int(first), int(second)


def number_after(last_event_id: str | None, after: int | None) -> int | None:
    """Return the number of the last durable event that a viewer has. Raises: InvalidRequest."""
    if not last_event_id:
        return after
    if not _is_number(last_event_id):
        raise InvalidRequest(field="header.last-event-id", problem="It must be a number, as it was sent.")
    return int(last_event_id)


def has_all(run: Run, epoch: int, number: int) -> bool:
    """Tell whether a viewer at this position has been told the end."""
    return run.status != "running" and (epoch, number) == (run.epoch, run.last_number)


async def run_stream(
    door: Door, runs: Runs, scope: SpaceScope, run_id: str, *, epoch: int, number: int
) -> AsyncIterator[bytes]:
    """Yield a run's log from a position: exactly one ``end`` or ``error`` closes it.

    When the server stops it breaks off without either; the client comes back.
    """
    yield RETRY
    try:
        walk = runs.walk(scope, run_id, epoch=epoch, number=number)
        async for batch in paced(door, walk.batches()):
            yield _HERE if batch is None else _run_events(batch)
    except Exception as error:  # supervises the stream: its head is out, so it is told in it  # noqa: BLE001
        yield _sse("error", orjson.dumps(as_salon_error(error).to_json()))


async def start_of(live: LiveServices, caller: Caller, *, after: int | None) -> int:
    """Return the number behind which a stream of durable events begins: now, or what the viewer has."""
    last = await live.feed.last(SpaceScope(caller.space_id))
    return last if after is None else min(after, last)


def event_headers(caller: Caller, start: int) -> dict[str, str]:
    """Return the headers of such a stream: what the socket's ``hello`` says."""
    return {**HEADERS, "Salon-Space": caller.space_id, "Salon-Number": str(start)}


async def event_stream(door: Door, live: LiveServices, caller: Caller, *, start: int) -> AsyncIterator[bytes]:
    """Yield durable events after a number until the client leaves or the server stops."""
    scope = SpaceScope(caller.space_id)
    yield _HERE + RETRY
    async for page in paced(door, live.feed.follow(scope, start, quiet_s=KEEP_ALIVE_S)):
        yield b"".join(_space_event(event) for event in page or () if may_see(caller, event)) or _HERE


async def paced(door: Door, items: AsyncIterator[T]) -> AsyncIterator[T | None]:
    """Yield what comes, and None whenever nothing has for a while; end when the server stops."""
    spawn = door.supervisor.spawn
    draining = spawn(_drained(door), name="stream-drain")
    coming = spawn(_next(items), name="stream-next")
    try:
        while not draining.done():
            done, _ = await asyncio.wait(
                (coming, draining), timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED
            )
            if coming in done:
                found = coming.result()
                if not found:
                    return
                yield found[0]
                coming = spawn(_next(items), name="stream-next")
            elif not done:
                yield None
    finally:
        coming.cancel()
        draining.cancel()


async def _next(items: AsyncIterator[T]) -> Sequence[T]:
    """Return the next item, or nothing at the end: the end of an iterator is no failure of a task."""
    async for item in items:
        return (item,)
    return ()


async def _drained(door: Door) -> None:
    await door.draining.wait()


def _run_events(batch: Sequence[Seen]) -> bytes:
    return b"".join(_run_event(seen) for seen in batch)


def _run_event(seen: Seen) -> bytes:
    at = b"%d-%d" % (seen.epoch, seen.number)
    if isinstance(seen, RunEvent):
        return _sse(seen.type, run_event(seen), at)
    told = {"epoch": seen.epoch, "number": seen.number, "reason": seen.reason}
    return _sse("rewind", orjson.dumps(told), at)


def _space_event(event: StoredEvent) -> bytes:
    return _sse(event.type, msgspec.json.encode(space_event(event)), b"%d" % event.number)


def _sse(kind: str, data: bytes, at: bytes | None = None) -> bytes:
    head = b"id: %b\n" % at if at is not None else b""
    return b"%bevent: %b\ndata: %b\n\n" % (head, kind.encode(), data)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
