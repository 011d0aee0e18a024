"""Branches: made from any message, renamed, pinned, moved, and moved back."""

from typing import Any

from fastapi import APIRouter, Response

from salon.features.conversations.tree import MOST_PAGE, BranchChange
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import (
    OPERATION,
    AskedVersion,
    CurrentConversations,
    Limit,
    Named,
    tag,
)
from salon.surfaces.api.routes.conversations.shown import branch_shown, given
from salon.surfaces.api.routes.schemas.conversations import (
    Branch,
    BranchBody,
    BranchChangeBody,
    Branches,
    MoveBody,
    Moves,
    UndoBody,
)

router = APIRouter(prefix="/salon/v1/conversations/{conversation_id}", tags=["conversations"])

_USE = Right.USE_CONVERSATIONS
_ALL = "/conversations/{conversation_id}/branches"
_ONE = f"{_ALL}/{{branch_id}}"
management("GET", _ALL, _USE, summary="List branches.", operation=OPERATION)
management("POST", _ALL, _USE, summary="Make a branch from any message.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show a branch.", operation=OPERATION)
management("PATCH", _ONE, _USE, summary="Rename or pin a branch.", operation=OPERATION)
management("POST", f"{_ONE}/move", _USE, summary="Let a branch end elsewhere.", operation=OPERATION)
management("POST", f"{_ONE}/undo", _USE, summary="Take a move back.", operation=OPERATION)
management("GET", f"{_ONE}/moves", _USE, summary="Where a branch ended before.", operation=OPERATION)


@router.get("/branches", response_model=Branches)
async def list_branches(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    cursor: Named = None,
    limit: Limit = MOST_PAGE,
) -> Any:
    """List the branches of a conversation, oldest first."""
    page = await services.tree.branches.page(caller, conversation_id, cursor=cursor, limit=limit)
    return {"items": [branch_shown(branch) for branch in page.items], "next": page.next}


@router.post("/branches", response_model=Branch, status_code=201)
async def create_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    *,
    body: BranchBody,
    act: ClientActId,
) -> Any:
    """Make a branch that ends in any message of the conversation."""
    branch = await services.tree.branches.create(
        caller,
        conversation_id,
        name=body.name,
        head_id=body.head_id,
        opens=body.opens,
        client_id=body.client_id or act,
    )
    tag(response, branch.version)
    return branch_shown(branch)


@router.get("/branches/{branch_id}", response_model=Branch)
async def get_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    branch_id: str,
) -> Any:
    """Return a branch."""
    branch = await services.tree.branches.get(caller, conversation_id, branch_id)
    tag(response, branch.version)
    return branch_shown(branch)


@router.patch("/branches/{branch_id}", response_model=Branch)
async def change_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    branch_id: str,
    *,
    body: BranchChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Rename or pin a branch; with If-Match only if nobody else has changed it meanwhile."""
    sent = given(body.model_dump(exclude_unset=True, exclude_none=True))
    branch = await services.tree.branches.change(
        caller,
        conversation_id,
        branch_id,
        BranchChange(**sent),
        version=version,
        client_id=body.client_id or act,
    )
    tag(response, branch.version)
    return branch_shown(branch)


@router.post("/branches/{branch_id}/move", response_model=Branch)
async def move_branch(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    branch_id: str,
    *,
    body: MoveBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Let a branch end in another message; where it ended before is kept."""
    branch = await services.tree.branches.move(
        caller,
        conversation_id,
        branch_id,
        to=body.head_id,
        kind=body.kind,
        version=version,
        client_id=body.client_id or act,
    )
    tag(response, branch.version)
    return branch_shown(branch)


@router.post("/branches/{branch_id}/undo", response_model=Branch)
async def undo_move(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    conversation_id: str,
    branch_id: str,
    *,
    body: UndoBody,
    act: ClientActId,
) -> Any:
    """Let a branch end where it did before a move."""
    branch = await services.tree.branches.undo(
        caller, conversation_id, branch_id, move_id=body.move_id, client_id=body.client_id or act
    )
    tag(response, branch.version)
    return branch_shown(branch)


@router.get("/branches/{branch_id}/moves", response_model=Moves)
async def list_moves(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    branch_id: str,
    *,
    cursor: Named = None,
    limit: Limit = MOST_PAGE,
) -> Any:
    """List where a branch ended before, oldest first."""
    page = await services.tree.branches.moves(caller, conversation_id, branch_id, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}
