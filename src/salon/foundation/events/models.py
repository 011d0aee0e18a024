"""An event: something that became true, told once it is durable."""

from typing import Any, Final

import msgspec

from salon.foundation.kit.ids import new_id

SYSTEM_SPACE: Final = "system"
"""The space of events that belong to the installation as a whole."""


def _event_id() -> str:
    return new_id("evt")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, to what. Publishing the same ``id`` twice keeps one."""

    type: str
    """Dotted, lower case, past tense: ``key.revoked``."""
    subject: str
    """The id of the thing it happened to."""
    data: dict[str, Any] = {}
    created_by: str | None = None
    id: str = msgspec.field(default_factory=_event_id)


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the outbox."""

    space_id: str
    number: int
    """Its place in the space, from 1, without a gap."""
    id: str
    type: str
    subject: str
    data: dict[str, Any]
    created_by: str | None
    at_ms: int

    @property
    def topic(self) -> str:
        """What subscribers match: ``<space id>.<type>``."""
        return f"{self.space_id}.{self.type}"


class LiveEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something momentary (a delta, a tick); it may be dropped and is never stored."""

    topic: str
    data: Any


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """Told to a subscriber that was too slow: how many it missed. Stored events can be read again."""

    count: int
