"""Status, doctor, error catalogue, settings, audit, events, database."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

from salon.foundation.kit.caller import Right
from salon.surfaces.api.cookies import SESSION_COOKIES
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.live import sse
from salon.surfaces.api.requests import CurrentCaller, CurrentServices
from salon.surfaces.api.routes.errors_list import error_kinds
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.licenses import licenses
from salon.surfaces.api.routes.runs import LastEventId, live_of
from salon.surfaces.api.routes.schemas.system import (
    AuditRows,
    Backup,
    BackupBody,
    Checks,
    DatabaseCheck,
    ErrorKinds,
    Reload,
    SettingsView,
    SettingView,
    Status,
)

router = APIRouter(prefix="/salon/v1", tags=["system"])

management("GET", "/status", Right.READ_SYSTEM, summary="What runs.")
management("GET", "/doctor", Right.MANAGE_SYSTEM, summary="Look for problems.")
management("GET", "/errors", "signed-in", summary="The error catalogue.")
management("GET", "/licenses", "signed-in", summary="Licences of the packages that run.")
management("GET", "/config", Right.READ_SYSTEM, summary="Every setting and where it came from.")
management("GET", "/config/{key:path}", Right.READ_SYSTEM, summary="One setting.")
management("POST", "/config/reload", Right.MANAGE_SYSTEM, summary="Read the settings again.")
management("GET", "/audit", Right.MANAGE_SYSTEM, summary="Recorded acts, newest first.")
management("GET", "/events", "signed-in", summary="Durable events as they happen.")
management("POST", "/database/backup", Right.MANAGE_SYSTEM, summary="Write a backup.")
management("POST", "/database/check", Right.MANAGE_SYSTEM, summary="Look for damage.")


@router.get("/status", response_model=Status)
async def status(house: CurrentHouse, caller: CurrentCaller, request: Request) -> Any:
    """Say what runs."""
    return {
        **await house.status(caller),
        "has_session": not request.cookies.keys().isdisjoint(SESSION_COOKIES),
    }


@router.get("/doctor", response_model=Checks)
async def doctor(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Look for problems and say how to fix them."""
    checks = await house.doctor(caller)
    return {"ok": all(check["ok"] is not False for check in checks), "checks": checks}


@router.get("/errors", response_model=ErrorKinds)
async def errors() -> Any:
    """List every error code with its status and sentence."""
    return {"items": await asyncio.to_thread(error_kinds)}


@router.get("/licenses", response_class=PlainTextResponse)
async def show_licenses() -> str:
    """Show the licence of each Python package that the server runs on."""
    return await asyncio.to_thread(licenses)


@router.get("/config", response_model=SettingsView)
async def list_settings(house: CurrentHouse) -> Any:
    """Explain every setting; secrets are masked."""
    return {"items": house.settings()}


@router.get("/config/{key:path}", response_model=SettingView)
async def explain_setting(house: CurrentHouse, key: str) -> Any:
    """Explain one setting."""
    return house.setting(key)


@router.post("/config/reload", response_model=Reload)
async def reload(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Read the settings again; bad ones change nothing and are told."""
    return await house.reload(caller)


@router.get("/audit", response_model=AuditRows)
async def audit(
    house: CurrentHouse,
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List recorded acts, newest first."""
    return await house.audit(caller, limit=limit, cursor=cursor)


@router.get("/events", response_class=StreamingResponse)
async def events(
    services: CurrentServices,
    caller: CurrentCaller,
    request: Request,
    *,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    last_event_id: LastEventId = None,
) -> StreamingResponse:
    """Follow the durable events that one may see as server-sent events; ``after`` resumes behind a number."""
    live = live_of(services)
    start = await sse.start_of(live, caller, after=sse.number_after(last_event_id, after))
    stream = sse.event_stream(request.app.state.door, live, caller, start=start)
    return StreamingResponse(stream, media_type="text/event-stream", headers=sse.event_headers(caller, start))


@router.post("/database/backup", response_model=Backup)
async def back_up(house: CurrentHouse, caller: CurrentCaller, body: BackupBody) -> Any:
    """Write a consistent backup while everything runs."""
    return await house.back_up(caller, path=body.path, with_files=body.with_files)


@router.post("/database/check", response_model=DatabaseCheck)
async def check_database(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Look for damage."""
    return await house.check_database(caller)
