"""API keys, usage and requests."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes import schemas
from salon.surfaces.api.routes.house import CurrentHouse

router = APIRouter(prefix="/salon/v1", tags=["keys"])

management("GET", "/keys", Right.MANAGE_KEYS, summary="The API keys.")
management("POST", "/keys", Right.MANAGE_KEYS, summary="Make a key.")
management("PATCH", "/keys/{key_id}", Right.MANAGE_KEYS, summary="Change a key.")
management("POST", "/keys/{key_id}/rotate", Right.MANAGE_KEYS, summary="Give a key a new secret.")
management("DELETE", "/keys/{key_id}", Right.MANAGE_KEYS, summary="Revoke a key.")
management("GET", "/usage", Right.READ_USAGE, summary="Tokens and cost.")
management("GET", "/requests", Right.READ_USAGE, summary="Recent requests.")


@router.get("/keys", response_model=schemas.Keys)
async def list_keys(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the keys; the secrets are kept nowhere."""
    return {"items": await house.keys(caller)}


@router.post("/keys", response_model=schemas.KeyWithSecret, status_code=201)
async def create_key(house: CurrentHouse, caller: CurrentCaller, body: schemas.NewKeyBody) -> Any:
    """Make a key and show its secret, this once."""
    return await house.create_key(caller, body.model_dump(exclude_none=True))


@router.patch("/keys/{key_id}", response_model=schemas.Key)
async def update_key(house: CurrentHouse, caller: CurrentCaller, key_id: str, body: schemas.KeyChange) -> Any:
    """Change a key's name or limits; what is left out stays."""
    return await house.update_key(caller, key_id, body.model_dump(exclude_unset=True))


@router.post("/keys/{key_id}/rotate", response_model=schemas.KeyWithSecret)
async def rotate_key(
    house: CurrentHouse, caller: CurrentCaller, key_id: str, body: schemas.Rotation | None = None
) -> Any:
    """Give a key a new secret; the old one works on for ``grace_s``, a day unless said otherwise."""
    return await house.rotate_key(caller, key_id, grace_s=(body or schemas.Rotation()).grace_s)


@router.delete("/keys/{key_id}", response_model=schemas.Done)
async def revoke_key(house: CurrentHouse, caller: CurrentCaller, key_id: str) -> Any:
    """Stop a key from working, at once."""
    await house.revoke_key(caller, key_id)
    return schemas.Done()


@router.get("/usage", response_model=schemas.Usage)
async def usage(
    house: CurrentHouse,
    caller: CurrentCaller,
    group_by: Literal["model", "key", "provider", "day", "alias", "status"] = "model",
    days: Annotated[int, Query(ge=1, le=3660)] = 30,
) -> Any:
    """Add up tokens and cost by group."""
    return await house.usage(caller, group_by=group_by, days=days)


@router.get("/requests", response_model=schemas.Requests)
async def list_requests(
    house: CurrentHouse,
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List recent requests, newest first."""
    return await house.requests(caller, limit=limit, cursor=cursor)
