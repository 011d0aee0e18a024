"""Stored files and open realtime sessions: listing, and deleting a file."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.files import Files, RealtimeSessions

_FILES = "files"
"""What these rows are called as an operation."""
router = APIRouter(prefix="/salon/v1", tags=["files"])

management("GET", "/files", Right.USE_MODELS, summary="List files.", operation=_FILES)
management("DELETE", "/files/{file_id}", Right.USE_MODELS, summary="Delete a file.", operation=_FILES)
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


@router.delete("/files/{file_id}", response_model=Done)
async def remove_file(house: CurrentHouse, caller: CurrentCaller, file_id: str) -> Any:
    """Delete a file; requests that name it are refused from then on."""
    await house.remove_file(caller, file_id)
    return Done()


@router.get("/realtime-sessions", response_model=RealtimeSessions)
async def list_realtime_sessions(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the realtime sessions of one's space that the process asked relays now, newest first."""
    return {"items": await house.realtime_sessions(caller)}
