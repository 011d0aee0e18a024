"""Responses that go on, at the doors: over a WebSocket, and stored."""

from salon.surfaces.api.responses.door import ResponseDoor
from salon.surfaces.api.responses.socket import ResponsesSocket

__all__ = ["ResponseDoor", "ResponsesSocket"]
