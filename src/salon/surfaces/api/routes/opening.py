"""What the page opens with, each in one answer: the sidebar, and a conversation."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Response

from salon.foundation.kit.caller import Caller, Right, SpaceScope
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller, CurrentServices
from salon.surfaces.api.routes.answering.queue import list_queue
from salon.surfaces.api.routes.answering.sending import answers_under_way
from salon.surfaces.api.routes.conversations.common import (
    OPERATION,
    CurrentConversations,
    CurrentNames,
    Limit,
    Named,
    Names,
)
from salon.surfaces.api.routes.conversations.conversations import get_conversation, list_conversations
from salon.surfaces.api.routes.conversations.messages import path_page
from salon.surfaces.api.routes.conversations.shown import outline_shown
from salon.surfaces.api.routes.conversations.sorting import list_folders
from salon.surfaces.api.routes.runs import list_runs, live_of
from salon.surfaces.api.routes.schemas.opening import ConversationOpening, SidebarOpening
from salon.surfaces.api.services import ConversationServices, Services

router = APIRouter(prefix="/salon/v1", tags=["conversations"])

MOST_RUNS: Final = 200
MOST_LINES: Final = 200
"""An outline of more is asked for by itself: nobody waits for it to read the last messages."""

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}/opening"
management("GET", "/sidebar", _USE, summary="What stands in the sidebar.", operation=OPERATION)
management("GET", _ONE, _USE, summary="A conversation and what its page shows.", operation=OPERATION)


@router.get("/sidebar", response_model=SidebarOpening)
async def open_sidebar(
    house: CurrentServices,
    services: CurrentConversations,
    caller: CurrentCaller,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Return the folders, the first conversations, those pinned and temporary, and the runs under way.

    Each as its own address tells it, the lists with at most ``limit`` conversations.
    """
    return {
        "number": await _number(house, caller),
        "folders": await list_folders(services, caller),
        "conversations": await list_conversations(services, caller, limit=limit),
        "pinned": await list_conversations(services, caller, is_pinned=True, limit=limit),
        "temporary": await list_conversations(services, caller, is_temporary=True, limit=limit),
        "running": await list_runs(house, caller, status="running", limit=MOST_RUNS),
    }


@router.get("/conversations/{conversation_id}/opening", response_model=ConversationOpening)
async def open_conversation(
    house: CurrentServices,
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    response: Response,
    branch_id: Named = None,
    last_id: Named = None,
    limit: Limit = 50,
) -> Any:
    """Return a conversation, messages as its page opens with them, and what waits and is answered there.

    Each as its own address tells it: the messages are those at the end of the branch or of the path to
    ``last_id``.
    """
    number = await _number(house, caller)
    conversation = await get_conversation(services, caller, response, conversation_id)
    messages = await path_page(
        services, caller, names, conversation_id, branch_id=branch_id, last_id=last_id, limit=limit
    )
    shown = messages["branch"]["id"] if messages["branch"] else branch_id or conversation["branch_id"]
    return {
        "number": number,
        "conversation": conversation,
        "messages": messages,
        "outline": await _short_outline(services, caller, names, conversation_id, shown),
        "queue": await list_queue(services, caller, conversation_id),
        "answers": await answers_under_way(services, caller, conversation_id),
    }


async def _number(house: Services, caller: Caller) -> int:
    return await live_of(house).feed.last(SpaceScope(caller.space_id))


async def _short_outline(
    services: ConversationServices, caller: Caller, names: Names, conversation_id: str, branch_id: str
) -> Any:
    found = await services.tree.outlining.outline(
        caller, conversation_id, branch_id=branch_id, limit=MOST_LINES
    )
    return msgspec.json.decode(outline_shown(found, names)) if found.next is None else None
