"""An answer as it went to the caller, to be given again byte for byte."""

import msgspec


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One complete answer. A stream is replayed as a stream, a body as a body."""

    status: int
    is_stream: bool
    body: bytes
    route: str | None = None
    """The target that made it."""
    lost: tuple[str, ...] = ()
    """What a dialect could not carry, as names."""
    media_type: bytes | None = None
    """Set when it is no JSON and no stream of its dialect."""
    error_code: str | None = None
    """Set when the answer was a failure that must not be tried again under its key."""

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return len(self.body) + 200
