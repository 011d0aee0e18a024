"""Uploads that go on where they stopped: tus 1.0 (https://tus.io/protocols/resumable-upload).

The core protocol with creation, expiration, termination and checksum. What came is durable in parts; any
process takes the next request, and an upload that is whole becomes a file in the request that made it so.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from salon.foundation.files import Upload
from salon.foundation.kit.caller import Right, SpaceScope
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.files.from_request import body_of, length_of
from salon.surfaces.api.files.names import own_upload
from salon.surfaces.api.files.tus import (
    OPEN_S,
    check_content_type,
    check_open,
    check_version,
    checksum_of,
    described,
    number_of,
    state_headers,
)
from salon.surfaces.api.requests import ClientActId, CurrentCaller, CurrentServices
from salon.surfaces.api.routes.file_services import MOST_BODY_BYTES, OPERATION, CurrentFiles
from salon.surfaces.api.routes.schemas.files import UploadState

router = APIRouter(prefix="/salon/v1", tags=["files"])
_RIGHT = Right.USE_MODELS
_ONE = "/uploads/{upload_id}"
management("POST", "/uploads", _RIGHT, summary="Begin a resumable upload (tus).", operation=OPERATION)
management("GET", _ONE, _RIGHT, summary="How far an upload is (HEAD as tus says).", operation=OPERATION)
management("PATCH", _ONE, _RIGHT, summary="Send more of an upload (tus).", operation=OPERATION,
           max_body_bytes=MOST_BODY_BYTES)  # fmt: skip
management("DELETE", _ONE, _RIGHT, summary="Let go of an upload (tus).", operation=OPERATION)

Tus = Annotated[None, Depends(check_version)]


@router.post("/uploads", status_code=201, response_class=Response)
async def begin_upload(
    files: CurrentFiles,
    services: CurrentServices,
    caller: CurrentCaller,
    _tus: Tus,
    *,
    act: ClientActId,
    upload_length: Annotated[str | None, Header()] = None,
    upload_metadata: Annotated[str, Header(max_length=8000)] = "",
) -> Response:
    """Begin; Location says where the bytes go. Metadata: filename, filetype, purpose, keep_s."""
    told = described(upload_metadata)
    size_bytes = number_of(upload_length, "Upload-Length")
    upload = await files.uploads.begin(caller, open_s=OPEN_S, size_bytes=size_bytes, client_id=act, **told)
    check_open(upload)
    if not size_bytes:
        upload = await files.uploads.settle(caller, upload.id)
    location = f"{services.base_path}/salon/v1/uploads/{upload.id}"
    return Response(status_code=201, headers={**state_headers(upload), "location": location})


@router.get(_ONE, response_model=UploadState)
async def upload_state(request: Request, files: CurrentFiles, caller: CurrentCaller, upload_id: str) -> Any:
    """Say how far an upload is, and which file it became."""
    upload = await files.uploads.settle(caller, own_upload(upload_id))
    if request.method == "HEAD":
        check_open(upload)
        return Response(headers={**state_headers(upload), "cache-control": "no-store"})
    return _shown(upload)


@router.patch(_ONE, status_code=204, response_class=Response)
async def continue_upload(
    request: Request,
    files: CurrentFiles,
    caller: CurrentCaller,
    upload_id: str,
    _tus: Tus,
    *,
    upload_offset: Annotated[str | None, Header()] = None,
    upload_checksum: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Take in what comes from Upload-Offset on; what came before a line broke is kept."""
    check_content_type(request.headers.get("content-type", ""))
    name, offset = own_upload(upload_id), number_of(upload_offset, "Upload-Offset")
    check_open(await files.uploads.get(SpaceScope(caller.space_id), name))
    upload = await files.uploads.append(
        caller,
        name,
        body_of(request),
        offset=offset,
        expected_bytes=length_of(request),
        checksum=checksum_of(upload_checksum),
    )
    return Response(status_code=204, headers=state_headers(upload))


@router.delete(_ONE, status_code=204, response_class=Response)
async def remove_upload(
    files: CurrentFiles, caller: CurrentCaller, upload_id: str, _tus: Tus, act: ClientActId
) -> Response:
    """Let go of what came."""
    await files.uploads.cancel(caller, own_upload(upload_id), client_id=act)
    return Response(status_code=204)


router.add_api_route(_ONE, upload_state, methods=["HEAD"], include_in_schema=False, response_class=Response)


def _shown(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "status": upload.status,
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "created_at_ms": upload.created_at_ms,
        "expires_at_ms": upload.expires_at_ms,
        "file_id": upload.file_id,
    }
