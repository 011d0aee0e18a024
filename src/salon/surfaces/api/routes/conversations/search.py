"""Searching messages and titles; making the index anew."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from salon.features.conversations.search import narrowed, parse
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations, CurrentNames
from salon.surfaces.api.routes.schemas.conversations import Role
from salon.surfaces.api.routes.schemas.search import Found, IndexState, TitleHits

router = APIRouter(prefix="/salon/v1", tags=["search"])

_USE, _MANAGE = Right.USE_CONVERSATIONS, Right.MANAGE_SYSTEM
management("GET", "/search", _USE, summary="Look for messages.", operation=OPERATION)
management("GET", "/search/titles", _USE, summary="Look for conversations.", operation=OPERATION)
management("GET", "/search/index", _MANAGE, summary="How far the search index is.")
management("POST", "/search/index", _MANAGE, summary="Make the search index anew.")

Names = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=300)]], Query(max_length=50, default_factory=list)
]
Moment = Annotated[int | None, Query(ge=-(2**53), le=2**53)]


@router.get("/search", response_model=Found)
async def search_messages(
    services: CurrentConversations,
    caller: CurrentCaller,
    names: CurrentNames,
    *,
    q: Annotated[str, Query(max_length=2000)] = "",
    conversation: Names,
    branch: Annotated[str | None, Query(max_length=100)] = None,
    folder: Names,
    tag: Names,
    model: Names,
    author: Names,
    role: Annotated[list[Role], Query(max_length=5, default_factory=list)],
    after_ms: Moment = None,
    before_ms: Moment = None,
    has_file: bool = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Look for messages: words, phrases in quotes, -without, beginning*; filters here or in ``q``."""
    query = narrowed(
        parse(q),
        conversations=conversation,
        branch=branch,
        folders=folder,
        tags=tag,
        models=model,
        authors=author,
        roles=role,
        after_ms=after_ms,
        before_ms=before_ms,
        has_file=has_file,
    )
    found = await services.search.find(caller, query, limit=limit, cursor=cursor)
    shown = msgspec.to_builtins(found)
    for hit, row in zip(found.items, shown["items"], strict=True):
        row["author"]["display_name"] = names.of(hit.author)
    return shown


@router.get("/search/titles", response_model=TitleHits)
async def search_titles(
    services: CurrentConversations,
    caller: CurrentCaller,
    q: Annotated[str, Query(max_length=300)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Look for conversations whose title has words that begin with what was typed so far."""
    return {"items": msgspec.to_builtins(await services.search.titles(caller, q, limit=limit))}


@router.get("/search/index", response_model=IndexState)
async def get_search_index(services: CurrentConversations) -> Any:
    """Say how many messages of the house wait for the index."""
    return {"waiting": await services.indexer.waiting()}


@router.post("/search/index", response_model=IndexState, status_code=202)
async def renew_search_index(services: CurrentConversations) -> Any:
    """Make the index anew in the background; searching finds what is done so far."""
    return {"waiting": await services.indexer.renew()}
