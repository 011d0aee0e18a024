"""Which files have a text and which are pictures, by their media types; loads no reader."""

from typing import Final

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
_DOCUMENTS: Final = frozenset(
    {
        "application/pdf",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}presentationml.presentation",
        f"{_OPEN}text",
        f"{_OPEN}spreadsheet",
        f"{_OPEN}presentation",
        "text/html",
        "message/rfc822",
    }
)
_TEXTS: Final = frozenset(
    {
        "application/json",
        "application/jsonl",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/javascript",
        "application/x-javascript",
        "application/x-python",
        "application/sql",
        "image/svg+xml",
    }
)
_ZIPPED: Final = {
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation",
    ".odt": f"{_OPEN}text",
    ".ods": f"{_OPEN}spreadsheet",
    ".odp": f"{_OPEN}presentation",
}
"""What a zip file is by its name, where its first bytes do not tell; whoever reads it sees whether it is."""
_OLD_TEXTS: Final = (".txt", ".csv", ".tsv", ".md", ".log", ".srt", ".ini", ".tex", ".sql", ".htm", ".html")
"""Names of files that may be text in an old encoding, which their bytes alone do not tell."""
PICTURES: Final = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/tiff",
        "image/avif",
        "image/x-icon",
    }
)
"""What can be drawn in another size."""


def kind_of(media_type: str, name: str) -> str | None:
    """Return what reads the text of a file: a media type, ``plain`` for text as it is, None for nothing."""
    lower = name.lower()
    if media_type == "text/plain" and lower.endswith(".eml"):
        return "message/rfc822"
    if media_type in _DOCUMENTS:
        return media_type
    if media_type == "application/zip":
        return next((kind for end, kind in _ZIPPED.items() if lower.endswith(end)), None)
    if media_type.startswith("text/") or media_type in _TEXTS:
        return "plain"
    if media_type == "application/octet-stream" and lower.endswith(_OLD_TEXTS):
        return "plain"
    return None
