"""Gemini's files: described, listed and deleted; how they come in is in ``resumable``."""

import base64
from typing import Any, Final

from salon.foundation.files import FileQuery, FileReference, Files
from salon.foundation.kit.caller import SpaceScope
from salon.gateway.files import gemini_name
from salon.surfaces.api.door import Door
from salon.surfaces.api.files.addresses import home_of
from salon.surfaces.api.files.answers import Query, rfc3339, send_content, send_json
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.names import own_file

_PAGE: Final = 10
_MOST: Final = 100


class GeminiFiles:
    """Answers in the words of Gemini."""

    def __init__(self, door: Door, files: Files) -> None:
        self._door = door
        self._files = files

    async def list_files(self, call: FileCall) -> None:
        """List the files, the newest first."""
        query = Query(call.asked.query)
        limit = query.number("pageSize", default=_PAGE, most=_MOST)
        token = query.text("pageToken")
        wanted = FileQuery(after=own_file(token) if token else None, limit=limit + 1)
        found = await self._files.list(SpaceScope(call.caller.space_id), wanted)
        home = home_of(self._door, call.asked)
        page: dict[str, Any] = {"files": [shown(file, home) for file in found[:limit]]}
        if len(found) > limit:
            page["nextPageToken"] = gemini_name(found[limit - 1].id)
        send_json(call.reply, page)

    async def retrieve(self, call: FileCall) -> None:
        """Describe a file."""
        send_json(call.reply, shown(await self._find(call), home_of(self._door, call.asked)))

    async def content(self, call: FileCall) -> None:
        """Send a file."""
        file = await self._find(call)
        await send_content(call, file, self._files.content(file))

    async def delete(self, call: FileCall) -> None:
        """Delete a file."""
        await self._files.delete(call.caller, own_file(call.parameters["file_id"]))
        send_json(call.reply, {})

    async def _find(self, call: FileCall) -> FileReference:
        return await self._files.get(SpaceScope(call.caller.space_id), own_file(call.parameters["file_id"]))


def shown(file: FileReference, home: str) -> dict[str, Any]:
    """Return a file as Gemini describes one; ``home`` is the address of this house."""
    name = gemini_name(file.id)
    described: dict[str, Any] = {
        "name": name,
        "displayName": file.name,
        "mimeType": file.media_type,
        "sizeBytes": str(file.size_bytes),
        "createTime": rfc3339(file.created_at_ms),
        "updateTime": rfc3339(file.created_at_ms),
        "sha256Hash": base64.b64encode(bytes.fromhex(file.hash)).decode("ascii"),
        "uri": f"{home}/v1beta/{name}",
        "downloadUri": f"{home}/v1beta/{name}:download?alt=media",
        "state": "ACTIVE",
        "source": "UPLOADED",
    }
    if file.expires_at_ms is not None:
        described["expirationTime"] = rfc3339(file.expires_at_ms)
    return described
