"""Templates of conversations."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Response

from salon.features.conversations.models import Author
from salon.features.conversations.sorting import Template, TemplateChange, TemplateMessage
from salon.foundation.kit.caller import Caller, Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, AskedVersion, CurrentConversations, tag
from salon.surfaces.api.routes.conversations.shown import new_message, view_shown
from salon.surfaces.api.routes.schemas import sorting as schemas
from salon.surfaces.api.routes.schemas.common import Done
from salon.surfaces.api.routes.schemas.conversations import ConversationWithBranches, NewMessageBody

router = APIRouter(prefix="/salon/v1", tags=["templates"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/templates/{template_id}"
management("GET", "/templates", _USE, summary="List templates.", operation=OPERATION)
management("POST", "/templates", _USE, summary="Make a template.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show a template.", operation=OPERATION)
management("PATCH", _ONE, _USE, summary="Change a template.", operation=OPERATION)
management("DELETE", _ONE, _USE, summary="Delete a template.", operation=OPERATION)
management("POST", f"{_ONE}/conversations", _USE, summary="Make a conversation of it.", operation=OPERATION)


@router.get("/templates", response_model=schemas.Templates)
async def list_templates(services: CurrentConversations, caller: CurrentCaller) -> Any:
    """List the templates of one's space, by name."""
    return {"items": [_shown(one) for one in await services.sorting.templates.list(caller)]}


@router.post("/templates", response_model=schemas.Template, status_code=201)
async def create_template(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    body: schemas.TemplateBody,
    act: ClientActId,
) -> Any:
    """Make a template: settings and first messages of new conversations."""
    made = await services.sorting.templates.create(
        caller,
        body.name,
        settings=body.settings,
        messages=_messages(caller, body.messages),
        client_id=body.client_id or act,
    )
    tag(response, made.version)
    return _shown(made)


@router.get(_ONE, response_model=schemas.Template)
async def get_template(
    services: CurrentConversations, caller: CurrentCaller, response: Response, template_id: str
) -> Any:
    """Return a template."""
    found = await services.sorting.templates.get(caller, template_id)
    tag(response, found.version)
    return _shown(found)


@router.patch(_ONE, response_model=schemas.Template)
async def change_template(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    template_id: str,
    *,
    body: schemas.TemplateChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Change a template; with If-Match only if nobody else has meanwhile."""
    sent: dict[str, Any] = body.model_dump(
        exclude_unset=True, exclude_none=True, exclude={"messages", "client_id"}
    )
    if body.messages is not None:
        sent["messages"] = tuple(_messages(caller, body.messages))
    new = await services.sorting.templates.change(
        caller, template_id, TemplateChange(**sent), version=version, client_id=body.client_id or act
    )
    tag(response, new.version)
    return _shown(new)


@router.delete(_ONE, response_model=Done)
async def remove_template(
    services: CurrentConversations, caller: CurrentCaller, template_id: str, act: ClientActId
) -> Any:
    """Delete a template; conversations that were made from it stay."""
    await services.sorting.templates.remove(caller, template_id, client_id=act)
    return Done()


@router.post(f"{_ONE}/conversations", response_model=ConversationWithBranches, status_code=201)
async def use_template(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    template_id: str,
    *,
    act: ClientActId,
    body: schemas.UseBody | None = None,
) -> Any:
    """Make a conversation with the template's settings and first messages."""
    asked = body or schemas.UseBody()
    view = await services.sorting.templates.use(
        caller, template_id, title=asked.title, client_id=asked.client_id or act
    )
    tag(response, view.conversation.version)
    return view_shown(view)


def _messages(caller: Caller, bodies: Sequence[schemas.TemplateMessageBody]) -> list[TemplateMessage]:
    found: list[TemplateMessage] = []
    for index, body in enumerate(bodies):
        sent = NewMessageBody(role=body.role, text=body.text, parts=body.parts, author=body.author)
        new = new_message(caller, sent, f"messages.{index}")
        is_system = body.author is None and body.role in {"system", "developer"}
        author = Author(kind="system") if is_system else new.author
        found.append(TemplateMessage(role=new.role, author=author, content=new.content))
    return found


def _shown(template: Template) -> dict[str, Any]:
    return msgspec.to_builtins(template)
