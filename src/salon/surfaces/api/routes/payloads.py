"""The payload log: rules, looking, searching, deleting, replaying."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller, CurrentIdentity
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.payloads import (
    Payload,
    PayloadRule,
    PayloadRuleBody,
    PayloadRules,
    Payloads,
    Removed,
    ReplayBody,
    Replayed,
)

router = APIRouter(prefix="/salon/v1", tags=["payloads"])

_MANAGE = Right.MANAGE_SYSTEM
management("GET", "/payload-rules", _MANAGE, summary="What the payload log keeps.")
management("PUT", "/payload-rules/{name}", _MANAGE, summary="Turn the payload log on.")
management("DELETE", "/payload-rules/{name}", _MANAGE, summary="Turn it off.")
management("GET", "/payloads", _MANAGE, summary="Look for payloads.")
management("DELETE", "/payloads", _MANAGE, summary="Delete payloads.")
management("GET", "/payloads/{payload_id}", _MANAGE, summary="What was asked and answered.")
management("DELETE", "/payloads/{payload_id}", _MANAGE, summary="Delete a payload.")
management("POST", "/payloads/{payload_id}/replay", _MANAGE, summary="Ask another model the same.")

RuleName = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[\w.-]+$")]


@router.get("/payload-rules", response_model=PayloadRules)
async def list_payload_rules(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List what turns the payload log on."""
    return {"items": await house.payload_rules(caller)}


@router.put("/payload-rules/{name}", response_model=PayloadRule)
async def put_payload_rule(
    house: CurrentHouse, caller: CurrentCaller, name: RuleName, body: PayloadRuleBody
) -> Any:
    """Keep what a key, a route or the space asks and is answered, from now on."""
    return await house.put_payload_rule(caller, name, body.model_dump())


@router.delete("/payload-rules/{name}", response_model=Done)
async def remove_payload_rule(house: CurrentHouse, caller: CurrentCaller, name: str) -> Any:
    """Keep nothing more by this rule; what was kept stays until its time."""
    await house.remove_payload_rule(caller, name)
    return Done()


@router.get("/payloads", response_model=Payloads)
async def list_payloads(
    house: CurrentHouse,
    caller: CurrentCaller,
    *,
    search: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    model: Annotated[str | None, Query(max_length=300)] = None,
    of_key: Annotated[str | None, Query(max_length=100)] = None,
    since_ms: Annotated[int, Query(ge=0, le=2**53)] = 0,
    until_ms: Annotated[int, Query(ge=0, le=2**53)] = 2**53,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List payloads, newest first; ``search`` looks for words in requests and answers."""
    return await house.payloads(
        caller,
        {"search": search, "model": model, "since_ms": since_ms, "until_ms": until_ms, "limit": limit},
        key=of_key,
        cursor=cursor,
    )


@router.get("/payloads/{payload_id}", response_model=Payload)
async def get_payload(house: CurrentHouse, caller: CurrentCaller, payload_id: str) -> Any:
    """Return what was asked and answered; that somebody looked is recorded."""
    return await house.payload(caller, payload_id)


@router.delete("/payloads/{payload_id}", response_model=Done)
async def remove_payload(house: CurrentHouse, caller: CurrentCaller, payload_id: str) -> Any:
    """Delete a payload at once, from the disk too."""
    await house.remove_payload(caller, payload_id)
    return Done()


@router.delete("/payloads", response_model=Removed)
async def remove_payloads(
    house: CurrentHouse, caller: CurrentCaller, before_ms: Annotated[int, Query(ge=0, le=2**53)]
) -> Any:
    """Delete all payloads of requests that began before a time."""
    return {"removed": await house.remove_payloads(caller, before_ms=before_ms)}


@router.post("/payloads/{payload_id}/replay", response_model=Replayed)
async def replay_payload(
    house: CurrentHouse, identity: CurrentIdentity, payload_id: str, body: ReplayBody
) -> Any:
    """Ask another model the same; a request of its own, counted and paid by whoever replays it."""
    return await house.replay_payload(identity, payload_id, model=body.model)
