"""Finds what answers a call of a file endpoint."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import NotFound
from salon.foundation.kit.ids import SpaceId
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.asgi_reply import AsgiReply, Send
from salon.surfaces.api.asgi_request import Asked
from salon.surfaces.api.compat import shared_dialect
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Matched
from salon.surfaces.api.files.anthropic import AnthropicFiles
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.gemini import GeminiFiles
from salon.surfaces.api.files.openai import OpenAIFiles
from salon.surfaces.api.files.resumable import ResumableUploads
from salon.surfaces.api.files.uploads import OpenAIUploads
from salon.surfaces.api.services import FileServices

Answer = Callable[[FileCall], Awaitable[None]]
Answers = Mapping[tuple[DialectName, str, str], Answer]
NOBODY: Final = Caller(kind="system", space_id=SpaceId(""), rights=frozenset())
"""Who asks at an address that is its own secret; it knows who gave it out."""


class FileDoor:
    """Answers the rows of files."""

    def __init__(self, door: Door) -> None:
        services = door.services.files
        self._answers: Answers = {} if services is None else _answers(door, services)

    async def serve(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Answer one call. Raises: SalonError before anything was sent; ClientCut."""
        row = matched.endpoint
        dialect = row.dialect or shared_dialect(asked.headers)
        answer = self._answers.get((dialect, row.method, row.path))
        if answer is None:
            raise NotFound(what="endpoint", id=asked.path[:200])
        caller = identity.caller if identity is not None else NOBODY
        await answer(
            FileCall(caller=caller, asked=asked, parameters=matched.parameters, reply=reply, send=send)
        )


def _answers(door: Door, services: FileServices) -> Answers:
    openai, anthropic = OpenAIFiles(services.files), AnthropicFiles(services.files)
    gemini, resumable = GeminiFiles(door, services.files), ResumableUploads(door, services)
    uploads = OpenAIUploads(services.files, services.uploads)
    found: dict[tuple[DialectName, str, str], Answer] = {
        ("openai", "POST", "/v1/uploads"): uploads.create,
        ("openai", "POST", "/v1/uploads/{upload_id}/parts"): uploads.add,
        ("openai", "POST", "/v1/uploads/{upload_id}/complete"): uploads.complete,
        ("openai", "POST", "/v1/uploads/{upload_id}/cancel"): uploads.cancel,
        ("gemini", "POST", "/upload/v1/files"): resumable.begin,
        ("gemini", "POST", "/upload/v1beta/files"): resumable.begin,
        ("gemini", "POST", "/upload/v1beta/files/{session}"): resumable.receive,
    }
    for version in ("v1", "v1beta"):
        found |= {
            ("gemini", "GET", f"/{version}/files"): gemini.list_files,
            ("gemini", "GET", f"/{version}/files/{{file_id}}"): gemini.retrieve,
            ("gemini", "GET", f"/{version}/files/{{file_id}}:download"): gemini.content,
            ("gemini", "DELETE", f"/{version}/files/{{file_id}}"): gemini.delete,
        }
    shared: tuple[tuple[DialectName, OpenAIFiles | AnthropicFiles], ...] = (
        ("openai", openai),
        ("anthropic", anthropic),
    )
    for dialect, files in shared:
        found |= {
            (dialect, "POST", "/v1/files"): files.create,
            (dialect, "GET", "/v1/files"): files.list_files,
            (dialect, "GET", "/v1/files/{file_id}"): files.retrieve,
            (dialect, "GET", "/v1/files/{file_id}/content"): files.content,
            (dialect, "DELETE", "/v1/files/{file_id}"): files.delete,
        }
    return found
