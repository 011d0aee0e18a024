"""What an answer cost in tokens, and why it ended."""

from typing import Any, Final, Literal

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


class UsageDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts that few answers have. Each says of which of the larger counts it is a part."""

    cache_write_1h_tokens: int = 0
    """Written to a cache that keeps them an hour; part of ``cache_write_tokens``."""
    audio_input_tokens: int = 0
    """Part of ``input_tokens``."""
    audio_cached_tokens: int = 0
    """Part of ``cached_tokens`` and of ``audio_input_tokens``."""
    audio_output_tokens: int = 0
    """Part of ``output_tokens``."""
    image_input_tokens: int = 0
    """Part of ``input_tokens``."""
    image_cached_tokens: int = 0
    """Part of ``cached_tokens`` and of ``image_input_tokens``."""
    image_output_tokens: int = 0
    """Part of ``output_tokens``."""
    accepted_prediction_tokens: int = 0
    """Foretold by the caller and right; part of ``output_tokens``."""
    rejected_prediction_tokens: int = 0
    """Foretold and wrong, but paid for; part of ``output_tokens``."""
    images: int = 0
    """Pictures made; no tokens."""
    characters: int = 0
    """Characters spoken; no tokens."""
    audio_input_ms: int = 0
    """Milliseconds of a recording that were listened to; no tokens."""
    uncounted: int = 0
    """Answers of which neither the provider nor the request says how much was used."""
    searches: int = 0
    """Searches of the web by the provider's own tool; no tokens."""
    service: str | None = None
    """The service tier that answered (``batch``, ``flex``, ``priority`` ...); None is the standard one."""
    image_size: str | None = None
    """Of the pictures made, as ``WIDTHxHEIGHT``; None is "not known"."""
    image_quality: str | None = None
    """Of the pictures made, in the provider's word; None is "not known"."""

    def or_none(self) -> "UsageDetails | None":
        """Return itself, or None when nothing was counted."""
        return self if self != _NO_DETAILS else None


_NO_DETAILS = UsageDetails()
STANDARD_SERVICE: Final = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand"})
"""Words by which providers name the service tier that has no name here."""


def service_tier(word: object) -> str | None:
    """Return the service tier that a provider or a caller names; None for the standard one."""
    if not isinstance(word, str):
        return None
    name = word.lower()
    return None if name in STANDARD_SERVICE else name[:40]


def said_of_picture(word: object) -> str | None:
    """Return a size or quality as it is compared; None for what leaves the choice to the provider."""
    if not isinstance(word, str):
        return None
    name = word.strip().lower()
    return None if name in {"", "auto"} else name[:40]


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
    details: UsageDetails | None = None
    estimated: bool = False
    """True when the provider sent no count and this one is ours."""
    raw: dict[str, Any] | None = None
    """The provider's usage object as sent; for repeated ones, the last value of each key."""

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens
