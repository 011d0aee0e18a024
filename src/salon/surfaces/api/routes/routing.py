"""Where requests go: aliases, constraints on spaces, and explanations."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.routing import (
    Alias,
    AliasBody,
    Aliases,
    ExplainBody,
    Explanation,
    Residencies,
    Residency,
    ResidencyBody,
)

router = APIRouter(prefix="/salon/v1", tags=["routing"])

management("GET", "/aliases", Right.READ_SYSTEM, summary="The aliases.")
management("PUT", "/aliases/{name:path}", Right.MANAGE_PROVIDERS, summary="Make or replace an alias.")
management("DELETE", "/aliases/{name:path}", Right.MANAGE_PROVIDERS, summary="Remove an alias.")
management("GET", "/residency", Right.READ_SYSTEM, summary="Constraints on spaces.")
management("PUT", "/residency/{name}", Right.MANAGE_PROVIDERS, summary="Make or replace a constraint.")
management("DELETE", "/residency/{name}", Right.MANAGE_PROVIDERS, summary="Remove a constraint.")
management("POST", "/routes/explain", Right.READ_SYSTEM, summary="Say where a request would go.")


@router.get("/aliases", response_model=Aliases)
async def list_aliases(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the aliases and where they go."""
    return {"items": await house.aliases(caller)}


@router.put("/aliases/{name:path}", response_model=Alias)
async def put_alias(house: CurrentHouse, caller: CurrentCaller, name: str, body: AliasBody) -> Any:
    """Make or replace an alias."""
    return await house.put_alias(caller, name, body.model_dump(exclude_none=True, by_alias=True))


@router.delete("/aliases/{name:path}", response_model=Done)
async def remove_alias(house: CurrentHouse, caller: CurrentCaller, name: str) -> Any:
    """Remove an alias."""
    await house.remove_alias(caller, name)
    return Done()


@router.get("/residency", response_model=Residencies)
async def list_residency(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List where the requests of spaces may be taken."""
    return {"items": await house.residency(caller)}


@router.put("/residency/{name}", response_model=Residency)
async def put_residency(
    house: CurrentHouse,
    caller: CurrentCaller,
    name: Annotated[str, Path(max_length=100)],
    body: ResidencyBody,
) -> Any:
    """Keep the requests of spaces to regions and promises, from now on."""
    return await house.put_residency(caller, name, body.model_dump())


@router.delete("/residency/{name}", response_model=Done)
async def remove_residency(house: CurrentHouse, caller: CurrentCaller, name: str) -> Any:
    """Remove a constraint."""
    await house.remove_residency(caller, name)
    return Done()


@router.post("/routes/explain", response_model=Explanation)
async def explain_route(house: CurrentHouse, caller: CurrentCaller, body: ExplainBody) -> Any:
    """Say which rules hold, and which targets would be tried, in which order and why. Nothing is sent."""
    return await house.explain_route(caller, body.model_dump(exclude_none=True))
