"""tus 1.0 in headers: what clients say, what they are told, and how each is refused."""

import base64
import binascii
import hashlib
from email.utils import formatdate
from typing import Any, Final, cast

from fastapi import Request

from salon.foundation.files import Checksum, Upload, UploadEnded
from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.api.files.tus_area import ALGORITHMS, VERSION

OPEN_S: Final = 7 * 24 * 3600
"""How long an upload takes parts: a week, for lines that are slow and people who go on holiday."""
CONTENT_TYPE: Final = "application/offset+octet-stream"
_MOST_KEEP_S: Final = 10 * 365 * 24 * 3600
_DIGITS: Final = 18


class OtherVersion(InvalidRequest):
    """The client speaks another tus. Fields: ``field``, ``problem``."""

    status = 412


class OtherContent(InvalidRequest):
    """The body is none that tus knows. Fields: ``field``, ``problem``."""

    status = 415


class UploadGone(UploadEnded):
    """The upload was let go of, or its time is over. Fields: ``id``, ``status``."""

    code = "upload_ended"
    status = 410


def check_version(request: Request) -> None:
    """Refuse a client that speaks another tus. Raises: OtherVersion."""
    if request.headers.get("tus-resumable") != VERSION:
        raise OtherVersion(field="Tus-Resumable", problem=f"Send it, with {VERSION}: no other tus is spoken.")


def check_content_type(said: str) -> None:
    """Refuse a body of another kind. Raises: OtherContent."""
    if said.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise OtherContent(field="Content-Type", problem=f"It must be {CONTENT_TYPE}.")


def check_open(upload: Upload) -> None:
    """Refuse an upload that is gone. Raises: UploadGone."""
    if upload.status in {"cancelled", "expired"}:
        raise UploadGone(id=upload.id, status=upload.status)


def number_of(value: str | None, field: str) -> int:
    """Read a length or a place. Raises: InvalidRequest."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > _DIGITS:
        raise InvalidRequest(field=field, problem="Send it, as a whole number of bytes.")
    return int(value)


def checksum_of(value: str | None) -> Checksum | None:
    """Read what the client says of the bytes. Raises: InvalidRequest."""
    if value is None:
        return None
    algorithm, _, sum_ = value.strip().partition(" ")
    digest = _decoded(sum_, "Upload-Checksum")
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        problem = f"It must be one of {', '.join(ALGORITHMS)} and the whole sum in base64."
        raise InvalidRequest(field="Upload-Checksum", problem=problem)
    return Checksum(algorithm=cast("Any", algorithm), digest=digest)


def described(metadata: str) -> dict[str, Any]:
    """Return what Upload-Metadata says of the file; keys that mean nothing here are dropped.

    Raises: InvalidRequest.
    """
    said: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in metadata.split(","))):
        key, _, value = pair.partition(" ")
        said[key.lower()] = _decoded(value, "Upload-Metadata").decode("utf-8", "replace")
    keep = said.get("keep_s")
    keep_s = None if keep is None else number_of(keep, "Upload-Metadata.keep_s")
    if keep_s is not None and not 1 <= keep_s <= _MOST_KEEP_S:
        raise InvalidRequest(field="Upload-Metadata.keep_s", problem="It must be from 1 s to ten years.")
    return {
        "name": said.get("filename") or said.get("name") or "file",
        "media_type": said.get("filetype") or said.get("type") or "",
        "purpose": said.get("purpose", "")[:100],
        "keep_s": keep_s,
    }


def state_headers(upload: Upload) -> dict[str, str]:
    """Return what a client is told of an upload."""
    is_over = upload.status == "completed"
    name = base64.b64encode(upload.name.encode()).decode()
    kind = base64.b64encode(upload.media_type.encode("utf-8", "replace")).decode()
    told = {
        "upload-offset": str(upload.size_bytes if is_over else upload.received_bytes),
        "upload-metadata": f"filename {name}" + (f",filetype {kind}" if kind else ""),
    }
    if upload.size_bytes is not None:
        told["upload-length"] = str(upload.size_bytes)
    if upload.file_id is not None:
        told["salon-file"] = upload.file_id
    if not is_over:
        told["upload-expires"] = formatdate(upload.expires_at_ms / 1000, usegmt=True)
    return told


def _decoded(value: str, field: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(field=field, problem="Its values must be in base64.") from error
