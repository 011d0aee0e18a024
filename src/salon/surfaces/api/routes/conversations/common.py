"""What every route of conversations declares: the services, versions, and names of authors."""

from typing import Annotated, Final

import msgspec
from fastapi import Depends, Header, Query, Request, Response

from salon.features.conversations.models import Author
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.tree import MOST_PAGE
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.surfaces.api.requests import CurrentCaller, CurrentServices, current_caller
from salon.surfaces.api.services import ConversationServices

OPERATION = "conversations"
"""What these rows are called as an operation."""


_NAMES: Final = ("conversation_id", "message_id", "queued_id")
"""Parts of addresses that say in which conversation something is; the first counts."""
_ADDING: Final = frozenset({"POST", "PUT", "PATCH"})


async def conversation_services(request: Request, services: CurrentServices) -> ConversationServices:
    """Return the services: those of a temporary conversation where the address names one.

    Raises: NotFound where this Salon has no conversations, TemporaryGone, TemporaryFull.
    """
    if services.conversations is None:
        raise NotFound(what="endpoint", id="/salon/v1/conversations")
    found = await services.conversations.get()
    asked = request.path_params
    key = next((asked[name] for name in _NAMES if name in asked), "")
    if not is_temporary(key):
        return found
    room = await found.temporary.room(current_caller(request), key, writes=request.method in _ADDING)
    return msgspec.structs.replace(found, tree=room.tree, answering=room.answering)


def asked_version(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int | None:
    """Return the version that ``If-Match`` names; None without one, or for ``*``. Raises: InvalidRequest."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise InvalidRequest(field="header.if-match", problem="Send the ETag of the row, as it was.")
    return int(text)


def tag(response: Response, version: int) -> None:
    """Give an answer the ETag of a row's version."""
    response.headers["ETag"] = f'"{version}"'


class Names:
    """Under which names authors are shown to a caller."""

    def __init__(self, services: CurrentServices, caller: CurrentCaller) -> None:
        self._accounts = services.accounts
        self._caller = caller

    def of(self, author: Author) -> str | None:
        """Return the name it was said under, else that of the person or key now, else a model's id."""
        if author.name or author.id is None:
            return author.name
        known = self._accounts.author_name(self._caller, author.id)
        return known or (None if author.kind == "person" else author.id)


CurrentNames = Annotated[Names, Depends(Names)]
CurrentConversations = Annotated[ConversationServices, Depends(conversation_services)]
AskedVersion = Annotated[int | None, Depends(asked_version)]
Limit = Annotated[int, Query(ge=1, le=MOST_PAGE)]
Named = Annotated[str | None, Query(min_length=1, max_length=100)]
