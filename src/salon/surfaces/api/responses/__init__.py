"""Responses that go on, at the doors: over a WebSocket, and stored."""

from salon.surfaces.api.door import Door
from salon.surfaces.api.responses.door import ResponseDoor
from salon.surfaces.api.responses.socket import ResponsesSocket

__all__ = ["ResponseDoor", "ResponseSurfaces", "ResponsesSocket"]


class ResponseSurfaces:
    """Both surfaces of responses, for one door."""

    def __init__(self, door: Door) -> None:
        self.rows = ResponseDoor(door)
        self.socket = ResponsesSocket(door)
