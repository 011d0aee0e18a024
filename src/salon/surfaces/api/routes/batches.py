"""Batches of every protocol: listing, showing, stopping."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import BATCHES, management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.batches import Batch, Batches

router = APIRouter(prefix="/salon/v1", tags=["batches"])

_USE = Right.USE_MODELS
management("GET", "/batches", _USE, summary="List batches.", operation=BATCHES)
management("GET", "/batches/{batch_id}", _USE, summary="Show a batch.", operation=BATCHES)
management("POST", "/batches/{batch_id}/cancel", _USE, summary="Stop a batch.", operation=BATCHES)


@router.get("/batches", response_model=Batches)
async def list_batches(
    house: CurrentHouse,
    caller: CurrentCaller,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List the batches of one's space, newest first, whatever they were handed in with."""
    return await house.batches(caller, limit=limit, cursor=cursor)


@router.get("/batches/{batch_id}", response_model=Batch)
async def get_batch(house: CurrentHouse, caller: CurrentCaller, batch_id: str) -> Any:
    """Return what is known of a batch, without its lines."""
    return await house.batch(caller, batch_id)


@router.post("/batches/{batch_id}/cancel", response_model=Batch)
async def cancel_batch(house: CurrentHouse, caller: CurrentCaller, batch_id: str) -> Any:
    """Stop a batch: lines under way are answered, others are not asked any more."""
    return await house.cancel_batch(caller, batch_id)
