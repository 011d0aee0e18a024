"""Pictures made from words, from other pictures, and of other pictures."""

from typing import ClassVar

import msgspec

from salon.foundation.messages.operations import (
    Attachment,
    OperationName,
    OperationRequest,
    OperationResponse,
)
from salon.foundation.messages.parts import ImagePart
from salon.foundation.messages.usage import Usage, UsageDetails


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
        """Return how many pictures are to be made."""
        return Usage(details=UsageDetails(images=max(1, self.n or 1)))


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
        """Return how many pictures are to be made."""
        return Usage(details=UsageDetails(images=max(1, self.n or 1)))


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
