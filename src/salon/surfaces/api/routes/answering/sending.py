"""Something is said and answered: sent, edited, made again, gone on with, replayed, stopped."""

from typing import Any, Final

from fastapi import APIRouter

from salon.features.conversations.answering.replaying import Change
from salon.features.conversations.answering.sending import Place
from salon.features.conversations.answering.settings import Overrides, checked
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.answering.shown import answerers_of, draft_of, parts_of, sent_shown
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations, CurrentNames
from salon.surfaces.api.routes.schemas.answering import (
    AnswersBody,
    BridgeBody,
    EditAndSendBody,
    SendBody,
    Sent,
    Turns,
    WhatIfBody,
)

router = APIRouter(prefix="/salon/v1", tags=["answers"])

SAY_BODY_BYTES: Final = 16 * 1024 * 1024
_USE = Right.USE_CONVERSATIONS
_TALK = "/conversations/{conversation_id}"
_ONE = "/messages/{message_id}"


def _row(method: Any, path: str, summary: str, **more: Any) -> None:
    management(method, path, _USE, summary=summary, operation=OPERATION, **more)


_row("POST", f"{_TALK}/send", "Say something, and have it answered.", max_body_bytes=SAY_BODY_BYTES)
_row("POST", f"{_TALK}/what-if", "Change one message or model, and replay.", max_body_bytes=SAY_BODY_BYTES)
_row("POST", f"{_TALK}/bridge", "Have a model bring two branches together.")
_row("GET", f"{_TALK}/answers", "Answers under way.")
_row(
    "POST",
    f"{_ONE}/edit-and-send",
    "Say something else, and have it answered.",
    max_body_bytes=SAY_BODY_BYTES,
)
_row("POST", f"{_ONE}/regenerate", "Have an answer made again.")
_row("POST", f"{_ONE}/continue", "Have an answer go on where it stopped.")


@router.post("/conversations/{conversation_id}/send", response_model=Sent, status_code=201)
async def send(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: SendBody,
    act: ClientActId,
) -> Any:
    """Say something; it is kept when this answers. While an answer is made there, it waits in the queue."""
    sent = await services.answering.sending.send(
        caller,
        conversation_id,
        draft_of(body),
        place=Place(branch_id=body.branch_id, parent_id=body.parent_id),
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.post("/messages/{message_id}/edit-and-send", response_model=Sent, status_code=201)
async def edit_and_send(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    message_id: str,
    *,
    body: EditAndSendBody,
    act: ClientActId,
) -> Any:
    """Say something else in a message's place; what was there stays beside it."""
    sent = await services.answering.sending.edit(
        caller,
        message_id,
        draft_of(body),
        branch_id=body.branch_id,
        name=body.name,
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.post("/messages/{message_id}/regenerate", response_model=Sent, status_code=201)
async def regenerate(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    message_id: str,
    *,
    body: AnswersBody,
    act: ClientActId,
) -> Any:
    """Have an answer made again, by the same model, another or several; the one there was stays."""
    sent = await services.answering.sending.regenerate(
        caller,
        message_id,
        answerers_of(body),
        branch_id=body.branch_id,
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.post("/messages/{message_id}/continue", response_model=Sent, status_code=201)
async def go_on(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    message_id: str,
    *,
    body: AnswersBody,
    act: ClientActId,
) -> Any:
    """Have an answer that was ended early go on where it stopped, in a message below it."""
    named = answerers_of(body)
    if len(named) > 1:
        raise InvalidRequest(field="models", problem="One model goes on with an answer. Name one.")
    sent = await services.answering.sending.go_on(
        caller,
        message_id,
        named[0] if named else None,
        branch_id=body.branch_id,
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.post("/conversations/{conversation_id}/what-if", response_model=Sent, status_code=201)
async def what_if(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: WhatIfBody,
    act: ClientActId,
) -> Any:
    """Make a branch on which one message, model or setting is another, and say again what followed."""
    if body.models is not None:
        raise InvalidRequest(
            field="models", problem="One model answers each message again. Name it as model."
        )
    is_said = body.text is not None or body.parts is not None
    change = Change(
        message_id=body.message_id,
        parts=parts_of(body.text, body.parts) if is_said else None,
        model=body.model,
        settings=checked(body.settings, Overrides),
    )
    sent = await services.answering.replaying.what_if(
        caller,
        conversation_id,
        change,
        branch_id=body.branch_id,
        name=body.name,
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.post("/conversations/{conversation_id}/bridge", response_model=Sent, status_code=201)
async def bridge(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: BridgeBody,
    act: ClientActId,
) -> Any:
    """Have a model write the message that brings another branch into one; both are its sources."""
    named = answerers_of(body)
    if len(named) > 1:
        raise InvalidRequest(field="models", problem="One model writes the bridge. Name one.")
    sent = await services.answering.sending.bridge(
        caller,
        conversation_id,
        body.other_branch_id,
        named[0] if named else None,
        branch_id=body.branch_id,
        words=body.words,
        client_id=body.client_id or act,
    )
    return sent_shown(sent, names)


@router.get("/conversations/{conversation_id}/answers", response_model=Turns)
async def answers_under_way(
    services: CurrentConversations, caller: CurrentCaller, conversation_id: str
) -> Any:
    """List the answers under way in a conversation, oldest first."""
    return {"items": await services.answering.queue.turns(caller, conversation_id)}
