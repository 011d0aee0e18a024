"""What every route of conversations declares: the services, versions, and a client's own ids."""

from typing import Annotated

from fastapi import Depends, Header, Response

from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.surfaces.api.requests import CurrentServices
from salon.surfaces.api.services import ConversationServices

OPERATION = "conversations"
"""What these rows are called as an operation."""


def conversation_services(services: CurrentServices) -> ConversationServices:
    """Return the services. Raises: NotFound where this Salon has no conversations."""
    if services.conversations is None:
        raise NotFound(what="endpoint", id="/salon/v1/conversations")
    return services.conversations


def asked_version(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int | None:
    """Return the version that ``If-Match`` names; None without one, or for ``*``. Raises: InvalidRequest."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise InvalidRequest(field="If-Match", problem="Send the ETag of the row, as it was.")
    return int(text)


def client_act_id(
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> str | None:
    """Return the client's own id of this act, from ``Idempotency-Key``."""
    return idempotency_key


def tag(response: Response, version: int) -> None:
    """Give an answer the ETag of a row's version."""
    response.headers["ETag"] = f'"{version}"'


CurrentConversations = Annotated[ConversationServices, Depends(conversation_services)]
AskedVersion = Annotated[int | None, Depends(asked_version)]
ClientActId = Annotated[str | None, Depends(client_act_id)]
"""The header; a body's ``client_id`` counts before it."""
