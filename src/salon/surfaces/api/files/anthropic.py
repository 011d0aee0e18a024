"""Anthropic's Files API, a beta on the same address: told apart by the headers that its clients send."""

from typing import Any, Final

from salon.foundation.files import FileMissing, FileQuery, FileReference, Files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.files import anthropic_id
from salon.surfaces.api.files.answers import Query, rfc3339, send_content, send_json, whole
from salon.surfaces.api.files.body import Form
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.names import own_file

_LEAST_KEEP_S: Final = 3600
_MOST_KEEP_S: Final = 90 * 24 * 3600
_PAGE: Final = 20
_MOST: Final = 1000
_MOST_IDS: Final = 100
_CURSOR: Final = "page_"


class AnthropicFiles:
    """Answers in the words of Anthropic."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def create(self, call: FileCall) -> None:
        """Take in a file. Raises: InvalidRequest naming the field."""
        form = Form(call.asked, file_field="file")
        content = await form.file()
        taken = await self._files.take(
            call.caller, content, name=form.name or "unnamed", media_type=form.media_type
        )
        await form.rest()
        wish = form.text("expires_in_seconds")
        keep_s = None
        if wish is not None:
            keep_s = whole(wish, "expires_in_seconds", least=_LEAST_KEEP_S, most=_MOST_KEEP_S)
        send_json(call.reply, _file(await self._files.refer(call.caller, taken, keep_s=keep_s)))

    async def list_files(self, call: FileCall) -> None:
        """List the files, the newest first."""
        query = Query(call.asked.query)
        ids = query.texts("ids", "ids[]")
        page = await self._named(call, ids) if ids else await self._page(call, query)
        send_json(call.reply, page)

    async def retrieve(self, call: FileCall) -> None:
        """Describe a file."""
        send_json(call.reply, _file(await self._find(call)))

    async def content(self, call: FileCall) -> None:
        """Send a file."""
        file = await self._find(call)
        await send_content(call, file, self._files.content(file))

    async def delete(self, call: FileCall) -> None:
        """Delete a file."""
        file_id = own_file(call.parameters["file_id"])
        await self._files.delete(call.caller, file_id)
        send_json(call.reply, {"id": anthropic_id(file_id), "type": "file_deleted"})

    async def _find(self, call: FileCall) -> FileReference:
        return await self._files.get(SpaceScope(call.caller.space_id), own_file(call.parameters["file_id"]))

    async def _page(self, call: FileCall, query: Query) -> dict[str, Any]:
        """Return one page: by cursor, or by the ids around it as clients of earlier versions ask."""
        limit = query.number("limit", default=_PAGE, most=_MOST)
        cursor, after, before = query.text("page"), query.text("after_id"), query.text("before_id")
        if cursor is not None:
            after = cursor.removeprefix(_CURSOR)
        from_id = before if after is None else after
        wanted = FileQuery(
            after=None if from_id is None else own_file(from_id),
            is_ascending=after is None and before is not None,
            limit=limit + 1,
        )
        found = await self._files.list(SpaceScope(call.caller.space_id), wanted)
        shown = found[:limit]
        if wanted.is_ascending:
            shown.reverse()
        return _listed(shown, has_more=len(found) > limit)

    async def _named(self, call: FileCall, ids: list[str]) -> dict[str, Any]:
        """Return the files of a list of ids, without those that are not there."""
        if len(ids) > _MOST_IDS:
            raise InvalidRequest(field="ids", problem=f"It takes {_MOST_IDS} ids.")
        scope, found = SpaceScope(call.caller.space_id), list[FileReference]()
        for name in dict.fromkeys(ids):
            try:
                found.append(await self._files.get(scope, own_file(name)))
            except FileMissing:
                continue
        return _listed(found, has_more=False)


def _listed(files: list[FileReference], *, has_more: bool) -> dict[str, Any]:
    shown = [_file(file) for file in files]
    last_id = shown[-1]["id"] if shown else None
    return {
        "data": shown,
        "has_more": has_more,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": last_id,
        "next_page": f"{_CURSOR}{last_id}" if has_more else None,
    }


def _file(file: FileReference) -> dict[str, Any]:
    """Return a file as Anthropic describes one."""
    return {
        "id": anthropic_id(file.id),
        "type": "file",
        "filename": file.name,
        "mime_type": file.media_type,
        "size_bytes": file.size_bytes,
        "created_at": rfc3339(file.created_at_ms),
        "downloadable": True,
        "expires_at": None if file.expires_at_ms is None else rfc3339(file.expires_at_ms),
    }
