"""What is done with whole branches: copied, compared, merged; and trees that are repaired."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations, CurrentNames, tag
from salon.surfaces.api.routes.conversations.shown import appended_shown, view_shown
from salon.surfaces.api.routes.schemas.branching import CopyBody, Diff, MergeBody, RepairBody, Repaired
from salon.surfaces.api.routes.schemas.conversations import Appended, ConversationWithBranches

router = APIRouter(prefix="/salon/v1/conversations/{conversation_id}", tags=["conversations"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}"
management("POST", f"{_ONE}/copy", _USE, summary="Copy a conversation.", operation=OPERATION)
management("GET", f"{_ONE}/diff", _USE, summary="Compare two branches.", operation=OPERATION)
management("POST", f"{_ONE}/merge", _USE, summary="Make a branch of chosen turns.", operation=OPERATION)
management("POST", f"{_ONE}/repair", _USE, summary="Make a damaged tree whole.", operation=OPERATION)

Side = Annotated[str, Query(min_length=1, max_length=100)]
"""A branch, or a message whose path is meant."""


@router.post("/copy", response_model=ConversationWithBranches, status_code=201)
async def copy_conversation(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    *,
    act: ClientActId,
    body: CopyBody | None = None,
) -> Any:
    """Copy what is visible, that with related branches, or all; or from a message on."""
    asked = body or CopyBody()
    view = await services.tree.copying.copy(
        caller,
        conversation_id,
        what=asked.what,
        last=asked.last,
        first_id=asked.first_id,
        title=asked.title,
        client_id=asked.client_id or act,
    )
    tag(response, view.conversation.version)
    return view_shown(view)


@router.get("/diff", response_model=Diff)
async def compare_branches(
    services: CurrentConversations, caller: CurrentCaller, conversation_id: str, *, left: Side, right: Side
) -> Any:
    """Compare two branches turn by turn: words, models, parameters, tools, tokens and cost."""
    return msgspec.to_builtins(await services.tree.comparing.branches(caller, conversation_id, left, right))


@router.post("/merge", response_model=Appended, status_code=201)
async def merge_branches(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    conversation_id: str,
    *,
    body: MergeBody,
    act: ClientActId,
) -> Any:
    """Make a branch of turns that were chosen from others; what is said again names its source."""
    done = await services.tree.merging.choose(
        caller,
        conversation_id,
        body.messages,
        name=body.name,
        base=body.base,
        opens=body.opens,
        client_id=body.client_id or act,
    )
    return appended_shown(done, names)


@router.post("/repair", response_model=Repaired)
async def repair_conversation(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    act: ClientActId,
    body: RepairBody | None = None,
) -> Any:
    """Make a tree whole that was damaged from outside; tells what was wrong and loses nothing."""
    asked = body or RepairBody()
    return msgspec.to_builtins(
        await services.tree.repairing.repair(
            caller, conversation_id, only_check=asked.only_check, client_id=asked.client_id or act
        )
    )
