"""Messages: appended, edited, read in paths and pages, marked."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from salon.features.conversations.tree import MessageMarks
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import (
    OPERATION,
    CurrentConversations,
    CurrentNames,
    Limit,
    Named,
)
from salon.surfaces.api.routes.conversations.shown import (
    appended_shown,
    given,
    map_shown,
    message_shown,
    new_message,
    outline_shown,
    page_shown,
)
from salon.surfaces.api.routes.schemas.conversations import (
    AppendBody,
    Appended,
    EditBody,
    Map,
    MarksBody,
    Message,
    Messages,
    Outline,
)

router = APIRouter(prefix="/salon/v1/conversations/{conversation_id}", tags=["conversations"])

MESSAGES_BODY_BYTES: Final = 16 * 1024 * 1024
_USE = Right.USE_CONVERSATIONS
_BASE = "/conversations/{conversation_id}"
_ALL = f"{_BASE}/messages"
_ONE = f"{_ALL}/{{message_id}}"
management("GET", _ALL, _USE, summary="The messages of a path.", operation=OPERATION)
management(
    "POST",
    _ALL,
    _USE,
    summary="Append messages.",
    operation=OPERATION,
    max_body_bytes=MESSAGES_BODY_BYTES,
)
management("GET", f"{_BASE}/tree", _USE, summary="Every message of every branch.", operation=OPERATION)
management("GET", f"{_BASE}/outline", _USE, summary="A path without its words.", operation=OPERATION)
management(
    "GET", f"{_BASE}/map", _USE, summary="Where the paths of a tree part and end.", operation=OPERATION
)
management("GET", f"{_BASE}/roots", _USE, summary="The first messages.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show a message.", operation=OPERATION)
management("PATCH", _ONE, _USE, summary="Pin or exclude a message.", operation=OPERATION)
management("GET", f"{_ONE}/children", _USE, summary="The messages below one.", operation=OPERATION)
management(
    "POST",
    f"{_ONE}/edit",
    _USE,
    summary="Say something else in a message's place.",
    operation=OPERATION,
    max_body_bytes=MESSAGES_BODY_BYTES,
)


@router.get("/messages", response_model=Messages)
async def path_page(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    branch_id: Named = None,
    last_id: Named = None,
    before: Named = None,
    after: Named = None,
    limit: Limit = 50,
) -> Any:
    """Return the last messages of a branch or of the path to ``last_id``.

    Or those above ``before``, whose ``next`` goes on above; or those below ``after``, whose ``next`` goes on
    below.
    """
    if after is not None:
        if before is not None:
            raise InvalidRequest(field="after", problem="Send either before or after.")
        return page_shown(
            await services.tree.messages.page_after(
                caller, conversation_id, after, branch_id=branch_id, last_id=last_id, limit=limit
            ),
            names,
        )
    page = await services.tree.messages.page(
        caller, conversation_id, branch_id=branch_id, last_id=last_id, before=before, limit=limit
    )
    return page_shown(page, names)


@router.post("/messages", response_model=Appended, status_code=201)
async def append_messages(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: AppendBody,
    act: ClientActId,
) -> Any:
    """Append messages to a branch without asking a model."""
    new = [new_message(caller, one, f"messages.{place}") for place, one in enumerate(body.messages)]
    done = await services.tree.messages.append(
        caller,
        conversation_id,
        new,
        branch_id=body.branch_id,
        after=body.after,
        if_moved=body.if_moved,
        client_id=body.client_id or act,
    )
    return appended_shown(done, names)


@router.get("/tree", response_model=Messages)
async def whole_tree(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    cursor: Named = None,
    limit: Limit = 200,
) -> Any:
    """Return every message of every branch, in the order in which they came."""
    return page_shown(
        await services.tree.messages.all(caller, conversation_id, cursor=cursor, limit=limit), names
    )


@router.get("/outline", response_model=Outline)
async def outline(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    branch_id: Named = None,
    last_id: Named = None,
    before: Named = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 20_000,
) -> Any:
    """Return a branch, the path to ``last_id``, or what stands above ``before``, without what is said."""
    found = await services.tree.outlining.outline(
        caller, conversation_id, branch_id=branch_id, last_id=last_id, before=before, limit=limit
    )
    # As it is, and beside the loop: a path may have thousands of messages.
    return Response(await asyncio.to_thread(outline_shown, found, names), media_type="application/json")


@router.get("/map", response_model=Map)
async def tree_map(
    services: CurrentConversations, caller: CurrentCaller, names: CurrentNames, conversation_id: str
) -> Any:
    """Return where the paths of a tree begin, part and end, with the first words said there.

    Of a long run of turns only the ends are told, and how many stand between.
    """
    found = await services.tree.charting.map(caller, conversation_id)
    return Response(await asyncio.to_thread(map_shown, found, names), media_type="application/json")


@router.get("/roots", response_model=Messages)
async def list_roots(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    cursor: Named = None,
    limit: Limit = 50,
) -> Any:
    """Return the first messages: more than one where the first was edited."""
    return page_shown(
        await services.tree.messages.children(caller, conversation_id, None, cursor=cursor, limit=limit),
        names,
    )


@router.get("/messages/{message_id}", response_model=Message)
async def get_message(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    message_id: str,
) -> Any:
    """Return a message."""
    return message_shown(await services.tree.messages.get(caller, conversation_id, message_id), names)


@router.patch("/messages/{message_id}", response_model=Message)
async def mark_message(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    message_id: str,
    *,
    body: MarksBody,
    act: ClientActId,
) -> Any:
    """Pin a message, or leave it out of what models are sent."""
    marks = MessageMarks(**given(body.model_dump(exclude_unset=True, exclude_none=True)))
    return message_shown(
        await services.tree.messages.mark(
            caller, conversation_id, message_id, marks, client_id=body.client_id or act
        ),
        names,
    )


@router.get("/messages/{message_id}/children", response_model=Messages)
async def list_children(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    message_id: str,
    *,
    cursor: Named = None,
    limit: Limit = 50,
) -> Any:
    """Return the messages below one: answers, and other words in their place."""
    return page_shown(
        await services.tree.messages.children(
            caller, conversation_id, message_id, cursor=cursor, limit=limit
        ),
        names,
    )


@router.post("/messages/{message_id}/edit", response_model=Appended, status_code=201)
async def edit_message(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    message_id: str,
    *,
    body: EditBody,
    act: ClientActId,
) -> Any:
    """Say something else in a message's place: a new message beside it, and nothing is lost."""
    done = await services.tree.messages.edit(
        caller,
        conversation_id,
        message_id,
        new_message(caller, body.message, "message"),
        branch_id=body.branch_id,
        name=body.name,
        client_id=body.client_id or act,
    )
    return appended_shown(done, names)
