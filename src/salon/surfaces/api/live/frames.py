"""The frames of the client WebSocket: JSON objects in text messages, told apart by ``type``.

Positions are of the client: what it has of a run is (epoch, number), of the space's events a number. It
says them when it comes back, and gets what follows.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
RunId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Epoch = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

PROTOCOL: Final = 1
FRAME_BYTES: Final = 16 * 1024
"""The largest frame a client may send."""
SUBSCRIPTIONS: Final = 100
"""Most subscriptions of one socket at once."""
MESSAGES_PER_S: Final = 50
MESSAGES_AT_ONCE: Final = 200


class Client(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What a client sends. ``id`` is the client's own, and comes back in every answer."""

    id: Id


class Follow(Client, frozen=True, kw_only=True, tag="follow"):
    """Follow a run from a position; (0, 0) is the beginning."""

    run: RunId
    epoch: Epoch = 0
    number: Number = 0


class Listen(Client, frozen=True, kw_only=True, tag="listen"):
    """Follow the durable events of the space after a number; without one, from now on."""

    number: Number | None = None


class Leave(Client, frozen=True, kw_only=True, tag="leave"):
    """End the subscription with this id."""


class Stop(Client, frozen=True, kw_only=True, tag="stop"):
    """Ask a run to stop. What was said stays."""

    run: RunId


class Ping(Client, frozen=True, kw_only=True, tag="ping"):
    """Ask for a ``pong``: browsers cannot send the pings of WebSocket itself."""


ClientFrame = Follow | Listen | Leave | Stop | Ping


class Server(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What the server sends."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may send."""

    frame_bytes: int = FRAME_BYTES
    subscriptions: int = SUBSCRIPTIONS
    messages_per_s: int = MESSAGES_PER_S


class Hello(Server, frozen=True, kw_only=True, tag="hello"):
    """The first frame."""

    protocol: int = PROTOCOL
    space: str
    """Whose runs and events are seen here."""
    number: int
    """The number of the space's last durable event now."""
    limits: Limits = Limits()


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it stands."""

    id: str
    kind: str
    status: Literal["running", "done", "failed", "cancelled", "interrupted"]
    data: dict[str, Any]
    """What it is about, by its kind: for a turn the conversation and the message it answers."""
    epoch: int
    last_number: int
    stop_requested: bool
    compacted: bool
    """Its deltas were dropped: what they added up to stands where ``data`` and the end say."""
    created_by: str | None
    started_at_ms: int
    ended_at_ms: int | None


class Following(Server, frozen=True, kw_only=True, tag="following"):
    """A ``follow`` was taken; what follows the position comes next."""

    id: str
    run: RunState


class RunLogEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a run's log."""

    epoch: int
    number: int
    type: str
    """Its kind: ``text-delta``, ``tool-call``, … and ``end``, after which nothing comes."""
    at_ms: int
    data: Any
    """By its kind. Of ``end``: ``status`` and ``data``, in which a turn names its message."""


class Events(Server, frozen=True, kw_only=True, tag="events"):
    """Events of a run in order; the last one's epoch and number are the new position."""

    id: str
    events: list[RunLogEvent]


class Rewound(Server, frozen=True, kw_only=True, tag="rewind"):
    """Forget everything of the run after ``number``; (epoch, number) is the new position.

    ``epoch``: another process took over, and what it shows next takes the place of what was never written.
    ``compacted``: the run is over and its deltas are gone; the end comes, and the result is fetched.
    """

    id: str
    epoch: int
    number: int
    reason: Literal["epoch", "compacted"]


class Behind(Server, frozen=True, kw_only=True, tag="behind"):
    """The client read too slowly: nothing is lost, what follows comes from the log as fast as it reads."""

    id: str


class Listening(Server, frozen=True, kw_only=True, tag="listening"):
    """A ``listen`` was taken; what follows the number comes next."""

    id: str
    number: int


class SpaceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One durable event of the space."""

    number: int
    id: str
    type: str
    """What became true: ``message.added``, ``run.started``, …"""
    subject: str
    """The id of the thing it happened to."""
    data: dict[str, Any]
    created_by: str | None
    at_ms: int


class Happened(Server, frozen=True, kw_only=True, tag="happened"):
    """Durable events in order; ``number`` is the new position, beyond what this client may not see."""

    id: str
    number: int
    events: Sequence[SpaceEvent]


class Gap(Server, frozen=True, kw_only=True, tag="gap"):
    """Events up to ``number`` were deleted long ago: read anew what you show. What follows comes next."""

    id: str
    number: int


class Left(Server, frozen=True, kw_only=True, tag="left"):
    """A subscription is over: the run's end was told, or ``leave`` was asked."""

    id: str
    reason: Literal["ended", "asked"]


class Stopped(Server, frozen=True, kw_only=True, tag="stopped"):
    """A ``stop`` was taken down; ``running`` is false if the run had ended."""

    id: str
    run: str
    running: bool


class Pong(Server, frozen=True, kw_only=True, tag="pong"):
    """The answer to ``ping``."""

    id: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why not."""

    code: str
    message: str
    fields: dict[str, Any]


class Error(Server, frozen=True, kw_only=True, tag="error"):
    """A frame was refused, or a subscription failed and is over; without ``id`` the socket is closed next."""

    id: str | None
    error: Problem


ServerFrame = (
    Hello | Following | Events | Rewound | Behind | Listening | Happened | Gap | Left | Stopped | Pong | Error
)
