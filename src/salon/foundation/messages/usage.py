"""What an answer cost in tokens, and why it ended."""

from typing import Any, Literal

import msgspec

FinishReason = Literal[
    "stop", "length", "tool-calls", "content-filter", "refusal", "pause", "error", "unknown"
]


class Finish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why the answer ended."""

    reason: FinishReason
    raw: str | None = None
    """The word the provider sent, unchanged."""
    stop_sequence: str | None = None
    """The stop sequence that was met, if one was."""


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens of one answer. ``input_tokens`` includes cached ones, ``output_tokens`` includes reasoning."""

    input_tokens: int = 0
    """All prompt tokens, whether read from a cache, written to it, or neither."""
    output_tokens: int = 0
    """All completion tokens, reasoning included."""
    cached_tokens: int = 0
    """Prompt tokens read from the provider's cache; part of ``input_tokens``."""
    cache_write_tokens: int = 0
    """Prompt tokens written to the provider's cache; part of ``input_tokens``."""
    reasoning_tokens: int = 0
    """Completion tokens spent on reasoning; part of ``output_tokens``."""
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    estimated: bool = False
    """True when the provider sent no count and this one is ours."""
    raw: dict[str, Any] | None = None
    """The provider's usage object as sent; for repeated ones, the last value of each key."""

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens
