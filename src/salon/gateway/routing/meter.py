"""What is under way at a target, and how much room its provider says is left."""

import math
from collections.abc import Sequence
from typing import Final

_REMAINING: Final = {
    b"x-ratelimit-remaining-requests": b"x-ratelimit-limit-requests",
    b"x-ratelimit-remaining-tokens": b"x-ratelimit-limit-tokens",
    b"anthropic-ratelimit-requests-remaining": b"anthropic-ratelimit-requests-limit",
    b"anthropic-ratelimit-tokens-remaining": b"anthropic-ratelimit-tokens-limit",
}
"""Headers that say what is left, and those that say of how much (OpenAI, Groq and others; Anthropic)."""
_HEARD_S: Final = 60.0
"""How long what a provider said is believed: its limits are per minute."""


class Meter:
    """Counts the attempts under way at one target. One event loop."""

    __slots__ = ("_heard_s", "_used", "open", "sent_s")

    def __init__(self) -> None:
        self.open = 0
        """Attempts under way."""
        self.sent_s = -math.inf
        """Monotonic time of the newest attempt."""
        self._used = 0.0
        self._heard_s = -math.inf

    def enter(self, now_s: float) -> None:
        """Count an attempt in."""
        self.open += 1
        self.sent_s = now_s

    def leave(self) -> None:
        """Count it out."""
        self.open -= 1

    def hear(self, headers: Sequence[tuple[bytes, bytes]], now_s: float) -> None:
        """Take what an answer's headers (lower-case names) say about the provider's own limits."""
        said = dict(headers)
        shares = [
            share
            for left, of in _REMAINING.items()
            if left in said and of in said and (share := _share(said[left], said[of])) is not None
        ]
        if shares:
            self._used, self._heard_s = max(shares), now_s

    def used(self, now_s: float) -> float | None:
        """Return the share of the provider's own limits that it said is used; None if it did not lately."""
        return self._used if now_s - self._heard_s < _HEARD_S else None


def _share(left: bytes, limit: bytes) -> float | None:
    try:
        whole = float(limit)
        used = 1.0 - float(left) / whole if whole > 0 else math.nan
    except ValueError:
        return None
    return min(1.0, max(0.0, used)) if math.isfinite(used) else None
