"""What arrives while an answer is being made: small frozen events, one variant a Struct.

Every start has its end before ``finish``; exactly one ``finish`` or ``error`` ends a stream. ``index``
numbers the parts of one choice in order of appearance, across all kinds.
"""

from typing import Any

import msgspec

from salon.foundation.messages.parts import CitationPart
from salon.foundation.messages.usage import Finish, Usage


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    choice: int = 0
    """Which of ``n`` answers this belongs to."""


class ResponseStart(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="response-start"):
    """The answer begins."""

    id: str | None = None
    model: str | None = None
    created_at_s: int | None = None
    usage: Usage | None = None
    """What the provider already counts at the start (Anthropic)."""
    provider_data: dict[str, Any] | None = None


class TextStart(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="text-start"):
    """A text part begins."""

    index: int
    provider_data: dict[str, Any] | None = None
    """What only one dialect understands of the whole part, by dialect name."""


class TextDelta(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="text-delta"):
    """More of a text part."""

    index: int
    text: str
    provider_data: dict[str, Any] | None = None
    """Log probabilities and the like, by dialect name."""


class TextEnd(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="text-end"):
    """A text part is complete."""

    index: int
    whole: str | None = None
    """The whole text, where the provider told another one at the end than its deltas make."""


class ReasoningStart(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="reasoning-start"):
    """A reasoning part begins; a redacted one carries its payload here and has no delta."""

    index: int
    redacted: str | None = None


class ReasoningDelta(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="reasoning-delta"):
    """More of a reasoning part, or its signature."""

    index: int
    text: str = ""
    signature: str | None = None
    provider_data: dict[str, Any] | None = None


class ReasoningEnd(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="reasoning-end"):
    """A reasoning part is complete."""

    index: int


class ToolCallStart(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="tool-call-start"):
    """The model begins to call a tool."""

    index: int
    id: str
    name: str
    provider_data: dict[str, Any] | None = None


class ToolCallDelta(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="tool-call-delta"):
    """More of a tool call's JSON arguments."""

    index: int
    arguments: str


class ToolCallEnd(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="tool-call-end"):
    """A tool call is complete."""

    index: int


class CitationAdded(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="citation"):
    """A source for the text part at ``index``."""

    index: int
    citation: CitationPart


class RefusalDelta(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="refusal-delta"):
    """More of the model's refusal."""

    index: int
    text: str


class OpaqueReceived(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="opaque"):
    """Something only ``dialect`` understands. ``index`` is set when it is a part of the answer."""

    dialect: str
    type: str
    raw: Any = None
    index: int | None = None


class UsageReported(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="usage"):
    """Tokens so far; a later report replaces an earlier one, key by key. Never add."""

    usage: Usage


class StreamFinish(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="finish"):
    """One choice is complete."""

    finish: Finish
    provider_data: dict[str, Any] | None = None


class StreamError(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="error"):
    """The provider reported a failure inside the stream; what came before it stands."""

    message: str
    type: str | None = None
    code: str | None = None
    """The provider's own code, as sent (numbers as text)."""
    status: int | None = None
    """The HTTP status this failure would have had."""
    raw: Any = None


StreamEvent = (
    ResponseStart
    | TextStart
    | TextDelta
    | TextEnd
    | ReasoningStart
    | ReasoningDelta
    | ReasoningEnd
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | CitationAdded
    | RefusalDelta
    | OpaqueReceived
    | UsageReported
    | StreamFinish
    | StreamError
)
