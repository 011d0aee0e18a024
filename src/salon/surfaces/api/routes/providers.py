"""Providers, models and prices."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.models import Models, PriceBody, PriceRow, Prices
from salon.surfaces.api.routes.schemas.providers import (
    Detect,
    DetectedServers,
    NewProvider,
    Provider,
    ProviderChange,
    ProviderKey,
    ProviderKinds,
    Providers,
    Rotated,
    TestResult,
)

router = APIRouter(prefix="/salon/v1", tags=["providers"])

management("GET", "/providers", Right.READ_SYSTEM, summary="The providers and how they are.")
management("POST", "/providers", Right.MANAGE_PROVIDERS, summary="Add a provider.")
management("POST", "/providers/detect", Right.MANAGE_PROVIDERS, summary="Find model servers here.")
management("POST", "/providers/rotate-master-key", Right.MANAGE_SYSTEM, summary="Seal keys anew.")
management("GET", "/provider-kinds", Right.READ_SYSTEM, summary="Kinds of providers.")
management("POST", "/providers/{provider_id}/test", Right.MANAGE_PROVIDERS, summary="Ask it something.")
management("POST", "/providers/{provider_id}/enable", Right.MANAGE_PROVIDERS, summary="Use it.")
management("POST", "/providers/{provider_id}/disable", Right.MANAGE_PROVIDERS, summary="Do not use it.")
management("PATCH", "/providers/{provider_id}", Right.MANAGE_PROVIDERS, summary="Change it.")
management("PUT", "/providers/{provider_id}/key", Right.MANAGE_PROVIDERS, summary="Give it another key.")
management("DELETE", "/providers/{provider_id}", Right.MANAGE_PROVIDERS, summary="Remove it.")
management("GET", "/models", Right.USE_MODELS, summary="The models that can be asked.", operation="models")
management("POST", "/models/refresh", Right.MANAGE_PROVIDERS, summary="Ask providers for their models.")
management("GET", "/prices", Right.READ_SYSTEM, summary="Prices that people wrote.")
management("PUT", "/prices/{model:path}", Right.MANAGE_PROVIDERS, summary="Say what a model costs.")
management("DELETE", "/prices/{model:path}", Right.MANAGE_PROVIDERS, summary="Forget a price.")


@router.get("/providers", response_model=Providers)
async def list_providers(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the providers and how they are."""
    return {"items": await house.providers(caller)}


@router.post("/providers", response_model=Provider, status_code=201)
async def add_provider(house: CurrentHouse, caller: CurrentCaller, body: NewProvider) -> Any:
    """Add a provider; its key is encrypted before it is stored."""
    return await house.add_provider(caller, body.model_dump(exclude_none=True))


@router.post("/providers/detect", response_model=DetectedServers)
async def detect_providers(house: CurrentHouse, caller: CurrentCaller, body: Detect) -> Any:
    """Look for Ollama, LM Studio and the like on this machine."""
    return {"items": await house.detect_providers(caller, add=body.add)}


@router.post("/providers/rotate-master-key", response_model=Rotated)
async def rotate_master_key(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Seal every stored key of a provider with a new master key, and forget the old one."""
    return await house.rotate_master_key(caller)


@router.get("/provider-kinds", response_model=ProviderKinds)
async def list_kinds(house: CurrentHouse) -> Any:
    """List the kinds of providers that can be added."""
    return {"items": house.provider_kinds()}


@router.post("/providers/{provider_id}/test", response_model=TestResult)
async def test_provider(house: CurrentHouse, caller: CurrentCaller, provider_id: str) -> Any:
    """Ask it a real one-token streamed question, and for a tool call."""
    return await house.test_provider(caller, provider_id)


@router.post("/providers/{provider_id}/enable", response_model=Provider)
async def enable_provider(house: CurrentHouse, caller: CurrentCaller, provider_id: str) -> Any:
    """Let requests go to it."""
    return await house.enable_provider(caller, provider_id, enabled=True)


@router.post("/providers/{provider_id}/disable", response_model=Provider)
async def disable_provider(house: CurrentHouse, caller: CurrentCaller, provider_id: str) -> Any:
    """Let no request go to it."""
    return await house.enable_provider(caller, provider_id, enabled=False)


@router.patch("/providers/{provider_id}", response_model=Provider)
async def change_provider(
    house: CurrentHouse, caller: CurrentCaller, provider_id: str, body: ProviderChange
) -> Any:
    """Change its address, options, models, limits and the like; null goes back to what its kind has.

    What is left out stays. A stored key is not sent to another host: with such an address comes a key.
    """
    return await house.change_provider(caller, provider_id, body.model_dump(exclude_unset=True))


@router.put("/providers/{provider_id}/key", response_model=Provider)
async def set_provider_key(
    house: CurrentHouse, caller: CurrentCaller, provider_id: str, body: ProviderKey
) -> Any:
    """Give it another key, encrypted before it is stored; the old one is forgotten."""
    return await house.set_provider_key(caller, provider_id, body.api_key)


@router.delete("/providers/{provider_id}", response_model=Done)
async def remove_provider(house: CurrentHouse, caller: CurrentCaller, provider_id: str) -> Any:
    """Remove it and forget its key."""
    await house.remove_provider(caller, provider_id)
    return Done()


@router.get("/models", response_model=Models)
async def list_models(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the models that can be asked."""
    return {"items": await house.models(caller)}


@router.post("/models/refresh", response_model=Done)
async def refresh_models(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Ask every provider for its models again."""
    await house.refresh_models(caller)
    return Done()


@router.get("/prices", response_model=Prices)
async def list_prices(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """List the prices that people wrote; they go before those of the price tables."""
    return {"items": await house.prices(caller)}


@router.put("/prices/{model:path}", response_model=PriceRow)
async def put_price(
    house: CurrentHouse,
    caller: CurrentCaller,
    model: Annotated[str, Path(max_length=300)],
    body: PriceBody,
) -> Any:
    """Say what a model costs, from now or a day on: ``provider/model``, ``provider/*`` or an alias."""
    return await house.put_price(caller, model, body.model_dump())


@router.delete("/prices/{model:path}", response_model=Done)
async def remove_price(
    house: CurrentHouse,
    caller: CurrentCaller,
    model: str,
    starts: Annotated[str | None, Query(max_length=40)] = None,
) -> Any:
    """Go back to what the price tables say; with ``starts``, take back only the price of that date."""
    await house.remove_price(caller, model, starts=starts)
    return Done()
