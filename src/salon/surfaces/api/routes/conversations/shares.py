"""Shares as their makers see them: made, listed, renewed, revoked; and links of others, copied."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query

from salon.features.conversations.shares import NewShare, Shared
from salon.foundation.kit.caller import Right
from salon.foundation.kit.clock import SystemClock
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.qr import qr_svg
from salon.surfaces.api.requests import ClientActId, CurrentCaller, CurrentWay
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations
from salon.surfaces.api.routes.schemas.shares import Copied, CopyBody, MadeShare, Share, ShareBody, Shares

router = APIRouter(prefix="/salon/v1/shares", tags=["shares"])

_USE = Right.USE_CONVERSATIONS
management("GET", "/shares", _USE, summary="List shares.", operation=OPERATION)
management("POST", "/shares", _USE, summary="Share part of a conversation.", operation=OPERATION)
management("POST", "/shares/copy", _USE, summary="Copy what a link shows.", operation=OPERATION)
management("GET", "/shares/{share_id}", _USE, summary="Show a share.", operation=OPERATION)
management("POST", "/shares/{share_id}/revise", _USE, summary="Share it as it is now.", operation=OPERATION)
management("POST", "/shares/{share_id}/revoke", _USE, summary="Revoke a link.", operation=OPERATION)


@router.get("", response_model=Shares)
async def list_shares(
    services: CurrentConversations,
    caller: CurrentCaller,
    *,
    conversation_id: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Any:
    """List the shares of one's space, newest first."""
    page = await services.shares.page(caller, conversation_id=conversation_id, cursor=cursor, limit=limit)
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@router.post("", response_model=MadeShare, status_code=201)
async def create_share(
    services: CurrentConversations,
    caller: CurrentCaller,
    way: CurrentWay,
    body: ShareBody,
    act: ClientActId,
) -> Any:
    """Share part of a conversation as it is now; the link is told this once, and to who sends this again."""
    new = NewShare(**body.model_dump(exclude={"client_id"}))
    made = await services.shares.create(caller, new, client_id=body.client_id or act)
    url = f"{way.address}/s/{made.token}"
    return {**_shown(made), "url": url, "qr_svg": qr_svg(url)}


@router.post("/copy", response_model=Copied, status_code=201)
async def copy_share(
    services: CurrentConversations, caller: CurrentCaller, body: CopyBody, act: ClientActId
) -> Any:
    """Take what a link shows over into one's own space; each message names its source."""
    token = urlsplit(body.link.strip()).path.rstrip("/").rpartition("/")[2]
    copied = await services.shared.copies.copy(caller, token, client_id=body.client_id or act)
    return {"conversation_id": copied.id, "title": copied.title, "messages": copied.messages}


@router.get("/{share_id}", response_model=Share)
async def get_share(services: CurrentConversations, caller: CurrentCaller, share_id: str) -> Any:
    """Return a share."""
    return _shown(await services.shares.get(caller, share_id))


@router.post("/{share_id}/revise", response_model=Share)
async def revise_share(
    services: CurrentConversations, caller: CurrentCaller, share_id: str, act: ClientActId
) -> Any:
    """Let the same link show its branch, path or tree as it is now."""
    return _shown(await services.shares.revise(caller, share_id, client_id=act))


@router.post("/{share_id}/revoke", response_model=Share)
async def revoke_share(
    services: CurrentConversations, caller: CurrentCaller, share_id: str, act: ClientActId
) -> Any:
    """Let a link lead nowhere, at once and for good."""
    return _shown(await services.shares.revoke(caller, share_id, client_id=act))


def _shown(shared: Shared) -> dict[str, Any]:
    share, revision = shared.share, shared.revision
    expired = share.expires_at_ms is not None and share.expires_at_ms <= SystemClock().now_ms()
    return {
        "id": share.id,
        "conversation_id": share.conversation_id,
        "kind": share.kind,
        "title": revision.title,
        "messages": revision.messages,
        "revision": revision.number,
        "revised_at_ms": revision.created_at_ms,
        "is_open": share.revoked_at_ms is None and not expired,
        "expires_at_ms": share.expires_at_ms,
        "revoked_at_ms": share.revoked_at_ms,
        "created_at_ms": share.created_at_ms,
    }
