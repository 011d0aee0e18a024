"""The client WebSocket at the ASGI door: who may open one, and what ends it.

A client that is no browser sends its key in a header; a browser its cookie, from a page of ours, or a key as
the subprotocol ``openai-insecure-api-key.KEY`` as for realtime sessions; never in the address. What is
refused before the socket is open is an HTTP answer with a status.
"""

import asyncio
from typing import cast

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import NotFound, SalonError
from salon.gateway.realtime import ClientLeft
from salon.surfaces.api.asgi_reply import Receive, Scope, Send
from salon.surfaces.api.asgi_request import peer_of
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.live import frames
from salon.surfaces.api.live.line import Line
from salon.surfaces.api.live.session import Session
from salon.surfaces.api.realtime import AsgiSocket, offered_protocol, refuse_socket, with_protocol_key
from salon.surfaces.api.websocket_connection import CONNECTION, SalonWebSocket


class LiveSurface:
    """Serves the row of the client WebSocket."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def serve(self, row: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket whose head was found right, from its opening to its end."""
        task = asyncio.current_task()
        assert task is not None
        await receive()  # the request itself
        live = self._door.services.live
        try:
            if live is None:
                raise NotFound(what="endpoint", id=row.path)
            identity = self._let_in(row, scope)
        except SalonError as error:
            await refuse_socket(self._door, scope, send, error, dialect=None)
            return
        found = scope.get(CONNECTION)
        connection = found if isinstance(found, SalonWebSocket) else None
        session = Session(self._door, live, Line(AsgiSocket(receive, send), connection), identity)
        self._door.running[task] = lambda: self._look(row, scope, session)
        try:
            await send({"type": "websocket.accept", "subprotocol": offered_protocol(scope)})
            if connection is not None:
                connection.conn.max_message_size = frames.FRAME_BYTES
                connection.on_drain = session.drain
            await session.run()
        except (ClientLeft, OSError):
            return
        finally:
            self._door.cut.discard(task)
            del self._door.running[task]

    def _let_in(self, row: Endpoint, scope: Scope) -> KeyIdentity:
        """Return who asks. Raises: NotSignedIn, NotAllowed, ForeignOrigin, TooManyWrong."""
        access = self._door.access
        # As for any change: a cookie opens nothing for a page that is not ours.
        identity = access.identify(
            with_protocol_key(scope),
            peer=peer_of(scope),
            method="POST",
            query=cast(bytes, scope.get("query_string", b"")),
        )
        access.authorize(row, identity)
        if identity is None:
            access.refuse_nobody()
        return identity

    def _look(self, row: Endpoint, scope: Scope, session: Session) -> None:
        """End a session whose credential opens it no more; take in what it may do now."""
        access = self._door.access
        try:
            identity = access.identify_again(with_protocol_key(scope), peer=peer_of(scope), method="POST")
            access.authorize(row, identity)
        except SalonError as error:
            session.refuse(error)
            return
        if identity is not None:
            session.identity = identity
