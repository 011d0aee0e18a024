"""OpenAI's ``/v1/files``."""

from typing import Any, Final

from salon.foundation.files import FileQuery, FileReference, Files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.files import openai_id
from salon.surfaces.api.files.answers import Query, send_content, send_json, whole
from salon.surfaces.api.files.body import Form
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.names import own_file

PURPOSES: Final = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
DEFAULT_PURPOSE: Final = "user_data"
"""What a file is said to be for that came in another dialect."""
BATCH_KEEP_S: Final = 30 * 24 * 3600
"""How long a file of a batch is kept when nobody says how long."""
_LEAST_KEEP_S: Final = 3600
_MOST_KEEP_S: Final = 30 * 24 * 3600
_PAGE: Final = 10_000


class OpenAIFiles:
    """Answers in the words of OpenAI."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def create(self, call: FileCall) -> None:
        """Take in a file. Raises: InvalidRequest naming the field."""
        form = Form(call.asked, file_field="file")
        content = await form.file()
        said = form.text("purpose")
        if said is not None:
            check_purpose(said)  # better before the file than after it
        taken = await self._files.take(call.caller, content, name=form.name, media_type=form.media_type)
        await form.rest()
        purpose = check_purpose(form.text("purpose"))
        keep_s = kept_for(
            form.text("expires_after[anchor]"), form.text("expires_after[seconds]"), purpose=purpose
        )
        file = await self._files.refer(call.caller, taken, purpose=purpose, keep_s=keep_s)
        send_json(call.reply, file_object(file))

    async def list_files(self, call: FileCall) -> None:
        """List the files, the newest first unless asked otherwise."""
        query = Query(call.asked.query)
        limit = query.number("limit", default=_PAGE, most=_PAGE)
        order, after = query.text("order") or "desc", query.text("after")
        if order not in {"asc", "desc"}:
            raise InvalidRequest(field="order", problem="This must be asc or desc.")
        wanted = FileQuery(
            after=None if after is None else own_file(after),
            is_ascending=order == "asc",
            purpose=query.text("purpose") or "",
            limit=limit + 1,
        )
        found = await self._files.list(SpaceScope(call.caller.space_id), wanted)
        shown = [file_object(file) for file in found[:limit]]
        send_json(
            call.reply,
            {
                "object": "list",
                "data": shown,
                "first_id": shown[0]["id"] if shown else None,
                "last_id": shown[-1]["id"] if shown else None,
                "has_more": len(found) > limit,
            },
        )

    async def retrieve(self, call: FileCall) -> None:
        """Describe a file."""
        send_json(call.reply, file_object(await self._find(call)))

    async def content(self, call: FileCall) -> None:
        """Send a file."""
        file = await self._find(call)
        await send_content(call, file, self._files.content(file))

    async def delete(self, call: FileCall) -> None:
        """Delete a file."""
        file_id = own_file(call.parameters["file_id"])
        await self._files.delete(call.caller, file_id)
        send_json(call.reply, {"id": openai_id(file_id), "object": "file", "deleted": True})

    async def _find(self, call: FileCall) -> FileReference:
        return await self._files.get(SpaceScope(call.caller.space_id), own_file(call.parameters["file_id"]))


def file_object(file: FileReference) -> dict[str, Any]:
    """Return a file as OpenAI describes one."""
    shown: dict[str, Any] = {
        "id": openai_id(file.id),
        "object": "file",
        "bytes": file.size_bytes,
        "created_at": file.created_at_ms // 1000,
        "filename": file.name,
        "purpose": file.purpose or DEFAULT_PURPOSE,
        "status": "processed",
        "status_details": None,
    }
    if file.expires_at_ms is not None:
        shown["expires_at"] = file.expires_at_ms // 1000
    return shown


def check_purpose(purpose: str | None) -> str:
    """Return a purpose that can be told. Raises: InvalidRequest."""
    if purpose not in PURPOSES:
        problem = "It is missing." if purpose is None else "This is no purpose."
        raise InvalidRequest(field="purpose", problem=f"{problem} It must be one of {', '.join(PURPOSES)}.")
    return purpose


def kept_for(anchor: str | None, seconds: str | None, *, purpose: str) -> int | None:
    """Return how long a file is to be kept, in seconds; None for ever. Raises: InvalidRequest."""
    if anchor is None and seconds is None:
        return BATCH_KEEP_S if purpose == "batch" else None
    if anchor != "created_at":
        raise InvalidRequest(field="expires_after.anchor", problem="It must be created_at.")
    if seconds is None:
        raise InvalidRequest(field="expires_after.seconds", problem="It is missing.")
    return whole(seconds, "expires_after.seconds", least=_LEAST_KEEP_S, most=_MOST_KEEP_S)
