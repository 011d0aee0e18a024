"""Media in requests: data URLs and media types, as several dialects write them."""

import base64
import binascii


def split_data_url(url: str) -> tuple[str | None, str] | None:
    """Return (media type, base64 data) of a ``data:`` URL with base64; None for any other address."""
    if not url.startswith("data:"):
        return None
    head, comma, data = url[5:].partition(",")
    if not comma or not head.endswith(";base64"):
        return None
    media_type = head[: -len(";base64")].split(";")[0].strip()
    return media_type or None, data


def data_url(media_type: str | None, data: str) -> str:
    """Return a ``data:`` URL."""
    return f"data:{media_type or 'application/octet-stream'};base64,{data}"


_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"%PDF", "application/pdf"),
)


def sniff(data: str) -> str | None:
    """Guess the media type of base64 data from its first bytes."""
    try:
        head = base64.b64decode(data[:16], validate=True)
    except (binascii.Error, ValueError):
        return None
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)


def decode_text(data: str) -> str | None:
    """Return base64 data as UTF-8 text, or None if it is none."""
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def document_text(name: str | None, text: str) -> str:
    """Return a plain-text document as a text part carries it, for dialects without documents."""
    return f'<document title="{name}">\n{text}\n</document>' if name else f"<document>\n{text}\n</document>"
