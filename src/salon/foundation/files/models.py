"""A stored file as a space sees it, and a file that arrives in parts."""

from typing import Any, Literal

import msgspec

UploadStatus = Literal["pending", "completed", "cancelled", "expired"]
ScanVerdict = Literal["clean", "unscanned"]
DerivativeKind = Literal["text", "image"]


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
    """What the bytes are, by their own look; of texts, which kind of text the sender said."""
    size_bytes: int
    created_at_ms: int
    purpose: str = ""
    """What the sender keeps it for, in the words of the interface it came by; empty when nobody said."""
    expires_at_ms: int | None = None
    """From when on it is as good as deleted; None for never."""
    upload_id: str | None = None
    """Set for a part of an upload that is not complete; such a reference is in no list."""
    offset_bytes: int | None = None
    """Where in its upload such a part begins; None when the order is told at the end."""
    scan: ScanVerdict | None = None
    """What a virus scanner said of it; None where there is none."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that arrives in several requests."""

    id: str
    space_id: str
    created_by: str | None
    name: str
    media_type: str
    """What the sender says it is; empty when nothing was said."""
    purpose: str
    size_bytes: int | None
    """How large the sender says it will be; None when nothing was said."""
    keep_s: int | None
    """How long the file is to be kept once it is complete, in seconds; None for ever."""
    received_bytes: int
    created_at_ms: int
    expires_at_ms: int
    """Until when parts are taken."""
    status: UploadStatus = "pending"
    file_id: str | None = None
    """The file, once complete."""
    secret_hash: str | None = None
    """SHA-256 of what opens it without another credential, in hexadecimal; None when nothing does."""


class FileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which files of a space are asked for, and in which order."""

    after: str | None = None
    """The last id of the page before."""
    is_ascending: bool = False
    """The oldest first; else the newest."""
    purpose: str = ""
    """Those of one purpose only; empty for all."""
    limit: int = 50


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a space stores."""

    size_bytes: int
    files: int


class Derivative(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a file."""

    id: str
    space_id: str
    source_id: str
    """The file."""
    kind: DerivativeKind
    form: str
    """Which of its kind: the size and format of a picture."""
    hash: str | None
    """SHA-256 of its content; None where it could not be made, and ``details`` says why."""
    media_type: str
    size_bytes: int
    details: dict[str, Any]
    """Of a text ``unit`` and ``count`` (pages, slides), ``is_cut``; of a picture ``width`` and ``height``."""
    created_at_ms: int


class Checksum(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender says of the bytes of one request."""

    algorithm: Literal["sha1", "sha256", "md5"]
    digest: bytes


class TextPiece(msgspec.Struct, frozen=True, kw_only=True):
    """Text of one page, or of what has none."""

    page: int | None
    """From 1: a page, a slide or a sheet; None where the file has none."""
    text: str


class TextPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a file's text."""

    items: tuple[TextPiece, ...]
    next: str | None
    """Where to go on; None at the end."""
    made: Derivative
