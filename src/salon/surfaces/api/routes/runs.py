"""Runs: listing, showing, following, stopping."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from salon.foundation.kit.caller import Right, SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.live import sse
from salon.surfaces.api.live.encoding import run_state
from salon.surfaces.api.requests import CurrentCaller, CurrentServices
from salon.surfaces.api.routes.schemas.runs import RunView, RunViews
from salon.surfaces.api.services import LiveServices, Services

router = APIRouter(prefix="/salon/v1", tags=["runs"])

_USE = Right.USE_CONVERSATIONS
management("GET", "/runs", _USE, summary="List runs.")
management("GET", "/runs/{run_id}", _USE, summary="Show a run.")
management("GET", "/runs/{run_id}/events", _USE, summary="Follow a run.")
management("POST", "/runs/{run_id}/stop", _USE, summary="Stop a run.")

LastEventId = Annotated[str | None, Header(max_length=100)]


def live_of(services: Services) -> LiveServices:
    """Return what runs are followed with. Raises: NotFound."""
    if services.live is None:
        raise NotFound(what="endpoint", id="/salon/v1/runs")
    return services.live


@router.get("/runs", response_model=RunViews)
async def list_runs(
    services: CurrentServices,
    caller: CurrentCaller,
    *,
    status: Annotated[Literal["running"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List the runs of one's space, newest first."""
    found = await live_of(services).runs.list(
        SpaceScope(caller.space_id), before=cursor, limit=limit + 1, only_running=status is not None
    )
    items = [msgspec.to_builtins(run_state(run)) for run in found[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


@router.get("/runs/{run_id}", response_model=RunView)
async def get_run(services: CurrentServices, caller: CurrentCaller, run_id: str) -> Any:
    """Return a run as it stands."""
    runs = await live_of(services).runs_with(caller, run_id)
    run = await runs.get(SpaceScope(caller.space_id), run_id)
    return msgspec.to_builtins(run_state(run))


@router.get("/runs/{run_id}/events", response_class=StreamingResponse)
async def follow_run(
    services: CurrentServices,
    caller: CurrentCaller,
    request: Request,
    run_id: str,
    *,
    epoch: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    number: Annotated[int, Query(ge=0, le=2**53)] = 0,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow a run as server-sent events from a position on; 204 when its end was told to this position."""
    scope = SpaceScope(caller.space_id)
    epoch, number = sse.position(last_event_id, epoch=epoch, number=number)
    runs = await live_of(services).runs_with(caller, run_id)
    run = await runs.get(scope, run_id)
    if sse.has_all(run, epoch, number):
        return Response(status_code=204)
    stream = sse.run_stream(request.app.state.door, runs, scope, run_id, epoch=epoch, number=number)
    return StreamingResponse(stream, media_type="text/event-stream", headers=sse.HEADERS)


@router.post("/runs/{run_id}/stop", response_model=RunView)
async def stop_run(services: CurrentServices, caller: CurrentCaller, run_id: str) -> Any:
    """Ask a run to stop; what it said so far stays. One that has ended stays as it is."""
    scope = SpaceScope(caller.space_id)
    runs = await live_of(services).runs_with(caller, run_id)
    await runs.get(scope, run_id)
    await runs.stop(scope, run_id)
    return msgspec.to_builtins(run_state(await runs.get(scope, run_id)))
