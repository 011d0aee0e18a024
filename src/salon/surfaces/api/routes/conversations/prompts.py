"""Saved prompts: made, changed in versions, filled in. They are named by id or by name."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from salon.features.conversations.prompts import Draft, Prompt, PromptChange, Variable, Version
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, AskedVersion, CurrentConversations, tag
from salon.surfaces.api.routes.schemas import prompts as schemas
from salon.surfaces.api.routes.schemas.common import Done

router = APIRouter(prefix="/salon/v1", tags=["prompts"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/prompts/{prompt}"
management("GET", "/prompts", _USE, summary="List prompts.", operation=OPERATION)
management("POST", "/prompts", _USE, summary="Save a prompt.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show a prompt.", operation=OPERATION)
management("PATCH", _ONE, _USE, summary="Change a prompt.", operation=OPERATION)
management("DELETE", _ONE, _USE, summary="Delete a prompt.", operation=OPERATION)
management("GET", f"{_ONE}/versions", _USE, summary="List its versions.", operation=OPERATION)
management("POST", f"{_ONE}/versions", _USE, summary="Add a version.", operation=OPERATION)
management("POST", f"{_ONE}/render", _USE, summary="Fill a prompt in.", operation=OPERATION)

Limit = Annotated[int, Query(ge=1, le=200)]
Number = Annotated[int | None, Query(ge=1, le=1000)]


@router.get("/prompts", response_model=schemas.Prompts)
async def list_prompts(
    services: CurrentConversations,
    caller: CurrentCaller,
    *,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List the prompts of one's space, by name."""
    return msgspec.to_builtins(await services.prompts.list(caller, cursor=cursor, limit=limit))


@router.post("/prompts", response_model=schemas.Prompt, status_code=201)
async def create_prompt(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    body: schemas.PromptBody,
    act: ClientActId,
) -> Any:
    """Save a prompt: a text with variables."""
    made = await services.prompts.create(
        caller, body.name, _draft(body), description=body.description, client_id=body.client_id or act
    )
    return _shown(response, *made)


@router.get(_ONE, response_model=schemas.Prompt)
async def get_prompt(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    prompt: str,
    number: Number = None,
) -> Any:
    """Return a prompt with one of its versions, the live one unless ``number`` is sent."""
    return _shown(response, *await services.prompts.get(caller, prompt, number=number))


@router.patch(_ONE, response_model=schemas.Prompt)
async def change_prompt(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    prompt: str,
    *,
    body: schemas.PromptChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Rename a prompt, describe it, or make another version live; with If-Match only if unchanged."""
    sent: dict[str, Any] = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"client_id"})
    new = await services.prompts.change(
        caller, prompt, PromptChange(**sent), version=version, client_id=body.client_id or act
    )
    return _shown(response, *new)


@router.delete(_ONE, response_model=Done)
async def remove_prompt(
    services: CurrentConversations, caller: CurrentCaller, prompt: str, act: ClientActId
) -> Any:
    """Delete a prompt with all its versions."""
    await services.prompts.remove(caller, prompt, client_id=act)
    return Done()


@router.get(f"{_ONE}/versions", response_model=schemas.PromptVersions)
async def list_prompt_versions(
    services: CurrentConversations,
    caller: CurrentCaller,
    prompt: str,
    *,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
) -> Any:
    """List the versions of a prompt, the newest first."""
    page = await services.prompts.versions(caller, prompt, cursor=cursor, limit=limit)
    return {"items": [_version_shown(one) for one in page.items], "next": page.next}


@router.post(f"{_ONE}/versions", response_model=schemas.Prompt, status_code=201)
async def add_prompt_version(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    prompt: str,
    *,
    body: schemas.VersionBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Add a version; versions are never changed, going back to one makes it live."""
    new = await services.prompts.add_version(
        caller,
        prompt,
        _draft(body),
        is_live=body.is_live,
        version=version,
        client_id=body.client_id or act,
    )
    return _shown(response, *new)


@router.post(f"{_ONE}/render", response_model=schemas.Rendered)
async def render_prompt(
    services: CurrentConversations, caller: CurrentCaller, prompt: str, body: schemas.RenderBody
) -> Any:
    """Fill a prompt in; values are text, whatever braces they hold."""
    text = await services.prompts.render(caller, prompt, body.values, number=body.number)
    return {"text": text}


def _draft(body: schemas.VersionBody) -> Draft:
    variables = msgspec.convert([one.model_dump() for one in body.variables], tuple[Variable, ...])
    return Draft(text=body.text, variables=variables, note=body.note)


def _shown(response: Response, prompt: Prompt, version: Version) -> dict[str, Any]:
    tag(response, prompt.version)
    return {**msgspec.to_builtins(prompt), "shown": _version_shown(version)}


def _version_shown(version: Version) -> dict[str, Any]:
    return msgspec.to_builtins(version)
