"""A request at the ASGI door: what is known of it, who sends it, and its body."""

from collections.abc import Mapping
from typing import Final, cast

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, NotSignedIn, TooLarge
from salon.surfaces.api.asgi_reply import ClientCut, Receive, Scope
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import SHARED, Endpoint
from salon.surfaces.api.peers import LOCAL, UNKNOWN, Peer, peer_at

_ROW: Final = "salon.row"
"""Where a scope keeps the row that its caller was let in to."""


class Asked:
    """One request at this door."""

    def __init__(self, scope: Scope, receive: Receive, *, path: str, headers: dict[bytes, bytes]) -> None:
        self.scope = scope
        self.receive = receive
        self.path = path
        self.headers = headers
        self.method = str(scope["method"])
        self.query = cast(bytes, scope.get("query_string", b""))


def peer_of(scope: Scope) -> Peer:
    """Return how the client reached us. Unknown is remote."""
    server, client = scope.get("server"), scope.get("client")
    if server is not None and server[1] is None and str(server[0]).startswith("/"):
        return LOCAL
    return peer_at(str(client[0])) if client else UNKNOWN


def identify(door: Door, scope: Scope, headers: Mapping[bytes, bytes]) -> KeyIdentity | None:
    """Return who is calling. Raises: NotSignedIn, ForeignOrigin."""
    query = cast(bytes, scope.get("query_string", b""))
    return door.access.identify(headers, peer=peer_of(scope), method=str(scope["method"]), query=query)


def identify_for(
    door: Door, scope: Scope, headers: Mapping[bytes, bytes], row: Endpoint
) -> KeyIdentity | None:
    """Return who is calling ``row``: nobody, on a shared page, if the credential opens nothing any more.

    A link must open for a browser whose session has ended. Raises: NotSignedIn, ForeignOrigin.
    """
    try:
        return identify(door, scope, headers)
    except NotSignedIn:
        if row.operation != SHARED or row.policy != "public":
            raise
        return None


def admit(door: Door, asked: Asked, row: Endpoint) -> KeyIdentity | None:
    """Return who is calling ``row``. Raises: NotSignedIn, NotAllowed, ForeignOrigin, TooManyWrong."""
    identity = identify_for(door, asked.scope, asked.headers, row)
    door.access.authorize(row, identity)
    asked.scope[_ROW] = row
    return identity


def check_again(door: Door, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
    """Check that a request under way may go on. Raises: NotSignedIn, NotAllowed."""
    row = cast("Endpoint | None", scope.get(_ROW))
    if row is None or row.operation == "sign-out" or (row.operation == SHARED and row.policy == "public"):
        return  # not let in yet; or it ends its own session, and is to be answered; or open to everybody
    query = cast(bytes, scope.get("query_string", b""))
    method = str(scope["method"])
    identity = door.access.identify_again(headers, peer=peer_of(scope), method=method, query=query)
    door.access.authorize(row, identity)


async def read_body(asked: Asked, limit_bytes: int) -> bytes:
    """Return the whole body. Raises: TooLarge, ClientCut when the client leaves."""
    declared = asked.headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise InvalidRequest(field="content-length", problem="This is no number.")
    if int(declared) > limit_bytes:
        raise TooLarge(what="body", limit_bytes=limit_bytes)
    body = bytearray()
    while True:
        message = await asked.receive()
        if message["type"] == "http.disconnect":
            raise ClientCut
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            raise TooLarge(what="body", limit_bytes=limit_bytes)
        if not message.get("more_body", False):
            return bytes(body)
