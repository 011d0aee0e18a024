"""Exports: small ones in one answer, large ones as runs whose file is fetched when they are done."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from salon.features.conversations.exchange.exporting import Exports as ExportService
from salon.features.conversations.exchange.exporting import Wish, chosen
from salon.features.conversations.search import parse
from salon.features.conversations.sorting import Filter
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.runs import Run
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations
from salon.surfaces.api.routes.schemas.exports import DirectExportBody, Export, ExportBody, Exports
from salon.surfaces.api.services import ConversationServices

router = APIRouter(prefix="/salon/v1/exports", tags=["exports"])

_USE = Right.USE_CONVERSATIONS
management("GET", "/exports", _USE, summary="List exports.", operation=OPERATION)
management("POST", "/exports", _USE, summary="Begin an export.", operation=OPERATION)
management("POST", "/exports/download", _USE, summary="Export in one answer.", operation=OPERATION)
management("GET", "/exports/{export_id}", _USE, summary="How far an export is.", operation=OPERATION)
management("POST", "/exports/{export_id}/cancel", _USE, summary="Stop an export.", operation=OPERATION)
management("GET", "/exports/{export_id}/file", _USE, summary="The file of an export.", operation=OPERATION)


@router.get("", response_model=Exports)
async def list_exports(
    services: CurrentConversations,
    caller: CurrentCaller,
    *,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Any:
    """List the exports of one's space, newest first."""
    page = await services.exports.page(caller, cursor=cursor, limit=limit)
    items = [await _shown(services.exports, caller, run) for run in page.items]
    return {"items": items, "next": page.next}


@router.post("", response_model=Export, status_code=202)
async def begin_export(
    services: CurrentConversations, caller: CurrentCaller, body: ExportBody, act: ClientActId
) -> Any:
    """Begin an export of any size; it goes on without its caller and ends in a file."""
    run = await services.exports.begin(
        caller,
        lambda: _wish(services, caller, body),
        asked=body.model_dump(exclude={"client_id"}),
        client_id=body.client_id or act,
    )
    return await _shown(services.exports, caller, run)


@router.post("/download", response_class=StreamingResponse)
async def download(services: CurrentConversations, caller: CurrentCaller, body: DirectExportBody) -> Any:
    """Answer with the export itself, as it is written; for what is not too large."""
    export = await services.exports.direct(caller, await _wish(services, caller, body))
    return _attached(export.chunks, name=export.name, media_type=export.media_type)


@router.get("/{export_id}", response_model=Export)
async def get_export(services: CurrentConversations, caller: CurrentCaller, export_id: str) -> Any:
    """Return how far an export is, or how it ended."""
    run = await services.exports.get(caller, export_id)
    return await _shown(services.exports, caller, run)


@router.post("/{export_id}/cancel", response_model=Export)
async def cancel_export(
    services: CurrentConversations, caller: CurrentCaller, export_id: str, act: ClientActId
) -> Any:
    """Stop an export; what was written is not kept."""
    run = await services.exports.cancel(caller, export_id, client_id=act)
    return await _shown(services.exports, caller, run)


@router.get("/{export_id}/file", response_class=StreamingResponse)
async def export_file(services: CurrentConversations, caller: CurrentCaller, export_id: str) -> Any:
    """Answer with the file of an export that is done."""
    file, content = await services.exports.file(caller, export_id)
    run = await services.exports.get(caller, export_id)
    media_type = _wished(run).media_type
    return _attached(content, name=file.name, media_type=media_type, size_bytes=file.size_bytes)


async def _wish(services: ConversationServices, caller: Caller, body: DirectExportBody) -> Wish:
    is_selection = body.filter is not None or body.search is not None
    if body.all + is_selection + (body.conversation_ids is not None) != 1:
        problem = "Name conversations in conversation_ids, find them by filter or search, or say all."
        raise InvalidRequest(field="conversation_ids", problem=problem)
    ids = None if body.conversation_ids is None else tuple(body.conversation_ids)
    if is_selection:
        wanted = None if body.filter is None else Filter(**body.filter.model_dump())
        query = None if body.search is None else parse(body.search)
        ids = await chosen(services.sorting, services.search, caller, wanted=wanted, query=query)
    return Wish(
        format=body.format,
        conversation_ids=ids,
        is_selection=is_selection,
        branch_id=body.branch_id,
        has_files=body.files,
    )


def _wished(run: Run) -> Wish:
    wish = run.data["wish"]
    return Wish(
        format=wish["format"],
        has_files=wish["has_files"],
        is_selection=wish.get("is_selection", False),
        conversation_ids=None if wish["conversation_ids"] is None else tuple(wish["conversation_ids"]),
    )


async def _shown(exports: ExportService, caller: Caller, run: Run) -> dict[str, Any]:
    outcome = await exports.outcome(caller, run)
    return {
        "id": run.id,
        "status": run.status,
        "format": run.data["wish"]["format"],
        "name": await exports.name(caller, run),
        "conversations": run.data["conversations"],
        "messages": run.data["messages"],
        "done_conversations": outcome.get("conversations", 0),
        "done_messages": outcome.get("messages", 0),
        "file_id": outcome.get("file_id"),
        "size_bytes": outcome.get("size_bytes"),
        "error": outcome.get("error"),
        "started_at_ms": run.started_at_ms,
        "ended_at_ms": run.ended_at_ms,
    }


def _attached(
    chunks: AsyncIterator[bytes], *, name: str, media_type: str, size_bytes: int | None = None
) -> StreamingResponse:
    """Answer with a file that a browser keeps and does not show."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    if size_bytes is not None:
        headers["Content-Length"] = str(size_bytes)
    return StreamingResponse(chunks, media_type=media_type, headers=headers)
