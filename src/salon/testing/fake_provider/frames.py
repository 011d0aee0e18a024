"""The pieces of a streamed answer, and the faults that bend them without touching the connection."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from salon.testing.fake_provider.plan import Plan


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a stream, framed for the wire."""

    data: bytes
    tokens: int = 0
    """Answer tokens in it."""
    role: str = "content"
    """``content``, ``usage``, ``counts`` (usage and the finish in one) or ``end`` (the end mark)."""


def sse(value: Any, *, event: str | None = None, tokens: int = 0, role: str = "content") -> Frame:
    """Frame one JSON value as a server-sent event."""
    head = f"event: {event}\n".encode() if event else b""
    return Frame(data=head + b"data: " + orjson.dumps(value) + b"\n\n", tokens=tokens, role=role)


def line(value: Any, *, tokens: int = 0, role: str = "content") -> Frame:
    """Frame one JSON value as a line of its own."""
    return Frame(data=orjson.dumps(value) + b"\n", tokens=tokens, role=role)


def bend(frames: Sequence[Frame], plan: Plan, *, error: Frame, ping: Frame | None) -> list[Frame]:
    """Apply the plan's faults of content and framing."""
    bent = list(frames)
    middle = max(1, len(bent) // 2)
    if plan.fault("error-in-stream"):
        bent = [*bent[:middle], error]
    if plan.fault("bad-json"):
        bent.insert(middle, Frame(data=bent[middle - 1].data.replace(b"}", b"", 1)))
    if plan.fault("no-usage"):
        bent = [frame for frame in bent if frame.role != "usage"]
    if plan.fault("usage-twice"):
        bent = [
            copy
            for frame in bent
            for copy in ([frame, frame] if frame.role in {"usage", "counts"} else [frame])
        ]
    if plan.fault("no-done"):
        bent = [frame for frame in bent if frame.role != "end"]
    if plan.fault("pings") and ping is not None:
        bent = [copy for frame in bent for copy in (ping, frame)]
    damage = plan.fault("mutate")
    if damage:
        source = random.Random(damage.size)  # noqa: S311 - repeatable on purpose
        bent = [msgspec.structs.replace(frame, data=mutate(frame.data, source)) for frame in bent]
    return _reframe(bent, plan)


_NASTY = (b"\x00", b"\xff\xfe", b"\n", b"\r\n\r\n", b"{", b"]", b'"', b"data: ", b"null", b"1e999", b"[" * 50)


def mutate(data: bytes, source: random.Random, *, chance: float = 0.2) -> bytes:
    """Damage ``data`` with this chance: cut, double, flip, insert or drop some of it."""
    if source.random() > chance or not data:
        return data
    start = source.randrange(len(data))
    end = min(len(data), start + source.randint(1, 12))
    match source.randrange(5):
        case 0:
            return data[:start]
        case 1:
            return data + data
        case 2:
            return data[:start] + bytes([data[start] ^ (1 << source.randrange(8))]) + data[start + 1 :]
        case 3:
            return data[:start] + source.choice(_NASTY) + data[start:]
        case _:
            return data[:start] + data[end:]


def _reframe(frames: list[Frame], plan: Plan) -> list[Frame]:
    if plan.fault("no-final-blank") and frames:
        last = frames[-1]
        frames[-1] = msgspec.structs.replace(last, data=last.data.rstrip(b"\n"))
    if plan.fault("crlf"):
        return [msgspec.structs.replace(frame, data=frame.data.replace(b"\n", b"\r\n")) for frame in frames]
    return frames
