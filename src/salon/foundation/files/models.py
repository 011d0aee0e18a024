"""A stored file as a space sees it."""

import msgspec

from salon.foundation.kit.errors import TooLarge


class FileReference(msgspec.Struct, frozen=True, kw_only=True):
    """One space's reference to stored content; the same content is stored once for all."""

    id: str
    space_id: str
    created_by: str | None
    hash: str
    """SHA-256 of the content, in hexadecimal."""
    name: str
    """For people; never used as a path."""
    media_type: str
    """What the bytes are, by their own look; not what the sender said."""
    size_bytes: int
    created_at_ms: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a space stores."""

    size_bytes: int
    files: int


class QuotaExceeded(TooLarge):
    """The space has no room for the file. Fields: ``what``, ``limit_bytes``."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(what="space's stored files", limit_bytes=limit_bytes)
