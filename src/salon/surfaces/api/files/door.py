"""Finds what answers a call of a file endpoint."""

from collections.abc import Awaitable, Callable, Mapping

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import NotFound
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.asgi_reply import AsgiReply, Send
from salon.surfaces.api.asgi_request import Asked
from salon.surfaces.api.compat import shared_dialect
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Matched
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.openai import OpenAIFiles
from salon.surfaces.api.services import FileServices

Answer = Callable[[FileCall], Awaitable[None]]
Answers = Mapping[tuple[DialectName, str, str], Answer]


class FileDoor:
    """Answers the rows of files."""

    def __init__(self, door: Door) -> None:
        services = door.services.files
        self._answers: Answers = {} if services is None else _answers(services)

    async def serve(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Answer one call. Raises: SalonError before anything was sent; ClientCut."""
        assert identity is not None
        row = matched.endpoint
        answer = self._answers.get((row.dialect or shared_dialect(asked.headers), row.method, row.path))
        if answer is None:
            raise NotFound(what="endpoint", id=asked.path[:200])
        await answer(
            FileCall(
                caller=identity.caller,
                asked=asked,
                parameters=matched.parameters,
                reply=reply,
                send=send,
            )
        )


def _answers(services: FileServices) -> Answers:
    openai = OpenAIFiles(services.files)
    return {
        ("openai", "POST", "/v1/files"): openai.create,
        ("openai", "GET", "/v1/files"): openai.list,
        ("openai", "GET", "/v1/files/{file_id}"): openai.retrieve,
        ("openai", "GET", "/v1/files/{file_id}/content"): openai.content,
        ("openai", "DELETE", "/v1/files/{file_id}"): openai.delete,
    }
