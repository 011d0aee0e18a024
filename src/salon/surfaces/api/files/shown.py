"""A stored file as Salon's own API shows it."""

from typing import Any
from urllib.parse import quote

from salon.foundation.files import FileReference
from salon.gateway.files import openai_id

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.()")


def shown_file(file: FileReference) -> dict[str, Any]:
    """Return what is told of a file."""
    return {
        "id": openai_id(file.id),
        "file_id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "sha256": file.hash,
        "purpose": file.purpose,
        "created_at_ms": file.created_at_ms,
        "expires_at_ms": file.expires_at_ms,
        "scan": file.scan,
    }


def disposition(name: str, *, is_shown: bool = False) -> str:
    """Return a Content-Disposition that names a file, whatever letters it has (RFC 6266)."""
    plain = "".join(letter if letter in _PLAIN else "_" for letter in name)
    way = "inline" if is_shown else "attachment"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
