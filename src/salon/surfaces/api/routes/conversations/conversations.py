"""Conversations: made, listed, shown, changed; who takes part."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from salon.features.conversations.models import Author, Participant
from salon.features.conversations.sorting import Filter, Order, State
from salon.features.conversations.tree import ConversationChange
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import (
    OPERATION,
    AskedVersion,
    CurrentConversations,
    CurrentNames,
    Names,
    tag,
)
from salon.surfaces.api.routes.conversations.shown import conversation_shown, given, view_shown
from salon.surfaces.api.routes.schemas.conversations import (
    ConversationBody,
    ConversationChangeBody,
    ConversationWithBranches,
    ParticipantBody,
    Participants,
)
from salon.surfaces.api.routes.schemas.sorting import ListedConversations

router = APIRouter(prefix="/salon/v1", tags=["conversations"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}"
management("GET", "/conversations", _USE, summary="List conversations.", operation=OPERATION)
management("POST", "/conversations", _USE, summary="Make a conversation.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show a conversation.", operation=OPERATION)
management("PATCH", _ONE, _USE, summary="Change a conversation.", operation=OPERATION)
management("GET", f"{_ONE}/participants", _USE, summary="Who takes part.", operation=OPERATION)
management("POST", f"{_ONE}/participants", _USE, summary="Let somebody take part.", operation=OPERATION)
management(
    "DELETE",
    f"{_ONE}/participants/{{kind}}/{{participant_id:path}}",
    _USE,
    summary="Let somebody take part no more.",
    operation=OPERATION,
)


@router.get("/conversations", response_model=ListedConversations)
async def list_conversations(
    services: CurrentConversations,
    caller: CurrentCaller,
    *,
    state: State = "open",
    folder: Annotated[str | None, Query(max_length=100)] = None,
    is_below: bool = False,
    is_filed: bool | None = None,
    tag: Annotated[str | None, Query(max_length=100)] = None,
    is_pinned: bool | None = None,
    is_unread: bool | None = None,
    is_temporary: bool = False,
    order: Order = "changed",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
) -> Any:
    """List conversations of one's space, newest first or by title, with tags, speakers and what is unread.

    With ``is_temporary`` those that oneself began and that are not kept, all of them, the last one first.
    """
    if is_temporary:
        views = await services.temporary.own(caller)
        own = [
            {**conversation_shown(view.conversation), "tags": (), "unread": 0, "speakers": ()}
            for view in views
        ]
        return {"items": own, "next": None}
    wanted = Filter(
        state=state,
        folder_id=folder,
        is_below=is_below,
        is_filed=is_filed,
        tag=tag,
        is_pinned=is_pinned,
        is_unread=is_unread,
    )
    page = await services.sorting.reading.page(caller, wanted, order=order, cursor=cursor, limit=limit)
    items = [
        {
            **conversation_shown(one.conversation),
            "tags": one.tags,
            "unread": one.unread,
            "speakers": msgspec.to_builtins(one.speakers),
        }
        for one in page.items
    ]
    return {"items": items, "next": page.next}


@router.post("/conversations", response_model=ConversationWithBranches, status_code=201)
async def create_conversation(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    *,
    act: ClientActId,
    body: ConversationBody | None = None,
) -> Any:
    """Make a conversation with one empty branch; a temporary one is in memory alone."""
    asked = body or ConversationBody()
    create = services.temporary.begin if asked.is_temporary else services.tree.conversations.create
    view = await create(
        caller,
        title=asked.title,
        kind=asked.kind,
        settings=asked.settings,
        client_id=asked.client_id or act,
    )
    tag(response, view.conversation.version)
    return view_shown(view)


@router.get("/conversations/{conversation_id}", response_model=ConversationWithBranches)
async def get_conversation(
    services: CurrentConversations, caller: CurrentCaller, response: Response, conversation_id: str
) -> Any:
    """Return a conversation and its branches."""
    view = await services.tree.conversations.get(caller, conversation_id)
    tag(response, view.conversation.version)
    return view_shown(view)


@router.patch("/conversations/{conversation_id}", response_model=ConversationWithBranches)
async def change_conversation(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    *,
    body: ConversationChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Change a conversation; with If-Match only if nobody else has meanwhile."""
    sent = given(body.model_dump(exclude_unset=True, exclude_none=True))
    view = await services.tree.conversations.change(
        caller,
        conversation_id,
        ConversationChange(**sent),
        version=version,
        client_id=body.client_id or act,
    )
    tag(response, view.conversation.version)
    return view_shown(view)


@router.get("/conversations/{conversation_id}/participants", response_model=Participants)
async def list_participants(
    services: CurrentConversations, caller: CurrentCaller, names: CurrentNames, conversation_id: str
) -> Any:
    """List who takes part, in the order in which they came."""
    return _participants(await services.tree.conversations.participants(caller, conversation_id), names)


@router.post("/conversations/{conversation_id}/participants", response_model=Participants)
async def add_participant(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: ParticipantBody,
    act: ClientActId,
) -> Any:
    """Let somebody take part; again changes nothing."""
    author = Author(kind=body.kind, id=body.id, name=body.name)
    there = await services.tree.conversations.add_participant(
        caller, conversation_id, author, client_id=body.client_id or act
    )
    return _participants(there, names)


@router.delete(
    "/conversations/{conversation_id}/participants/{kind}/{participant_id:path}", response_model=Participants
)
async def remove_participant(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    kind: str,
    participant_id: str,
    act: ClientActId,
) -> Any:
    """Let somebody take part no more; what they said stays."""
    left = await services.tree.conversations.remove_participant(
        caller, conversation_id, kind=kind, participant_id=participant_id, client_id=act
    )
    return _participants(left, names)


def _participants(there: Sequence[Participant], names: Names) -> dict[str, Any]:
    """Return who takes part; whoever came without a name has the id for one until now."""
    items: list[dict[str, Any]] = []
    for one in there:
        author = Author(kind=one.kind, id=one.id, name=None if one.name == one.id else one.name)
        items.append({**msgspec.to_builtins(one), "name": names.of(author) or one.name})
    return {"items": items}
