"""What answers calls: the gateway, as a door sees it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from salon.foundation.kit.in_place import InPlace
from salon.gateway.exchange import Reply, ServedCall

ChecksFiles = Callable[[ServedCall], Awaitable[None]]
"""Refuses a call that names files which are not there. Raises: FileMissing and others, naming the field."""


class Serves(Protocol):
    """Serves calls of the compatible dialects."""

    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Serve one call; every failure is an answer in the caller's dialect."""
        ...
