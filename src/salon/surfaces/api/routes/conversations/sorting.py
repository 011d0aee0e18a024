"""Folders, tags, what was read, and acts on many conversations."""

from typing import Any

import msgspec
from fastapi import APIRouter, Response

from salon.features.conversations.answering.settings import Settings, checked
from salon.features.conversations.sorting import Asked, Filter, Folder, FolderChange
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import ClientActId, CurrentCaller
from salon.surfaces.api.routes.conversations.common import OPERATION, AskedVersion, CurrentConversations, tag
from salon.surfaces.api.routes.schemas import sorting as schemas
from salon.surfaces.api.routes.schemas.common import Done

router = APIRouter(prefix="/salon/v1", tags=["sorting"])

_USE = Right.USE_CONVERSATIONS
_ONE = "/conversations/{conversation_id}"
management("GET", "/folders", _USE, summary="List folders.", operation=OPERATION)
management("POST", "/folders", _USE, summary="Make a folder.", operation=OPERATION)
management("PATCH", "/folders/{folder_id}", _USE, summary="Change a folder.", operation=OPERATION)
management("DELETE", "/folders/{folder_id}", _USE, summary="Delete a folder.", operation=OPERATION)
management("POST", f"{_ONE}/read", _USE, summary="Say how far one has read.", operation=OPERATION)
management("GET", "/tags", _USE, summary="List tags.", operation=OPERATION)
management("PATCH", "/tags/{tag_id}", _USE, summary="Rename a tag.", operation=OPERATION)
management("DELETE", "/tags/{tag_id}", _USE, summary="Delete a tag.", operation=OPERATION)
management("POST", "/acts", _USE, summary="Change many conversations.", operation=OPERATION)
management("POST", "/acts/{undo_id}/undo", _USE, summary="Undo that.", operation=OPERATION)


@router.get("/folders", response_model=schemas.Folders)
async def list_folders(services: CurrentConversations, caller: CurrentCaller) -> Any:
    """List every folder of one's space, each with how many open conversations are in it."""
    rows = await services.sorting.folders.list(caller)
    return {"items": [{**_shown(row.folder), "conversations": row.conversations} for row in rows]}


@router.post("/folders", response_model=schemas.Folder, status_code=201)
async def create_folder(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    body: schemas.FolderBody,
    act: ClientActId,
) -> Any:
    """Make a folder, in another one or in none."""
    checked(body.settings, Settings)
    made = await services.sorting.folders.create(
        caller,
        body.name,
        parent_id=body.parent_id,
        settings=body.settings,
        client_id=body.client_id or act,
    )
    tag(response, made.version)
    return _shown(made)


@router.patch("/folders/{folder_id}", response_model=schemas.Folder)
async def change_folder(
    services: CurrentConversations,
    caller: CurrentCaller,
    response: Response,
    folder_id: str,
    *,
    body: schemas.FolderChangeBody,
    version: AskedVersion,
    act: ClientActId,
) -> Any:
    """Rename or move a folder, or change its settings; with If-Match only if nobody else has meanwhile."""
    checked({name: value for name, value in (body.settings or {}).items() if value is not None}, Settings)
    sent: dict[str, Any] = {
        name: value
        for name, value in body.model_dump(exclude_unset=True, exclude={"client_id"}).items()
        if value is not None or name == "parent_id"
    }
    new = await services.sorting.folders.change(
        caller, folder_id, FolderChange(**sent), version=version, client_id=body.client_id or act
    )
    tag(response, new.version)
    return _shown(new)


@router.delete("/folders/{folder_id}", response_model=schemas.Moved)
async def remove_folder(
    services: CurrentConversations, caller: CurrentCaller, folder_id: str, act: ClientActId
) -> Any:
    """Delete a folder; what is in it moves to the one above."""
    return msgspec.to_builtins(await services.sorting.folders.remove(caller, folder_id, client_id=act))


@router.post(f"{_ONE}/read", response_model=schemas.Unread)
async def set_read(
    services: CurrentConversations,
    caller: CurrentCaller,
    conversation_id: str,
    *,
    act: ClientActId,
    body: schemas.ReadBody | None = None,
) -> Any:
    """Say how far one has read a conversation; to its end unless a message is named."""
    asked = body or schemas.ReadBody()
    unread = await services.sorting.reading.read(
        caller,
        conversation_id,
        message_id=asked.message_id,
        is_read=asked.is_read,
        client_id=asked.client_id or act,
    )
    return {"unread": unread}


@router.get("/tags", response_model=schemas.Tags)
async def list_tags(services: CurrentConversations, caller: CurrentCaller) -> Any:
    """List the tags of one's space, by name."""
    return {"items": msgspec.to_builtins(await services.sorting.tags.list(caller))}


@router.patch("/tags/{tag_id}", response_model=Done)
async def rename_tag(
    services: CurrentConversations,
    caller: CurrentCaller,
    tag_id: str,
    body: schemas.TagBody,
    act: ClientActId,
) -> Any:
    """Rename a tag, on everything that has it."""
    await services.sorting.tags.rename(caller, tag_id, body.name, client_id=body.client_id or act)
    return Done()


@router.delete("/tags/{tag_id}", response_model=Done)
async def remove_tag(
    services: CurrentConversations, caller: CurrentCaller, tag_id: str, act: ClientActId
) -> Any:
    """Delete a tag, and take it from everything that has it."""
    await services.sorting.tags.remove(caller, tag_id, client_id=act)
    return Done()


@router.post("/acts", response_model=schemas.ActDone)
async def act_on_conversations(
    services: CurrentConversations, caller: CurrentCaller, body: schemas.ActBody, act: ClientActId
) -> Any:
    """Move, tag, pin, archive, hide or delete many conversations; ``undo_id`` takes it back for 7 days."""
    found = None if body.filter is None else Filter(**body.filter.model_dump())
    asked = Asked(
        act=body.act,
        ids=tuple(body.ids),
        filter=found,
        folder_id=body.folder_id,
        tags=tuple(body.tags),
    )
    done = await services.sorting.bulk.act(caller, asked, client_id=body.client_id or act)
    return msgspec.to_builtins(done)


@router.post("/acts/{undo_id}/undo", response_model=schemas.Undone)
async def undo_act(
    services: CurrentConversations, caller: CurrentCaller, undo_id: str, act: ClientActId
) -> Any:
    """Put back what an act changed, where nobody changed it since; again changes nothing."""
    return msgspec.to_builtins(await services.sorting.bulk.undo(caller, undo_id, client_id=act))


def _shown(folder: Folder) -> dict[str, Any]:
    return msgspec.to_builtins(folder)
