"""How an answer came to be."""

from typing import Any

from fastapi import APIRouter

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.answering.shown import exact_shown
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations
from salon.surfaces.api.routes.schemas.answering import ExactRequest

router = APIRouter(prefix="/salon/v1", tags=["answers"])

management(
    "GET",
    "/messages/{message_id}/request",
    Right.USE_CONVERSATIONS,
    summary="The exact request of an answer.",
    operation=OPERATION,
)


@router.get("/messages/{message_id}/request", response_model=ExactRequest)
async def exact_request(services: CurrentConversations, caller: CurrentCaller, message_id: str) -> Any:
    """Return the exact request of an answer: prompt, parameters, tokens, attempts, cost and times."""
    return exact_shown(await services.answering.exact.request(caller, message_id))
