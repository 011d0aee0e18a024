"""Settings of conversations and of the space, and what a context takes under them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.answering.shown import context_shown, in_force_shown
from salon.surfaces.api.routes.conversations.common import OPERATION, AskedVersion, CurrentConversations, tag
from salon.surfaces.api.routes.schemas.answering import Context, SettingsBody, SettingsInForce

router = APIRouter(prefix="/salon/v1", tags=["answers"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}"
_USUAL = "/conversation-defaults"
management("GET", f"{_ONE}/settings", _USE, summary="Settings in force.", operation=OPERATION)
management("PATCH", f"{_ONE}/settings", _USE, summary="Change settings.", operation=OPERATION)
management("GET", f"{_ONE}/context", _USE, summary="What the next answer would be told.", operation=OPERATION)
management("GET", _USUAL, _USE, summary="Settings usual in the space.", operation=OPERATION)
management("PATCH", _USUAL, _USE, summary="Change settings usual in the space.", operation=OPERATION)


@router.get("/conversations/{conversation_id}/settings", response_model=SettingsInForce)
async def get_settings(
    services: CurrentConversations, caller: CurrentCaller, response: Response, conversation_id: str
) -> Any:
    """Return a conversation's own settings, and those in force with the space's below them."""
    found = await services.answering.settings.of_conversation(caller, conversation_id)
    tag(response, found.version)
    return in_force_shown(found)


@router.patch("/conversations/{conversation_id}/settings", response_model=SettingsInForce)
async def change_settings(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    *,
    body: SettingsBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Change settings of a conversation; with If-Match only if nobody else has changed it meanwhile."""
    found = await services.answering.settings.change(
        caller, conversation_id, body.settings, version=version, client_id=body.client_id or act
    )
    tag(response, found.version)
    return in_force_shown(found)


@router.get("/conversations/{conversation_id}/context", response_model=Context)
async def context(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    branch_id: Annotated[str | None, Query(max_length=100)] = None,
    model: Annotated[str | None, Query(max_length=300)] = None,
    exact: bool = False,
) -> Any:
    """Return what the next answer on a branch would be told, in tokens by part, and what is left."""
    report = await services.answering.settings.context(
        caller, conversation_id, branch_id=branch_id, model=model, is_exact=exact
    )
    return context_shown(report)


@router.get("/conversation-defaults", response_model=SettingsInForce)
async def get_defaults(services: CurrentConversations, caller: CurrentCaller, response: Response) -> Any:
    """Return what is usual in one's space."""
    found = await services.answering.settings.of_space(caller)
    tag(response, found.version)
    return in_force_shown(found)


@router.patch("/conversation-defaults", response_model=SettingsInForce)
async def change_defaults(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    *,
    body: SettingsBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Change what is usual in one's space."""
    found = await services.answering.settings.change_space(
        caller, body.settings, version=version, client_id=body.client_id or act
    )
    tag(response, found.version)
    return in_force_shown(found)
