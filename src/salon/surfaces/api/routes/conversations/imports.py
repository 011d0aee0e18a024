"""Imports: exports of Salon and of other programs, brought in as a run that reports of each conversation."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request

from salon.features.conversations.exchange.importing import Entry, Import, Imports
from salon.features.conversations.exchange.importing.models import note_told, problem_told
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.gateway.files import file_id_of
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller, CurrentServices
from salon.surfaces.api.routes.conversations.common import OPERATION, CurrentConversations
from salon.surfaces.api.routes.schemas import imports as schemas

router = APIRouter(prefix="/salon/v1/imports", tags=["conversations"])

_USE: Final = Right.USE_CONVERSATIONS
_MOST_BYTES: Final = 4 * 1024**3
"""Of an export that is sent here; files.max_file_bytes may be less."""
_KEEP_S: Final = 7 * 24 * 3600
"""How long an export that came with its import is kept if the import does not end."""
_ONE: Final = "/imports/{import_id}"
management("POST", "/imports", _USE, summary="Import a stored file.", operation=OPERATION)
management(
    "POST", "/imports/upload", _USE, summary="Send an export and import it.", operation=OPERATION,
    max_body_bytes=_MOST_BYTES,
)  # fmt: skip
management("GET", "/imports", _USE, summary="List imports.", operation=OPERATION)
management("GET", _ONE, _USE, summary="Show how far an import is.", operation=OPERATION)
management("GET", f"{_ONE}/report", _USE, summary="What became of each conversation.", operation=OPERATION)
management("POST", f"{_ONE}/cancel", _USE, summary="Stop an import.", operation=OPERATION)


def current_imports(services: CurrentConversations) -> Imports:
    """Return the imports."""
    return services.imports


CurrentImports = Annotated[Imports, Depends(current_imports)]


@router.post("", response_model=schemas.Import, status_code=202)
async def begin_import(
    imports: CurrentImports, caller: CurrentCaller, body: schemas.ImportBody, act: ClientActId
) -> Any:
    """Import a stored file; the answer comes at once, and the import goes on."""
    file_id = file_id_of(body.file_id)
    if file_id is None:
        raise InvalidRequest(field="file_id", problem="This is no id of a stored file.")
    begun = await imports.begin(
        caller,
        file_id,
        asked_format=body.format,
        is_dry_run=body.dry_run,
        client_id=body.client_id or act,
    )
    return _shown(begun)


@router.post(
    "/upload",
    response_model=schemas.Import,
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload_import(
    imports: CurrentImports,
    services: CurrentServices,
    caller: CurrentCaller,
    request: Request,
    *,
    act: ClientActId,
    filename: Annotated[str, Query(min_length=1, max_length=255)] = "export",
    format: Annotated[schemas.Format | None, Query()] = None,  # noqa: A002 - the query's own name
    dry_run: bool = False,
) -> Any:
    """Send an export as the body and import it; it is forgotten when the import has ended."""
    if services.files is None:
        raise NotFound(what="endpoint", id="/salon/v1/imports/upload")
    file = await services.files.files.store(
        caller, request.stream(), name=filename, purpose="import", keep_s=_KEEP_S
    )
    begun = await imports.begin_with(caller, file, asked_format=format, is_dry_run=dry_run, client_id=act)
    return _shown(begun)


@router.get("", response_model=schemas.ImportPage)
async def list_imports(
    imports: CurrentImports,
    caller: CurrentCaller,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """List the imports of one's space, newest first."""
    found = await imports.page(caller, before=cursor, limit=limit)
    following = found[limit - 1].id if len(found) > limit else None
    return {"items": [_shown(one) for one in found[:limit]], "next": following}


@router.get("/{import_id}", response_model=schemas.Import)
async def get_import(imports: CurrentImports, caller: CurrentCaller, import_id: str) -> Any:
    """Say how far an import is, or how it ended."""
    return _shown(await imports.get(caller, import_id))


@router.get("/{import_id}/report", response_model=schemas.ImportReport)
async def get_report(
    imports: CurrentImports,
    caller: CurrentCaller,
    import_id: str,
    *,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> Any:
    """Say what became of each conversation, in the order of the export."""
    found = await imports.report(caller, import_id, after=int(cursor or 0), limit=limit)
    following = str(found[limit - 1].number) if len(found) > limit else None
    return {"items": [_entry(one) for one in found[:limit]], "next": following}


@router.post("/{import_id}/cancel", response_model=schemas.Import)
async def cancel_import(
    imports: CurrentImports, caller: CurrentCaller, import_id: str, act: ClientActId
) -> Any:
    """Stop an import; what was taken in by then stays, and a second import adds the rest."""
    return _shown(await imports.cancel(caller, import_id, client_id=act))


def _shown(one: Import) -> dict[str, Any]:
    totals = one.totals
    return {
        "id": one.id,
        "run_id": one.run_id,
        "status": one.status,
        "file_id": one.file_id,
        "filename": one.filename,
        "dry_run": one.is_dry_run,
        "asked_format": one.asked_format,
        "formats": one.programs,
        "totals": {name: getattr(totals, name) for name in totals.__struct_fields__},
        "notes": [note_told(note) for note in one.notes],
        "problem": problem_told(one.problem),
        "created_at_ms": one.created_at_ms,
        "ended_at_ms": one.ended_at_ms,
    }


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "number": one.number,
        "place": one.place,
        "title": one.title,
        "origin": one.origin,
        "conversation_id": one.conversation_id,
        "outcome": one.outcome,
        "messages_read": one.read,
        "messages_added": one.added,
        "messages_known": one.known,
        "files": one.files,
        "notes": [note_told(note) for note in one.notes],
        "problem": problem_told(one.problem),
    }
