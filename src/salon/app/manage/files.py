"""Stored files, as the management API shows them."""

from typing import TYPE_CHECKING, Any

from salon.foundation.files import FileMissing, FileQuery
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.gateway.files import file_id_of, openai_id
from salon.surfaces.api.files.shown import shown_file

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_SHOWN = 200


class FileDesk:
    """Files of every dialect."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def files(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List the files of the caller's space, newest first, with what all of them take."""
        scope = SpaceScope(caller.space_id)
        after = None if cursor is None else _own(cursor)
        found = await self._house.files.list(scope, FileQuery(after=after, limit=limit + 1))
        shown, usage = found[:limit], await self._house.files.usage(scope)
        return {
            "items": [shown_file(file) for file in shown],
            "next": openai_id(shown[-1].id) if len(found) > limit else None,
            "files": usage.files,
            "size_bytes": usage.size_bytes,
        }

    async def remove_file(self, caller: Caller, file_id: str, *, client_id: str | None) -> None:
        """Delete a file; with a client's own id once."""
        await self._house.files.delete(caller, _own(file_id), client_id=client_id)


def _own(name: str) -> str:
    file_id = file_id_of(name)
    if file_id is None:
        raise FileMissing(id=name[:_SHOWN])
    return file_id
