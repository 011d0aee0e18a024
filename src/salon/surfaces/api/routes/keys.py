"""API keys, usage and requests."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.keys import Key, KeyChange, Keys, KeyWithSecret, NewKeyBody, Rotation
from salon.surfaces.api.routes.schemas.usage import Course, Request, Requests, Usage

router = APIRouter(prefix="/salon/v1", tags=["keys"])

_GROUP: Final = (
    "(model|key|provider|alias|status|error|service|price|currency|dialect|operation|hour|day|month)"
)
_GROUP_BY: Final = f"^{_GROUP}(,{_GROUP}){{0,3}}$"

management("GET", "/keys", Right.MANAGE_KEYS, summary="The API keys.")
management("POST", "/keys", Right.MANAGE_KEYS, summary="Make a key.")
management("PATCH", "/keys/{key_id}", Right.MANAGE_KEYS, summary="Change a key.")
management("POST", "/keys/{key_id}/rotate", Right.MANAGE_KEYS, summary="Give a key a new secret.")
management("DELETE", "/keys/{key_id}", Right.MANAGE_KEYS, summary="Revoke a key.")
management("GET", "/usage", Right.READ_USAGE, summary="Tokens and cost.")
management("GET", "/usage/course", Right.READ_USAGE, summary="Requests, tokens, cost and time, step by step.")
management("GET", "/requests", Right.READ_USAGE, summary="Recent requests.")
management("GET", "/requests/{request_id}", Right.READ_USAGE, summary="What became of one request.")


@router.get("/keys", response_model=Keys)
async def list_keys(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the keys; the secrets are kept nowhere."""
    return {"items": await house.keys(caller)}


@router.post("/keys", response_model=KeyWithSecret, status_code=201)
async def create_key(house: CurrentHouse, caller: CurrentCaller, body: NewKeyBody) -> Any:
    """Make a key and show its secret, this once."""
    return await house.create_key(caller, body.model_dump(exclude_none=True))


@router.patch("/keys/{key_id}", response_model=Key)
async def update_key(house: CurrentHouse, caller: CurrentCaller, key_id: str, body: KeyChange) -> Any:
    """Change a key's name or limits; what is left out stays."""
    return await house.update_key(caller, key_id, body.model_dump(exclude_unset=True))


@router.post("/keys/{key_id}/rotate", response_model=KeyWithSecret)
async def rotate_key(
    house: CurrentHouse, caller: CurrentCaller, key_id: str, body: Rotation | None = None
) -> Any:
    """Give a key a new secret; the old one works on for ``grace_s``, a day unless said otherwise."""
    return await house.rotate_key(caller, key_id, grace_s=(body or Rotation()).grace_s)


@router.delete("/keys/{key_id}", response_model=Done)
async def revoke_key(house: CurrentHouse, caller: CurrentCaller, key_id: str) -> Any:
    """Stop a key from working, at once."""
    await house.revoke_key(caller, key_id)
    return Done()


@router.get("/usage", response_model=Usage)
async def usage(
    house: CurrentHouse,
    caller: CurrentCaller,
    group_by: Annotated[str, Query(pattern=_GROUP_BY, max_length=100)] = "model",
    days: Annotated[int, Query(ge=1, le=3660)] = 30,
) -> Any:
    """Add up tokens and cost by group; several groups are parted by commas."""
    return await house.usage(caller, group_by=group_by, days=days)


@router.get("/usage/course", response_model=Course)
async def usage_course(
    house: CurrentHouse,
    caller: CurrentCaller,
    *,
    since_ms: Annotated[int, Query(ge=0, lt=2**53)],
    until_ms: Annotated[int, Query(ge=0, lt=2**53)],
    step: Literal["hour", "day", "month"] = "day",
    by: Literal["model", "provider", "key"] | None = None,
    zone: Annotated[str, Query(max_length=60)] = "UTC",
) -> Any:
    """Add up what was used in each hour, day or month of a zone, 1,000 of them at most."""
    query = {"since_ms": since_ms, "until_ms": until_ms, "step": step, "by": by, "zone": zone}
    return await house.usage_course(caller, query)


@router.get("/requests", response_model=Requests)
async def list_requests(
    house: CurrentHouse,
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List recent requests, newest first."""
    return await house.requests(caller, limit=limit, cursor=cursor)


@router.get("/requests/{request_id}", response_model=Request)
async def get_request(house: CurrentHouse, caller: CurrentCaller, request_id: str) -> Any:
    """Return one request: why it went where it went, and every attempt."""
    return await house.request(caller, request_id)
