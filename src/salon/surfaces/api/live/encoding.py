"""Frames to bytes and back. An event's body is JSON already, made once for the log and every viewer."""

import base64
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from salon.foundation.events import StoredEvent
from salon.foundation.kit.errors import InvalidRequest, SalonError
from salon.foundation.runs import Run, RunEvent
from salon.surfaces.api.live.frames import ClientFrame, Error, Problem, RunState, Server, SpaceEvent

_decoder = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()
_SMALL: int = 64
_AT: Final = re.compile(r" - at `\$\.([^`]{1,80})`$")
"""Where in a frame something is wrong, at the end of what its reader says."""


def read_frame(message: str | bytes) -> ClientFrame:
    """Return what a client says. Raises: InvalidRequest."""
    if isinstance(message, bytes):
        raise InvalidRequest(field="frame", problem="Send JSON in text messages, not in binary ones.")
    try:
        return _decoder.decode(message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        place = _AT.search(str(error))
        field = f"frame.{place[1]}" if place else "frame"
        raise InvalidRequest(field=field, problem=_told(error)) from error


def id_in(message: str | bytes) -> str | None:
    """Return the id of a frame that is refused, if it has one."""
    try:
        found: Any = msgspec.json.decode(message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    named: Any = found.get("id") if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - strangers' JSON
    return named[:_SMALL] if isinstance(named, str) else None


def encode(frame: Server) -> bytes:
    """Return a frame as it is sent."""
    return _encoder.encode(frame)


def error_frame(error: SalonError, subscription: str | None) -> Error:
    """Return what tells of a failure."""
    told = error.to_json()["error"]
    fields = {name: value for name, value in told.items() if name not in {"code", "message"}}
    return Error(
        id=subscription,
        error=Problem(code=told["code"], message=told["message"], fields=fields.get("fields", fields)),
    )


def run_state(run: Run) -> RunState:
    """Return a run as clients see it: without who owns it."""
    return RunState(**{name: getattr(run, name) for name in RunState.__struct_fields__})


def space_event(event: StoredEvent) -> SpaceEvent:
    """Return a durable event as clients see it."""
    return SpaceEvent(
        number=event.number,
        id=event.id,
        type=event.type,
        subject=event.subject,
        data=event.data,
        created_by=event.created_by,
        at_ms=event.at_ms,
    )


def run_event(event: RunEvent) -> bytes:
    """Return one event of a log: the JSON of ``RunLogEvent``."""
    return b'{"epoch":%d,"number":%d,"type":%b,"at_ms":%d,"data":%b}' % (
        event.epoch,
        event.number,
        _text(event.type),
        event.at_ms,
        event.body if event.cipher == "none" else _sealed(event),
    )


class _Latest:
    """The latest event that was encoded: every viewer of a run is shown the same one in turn."""

    event: RunEvent | None = None
    encoded: bytes = b""


def event_frame(subscription: bytes, event: RunEvent) -> bytes:
    """Return the ``events`` frame of one event that happens now; ``subscription`` is the JSON of its id."""
    if _Latest.event is not event:
        _Latest.event, _Latest.encoded = event, run_event(event)
    return b'{"type":"events","id":%b,"events":[%b]}' % (subscription, _Latest.encoded)


def events_frames(subscription: bytes, events: Sequence[RunEvent], *, most_bytes: int) -> list[bytes]:
    """Return ``events`` frames; ``subscription`` is the JSON of its id. Larger ones are for single events."""
    if len(events) == 1:
        return [_joined(subscription, [run_event(events[0])])]
    frames: list[bytes] = []
    parts: list[bytes] = []
    size_bytes = 0
    for event in events:
        part = run_event(event)
        if parts and size_bytes + len(part) > most_bytes:
            frames.append(_joined(subscription, parts))
            parts, size_bytes = [], 0
        parts.append(part)
        size_bytes += len(part)
    if parts:
        frames.append(_joined(subscription, parts))
    return frames


def _joined(subscription: bytes, parts: list[bytes]) -> bytes:
    return b'{"type":"events","id":%b,"events":[%b]}' % (subscription, b",".join(parts))


@lru_cache(maxsize=256)
def _text(value: str) -> bytes:
    return _encoder.encode(value)


def _sealed(event: RunEvent) -> bytes:
    body = base64.b64encode(event.body).decode()
    return _encoder.encode({"cipher": event.cipher, "key_id": event.key_id, "body": body})


def _told(error: Exception) -> str:
    return f"This is no frame of this protocol: {error}."[:300]
