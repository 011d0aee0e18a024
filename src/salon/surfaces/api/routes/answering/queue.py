"""What waits for the end of an answer: listed, changed, put in order, sent now, dropped."""

from typing import Any

from fastapi import APIRouter, Response

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.answering.sending import SAY_BODY_BYTES
from salon.surfaces.api.routes.answering.shown import draft_of, queued_shown, sent_shown
from salon.surfaces.api.routes.conversations.common import (
    OPERATION,
    AskedVersion,
    CurrentConversations,
    CurrentNames,
    tag,
)
from salon.surfaces.api.routes.schemas.answering import (
    ClientActBody,
    OrderBody,
    Queued,
    QueuedChangeBody,
    QueuedList,
    Sent,
)
from salon.surfaces.api.routes.schemas.common import Done

router = APIRouter(prefix="/salon/v1", tags=["answers"])

_USE = Right.USE_CONVERSATIONS
_ALL = "/conversations/{conversation_id}/queue"
_ONE = "/queue/{queued_id}"
management("GET", _ALL, _USE, summary="What waits.", operation=OPERATION)
management("PUT", _ALL, _USE, summary="Put what waits in another order.", operation=OPERATION)
management(
    "PATCH", _ONE, _USE, summary="Change what waits.", operation=OPERATION, max_body_bytes=SAY_BODY_BYTES
)
management("DELETE", _ONE, _USE, summary="Drop what waits.", operation=OPERATION)
management("POST", f"{_ONE}/send", _USE, summary="Send what waits now.", operation=OPERATION)


@router.get("/conversations/{conversation_id}/queue", response_model=QueuedList)
async def list_queue(services: CurrentConversations, caller: CurrentCaller, conversation_id: str) -> Any:
    """List what waits in a conversation, branch by branch, the next one first."""
    found = await services.answering.queue.all(caller, conversation_id)
    return {"items": [queued_shown(one) for one in found]}


@router.put("/conversations/{conversation_id}/queue", response_model=QueuedList)
async def reorder_queue(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    body: OrderBody,
    act: ClientActId,
) -> Any:
    """Put what waits on a branch in another order."""
    found = await services.answering.queue.reorder(
        caller, conversation_id, body.branch_id, body.order, client_id=body.client_id or act
    )
    return {"items": [queued_shown(one) for one in found]}


@router.patch("/queue/{queued_id}", response_model=Queued)
async def change_queued(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    queued_id: str,
    *,
    body: QueuedChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Say something else instead of what waits."""
    changed = await services.answering.queue.edit(
        caller, queued_id, draft_of(body), version=version, client_id=body.client_id or act
    )
    tag(response, changed.version)
    return queued_shown(changed)


@router.delete("/queue/{queued_id}", response_model=Done)
async def drop_queued(
    services: CurrentConversations, caller: CurrentCaller, queued_id: str, act: ClientActId
) -> Any:
    """Take something out of the queue unsent."""
    await services.answering.queue.drop(caller, queued_id, client_id=act)
    return Done()


@router.post("/queue/{queued_id}/send", response_model=Sent)
async def send_queued_now(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    queued_id: str,
    *,
    act: ClientActId,
    body: ClientActBody | None = None,
) -> Any:
    """Send what waits before all else: what is answered now is stopped, and its text kept."""
    client_id = (body.client_id if body is not None else None) or act
    return sent_shown(await services.answering.queue.send_now(caller, queued_id, client_id=client_id), names)
