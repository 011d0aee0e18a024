"""What answers calls: the gateway, as a door sees it."""

from typing import Protocol

from salon.foundation.kit.in_place import InPlace
from salon.gateway.exchange import Reply, ServedCall


class Serves(Protocol):
    """Serves calls of the compatible dialects."""

    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Serve one call; every failure is an answer in the caller's dialect."""
        ...
