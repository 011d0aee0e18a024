"""What a message is made of: a closed set of part types, each a tagged frozen Struct.

``provider_data`` carries what only one dialect understands (signatures, annotations, ids), keyed by
dialect name, so that a part can go back to the provider it came from unchanged.
"""

from typing import Any

import msgspec

ProviderData = dict[str, Any]
"""Dialect name to that dialect's own JSON values."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    provider_data: ProviderData | None = None
    """What only one dialect understands, by dialect name."""


class TextPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="text"):
    """Words."""

    text: str
    cache: bool = False
    """The caller marked a prompt-cache boundary after this part."""


class ReasoningPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="reasoning"):
    """The model's thinking, as far as the provider shows it."""

    text: str = ""
    signature: str | None = None
    """The provider's proof that the text is its own; sent back unchanged."""
    redacted: str | None = None
    """Encrypted thinking that only the provider can read."""


class _Media(_Part, frozen=True, kw_only=True, omit_defaults=True):
    media_type: str | None = None
    """An IANA media type such as ``image/png``; None if unknown."""
    data: str | None = None
    """The bytes in base64, or None when ``url`` or ``file_id`` is set."""
    url: str | None = None
    """An address the provider fetches itself."""
    file_id: str | None = None
    """An id in the provider's own file store."""
    name: str | None = None
    """The file's name as the person gave it."""
    cache: bool = False


class ImagePart(_Media, frozen=True, kw_only=True, omit_defaults=True, tag="image"):
    """A picture."""

    detail: str | None = None
    """OpenAI's ``low``, ``high`` or ``auto``."""


class AudioPart(_Media, frozen=True, kw_only=True, omit_defaults=True, tag="audio"):
    """Sound."""

    transcript: str | None = None


class VideoPart(_Media, frozen=True, kw_only=True, omit_defaults=True, tag="video"):
    """Moving pictures."""


class FilePart(_Media, frozen=True, kw_only=True, omit_defaults=True, tag="file"):
    """A document: PDF, plain text, or anything a provider reads as a file."""

    text: str | None = None
    """A plain-text document's content, where the dialect carries text instead of bytes."""


class ToolCallPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="tool-call"):
    """The model asks for a tool."""

    id: str
    name: str
    arguments: str
    """The arguments as the JSON text the model wrote; it may not parse."""
    cache: bool = False


class ToolResultPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="tool-result"):
    """What a tool returned."""

    tool_call_id: str
    name: str | None = None
    parts: tuple["Part", ...] = ()
    is_error: bool = False
    cache: bool = False


class CitationPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="citation"):
    """A source for the text before it; the raw form is in ``provider_data``."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    """Offset in characters into the text part it belongs to."""
    end: int | None = None


class RefusalPart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="refusal"):
    """The model's words when it declines."""

    text: str


class OpaquePart(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="opaque"):
    """Something only ``dialect`` understands; carried, never interpreted."""

    dialect: str
    type: str
    raw: Any = None


Part = (
    TextPart
    | ReasoningPart
    | ImagePart
    | AudioPart
    | VideoPart
    | FilePart
    | ToolCallPart
    | ToolResultPart
    | CitationPart
    | RefusalPart
    | OpaquePart
)
