"""A message, and a finished answer."""

from typing import Any, Literal

import msgspec

from salon.foundation.messages.parts import Part, ReasoningPart, TextPart, ToolCallPart
from salon.foundation.messages.usage import Finish, Usage

Role = Literal["system", "developer", "user", "assistant", "tool"]

FORMAT_VERSION = 1
"""Written beside every stored body, so that a later reader knows how to read it."""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn by one author."""

    role: Role
    parts: tuple[Part, ...]
    name: str | None = None
    """The author's name, where a dialect carries one."""
    provider_data: dict[str, Any] | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finished answer of a model."""

    id: str | None
    """The provider's id, or None where it sends none."""
    model: str | None
    """The model as the provider names it."""
    parts: tuple[Part, ...]
    finish: Finish | None
    usage: Usage | None
    """None when the provider sent no count."""
    created_at_s: int | None = None
    provider_data: dict[str, Any] | None = None
    """Values of the whole response that only one dialect understands, by dialect name."""
    alternatives: tuple["Response", ...] = ()
    """Further choices (``n`` > 1), without usage."""

    @property
    def text(self) -> str:
        """All text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def reasoning(self) -> str:
        """All visible reasoning, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """The tool calls, in the order the model made them."""
        return tuple(part for part in self.parts if isinstance(part, ToolCallPart))
