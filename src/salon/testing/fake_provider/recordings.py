"""Recorded provider answers, served byte for byte from a folder on disk."""

import re
from pathlib import Path

import msgspec
import orjson

_TYPES = {
    "sse": b"text/event-stream",
    "json": b"application/json",
    "json-array": b"application/json",
    "ndjson": b"application/x-ndjson",
    "eventstream": b"application/vnd.amazon.eventstream",
}
_IN_PATH = re.compile(r"^/recording/((?:[^/]+/){2}[^/]+)(/.*)$")


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded answer."""

    status: int
    content_type: bytes
    body: bytes
    streamed: bool


class RecordingNotFoundError(LookupError):
    """No recording has that name in the folder."""


def split_path(path: str) -> tuple[str | None, str]:
    """Take ``/recording/provider/api/id`` off a path; returns the recording's name and the rest."""
    match = _IN_PATH.match(path)
    return (match.group(1), match.group(2)) if match else (None, path)


def load(folder: Path | None, name: str) -> Recording:
    """Read a recording by ``provider/api/id``. Raises: RecordingNotFoundError."""
    if folder is None:
        raise RecordingNotFoundError("the fake provider was given no folder of recordings")
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()) or not (place / "meta.json").is_file():
        raise RecordingNotFoundError(f"there is no recording {name}")
    meta = orjson.loads((place / "meta.json").read_bytes())
    transport = str(meta["transport"])
    body = next(place.glob("response.*"))
    return Recording(
        status=int(meta.get("status") or 200),
        content_type=str(meta.get("content_type") or "").encode() or _TYPES[transport],
        body=body.read_bytes(),
        streamed=transport != "json",
    )
