"""Stored files and open realtime sessions: storing, listing, describing and deleting."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.files.body import MOST_FIELD_BYTES, MOST_FIELDS, Form
from salon.surfaces.api.files.from_request import asked_of, body_of, length_of
from salon.surfaces.api.files.shown import shown_file
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.file_services import MOST_BODY_BYTES, OPERATION, CurrentFiles, NamedFile
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.files import File, Files, RealtimeSessions

_FORM_BYTES = MOST_FIELDS * (MOST_FIELD_BYTES + 1024)
_MOST_KEEP_S = 10 * 365 * 24 * 3600
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": _BYTES, "multipart/form-data": _FORM},
    }
}
router = APIRouter(prefix="/salon/v1", tags=["files"])

management("POST", "/files", Right.USE_MODELS, summary="Store a file.", operation=OPERATION,
           max_body_bytes=MOST_BODY_BYTES)  # fmt: skip
management("GET", "/files/{file_id}", Right.USE_MODELS, summary="Describe a file.", operation=OPERATION)
management("GET", "/files", Right.USE_MODELS, summary="List files.", operation=OPERATION)
management("DELETE", "/files/{file_id}", Right.USE_MODELS, summary="Delete a file.", operation=OPERATION)
management("GET", "/realtime-sessions", Right.READ_SYSTEM, summary="List open realtime sessions.")


@router.get("/files", response_model=Files)
async def list_files(
    house: CurrentHouse,
    caller: CurrentCaller,
    *,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List the files of one's space, newest first, whatever they came in with."""
    return await house.files(caller, limit=limit, cursor=cursor)


@router.post("/files", status_code=201, response_model=File, openapi_extra=_BODY)
async def store_file(
    request: Request,
    files: CurrentFiles,
    caller: CurrentCaller,
    *,
    act: ClientActId,
    name: Annotated[str, Query(max_length=1000, description="Its name, where the body is the file.")] = "",
    purpose: Annotated[str, Query(max_length=100)] = "",
    keep_s: Annotated[int | None, Query(ge=1, le=_MOST_KEEP_S, description="Seconds; else for ever.")] = None,
) -> Any:
    """Store a file: the body itself, or the field “file” of a form. Large ones go to /salon/v1/uploads."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        form = Form(asked_of(request), file_field="file")
        content = await form.file()
        expected = max(0, length_of(request) - _FORM_BYTES)  # what is not the file is less than that
        taken = await files.files.take(
            caller,
            content,
            name=name or form.name,
            media_type=form.media_type,
            expected_bytes=expected,
            client_id=act,
        )
        await form.rest()
    else:
        said, length = request.headers.get("content-type", ""), length_of(request)
        taken = await files.files.take(
            caller, body_of(request), name=name, media_type=said, expected_bytes=length, client_id=act
        )
    kept = await files.files.refer(caller, taken, purpose=purpose, keep_s=keep_s, client_id=act)
    return shown_file(kept)


@router.get("/files/{file_id}", response_model=File)
async def describe_file(file: NamedFile, response: Response) -> Any:
    """Say what is known of a file."""
    response.headers["ETag"] = f'"{file.hash}"'
    return shown_file(file)


@router.delete("/files/{file_id}", response_model=Done)
async def remove_file(house: CurrentHouse, caller: CurrentCaller, file_id: str, act: ClientActId) -> Any:
    """Delete a file; requests that name it are refused from then on."""
    await house.remove_file(caller, file_id, client_id=act)
    return Done()


@router.get("/realtime-sessions", response_model=RealtimeSessions)
async def list_realtime_sessions(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the realtime sessions of one's space that the process asked relays now, newest first."""
    return {"items": await house.realtime_sessions(caller)}
