"""Pictures made from words, from other pictures, and of other pictures."""

from typing import Any, ClassVar

import msgspec

from salon.foundation.messages.operations import (
    Attachment,
    OperationName,
    OperationRequest,
    OperationResponse,
)
from salon.foundation.messages.parts import ImagePart
from salon.foundation.messages.usage import Usage, UsageDetails, said_of_picture


class ImageRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """A picture to make."""

    operation: ClassVar[OperationName] = "images"

    prompt: str
    size: str | None = None
    """``WIDTHxHEIGHT`` in pixels, or ``auto``."""
    quality: str | None = None
    """The provider's word: ``low``, ``high``, ``hd`` ..."""
    background: str | None = None
    """``transparent``, ``opaque`` or ``auto``."""
    format: str | None = None
    """``png``, ``jpeg``, ``webp`` ... None is the provider's usual one."""
    compression: int | None = None
    """Percent, of formats that lose something."""
    style: str | None = None
    delivery: str | None = None
    """``url`` or ``b64_json``; None is the provider's usual way."""
    partial_images: int | None = None
    """How many unfinished ones a stream shows."""
    moderation: str | None = None
    user: str | None = None

    def weight(self) -> Usage:
        """Return how many pictures are to be made, of which size and quality."""
        return _pictures(self, self.size, self.quality)


class ImageEditRequest(ImageRequest, frozen=True, kw_only=True, omit_defaults=True):
    """Pictures to make another one of."""

    operation: ClassVar[OperationName] = "image-edits"

    images: tuple[Attachment | ImagePart, ...]
    """Files, or addresses."""
    mask: Attachment | ImagePart | None = None
    """Where it is transparent, the first picture may be changed."""
    fidelity: str | None = None
    """``high`` or ``low``: how much of the pictures is to be kept."""


class ImageVariationRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """A picture to make others like it of."""

    operation: ClassVar[OperationName] = "image-variations"

    image: Attachment
    size: str | None = None
    delivery: str | None = None
    user: str | None = None

    def weight(self) -> Usage:
        """Return how many pictures are to be made, and of which size."""
        return _pictures(self, self.size, None)


def _pictures(request: OperationRequest, size: str | None, quality: str | None) -> Usage:
    return Usage(
        details=UsageDetails(
            images=max(1, request.n or 1),
            image_size=said_of_picture(size) or _by_sides(request.extra),
            image_quality=said_of_picture(quality),
        )
    )


def _by_sides(extra: dict[str, Any] | None) -> str | None:
    """Return the size that is said as ``width`` and ``height``, as Together and others have it."""
    fields = (extra or {}).get("openai", {})
    width, height = fields.get("width"), fields.get("height")
    return f"{width}x{height}" if type(width) is type(height) is int else None


class MadeImage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture: its bytes, or where they are."""

    data: str | None = None
    """Base64."""
    url: str | None = None
    media_type: str | None = None
    revised_prompt: str | None = None
    """What the model made of the prompt."""


class ImageResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """The pictures that were made."""

    images: tuple[MadeImage, ...]
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    format: str | None = None

    def answers(self, request: object) -> bool:
        """Tell whether there is a picture; fewer than asked for may be left where some were withheld."""
        return bool(self.images)
