"""Requests for responses that are stored or go on from what is: asked with everything, kept when answered.

A chain is sent to its model whole, so that any model can go on with it and no provider has to store anything.
What was asked and answered is kept before the last event goes out: who sees it can go on from it.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from salon.features.conversations.responses.background import Background, Begun
from salon.features.conversations.responses.chain import FIELD, Items, continued, input_items, with_input
from salon.features.conversations.responses.cut_answers import cut_answer
from salon.features.conversations.responses.event_reply import EventReply
from salon.features.conversations.responses.models import Chain
from salon.features.conversations.responses.ports import Serves
from salon.features.conversations.responses.service import StoredResponses, shown_id
from salon.features.conversations.responses.told import ToldResponse
from salon.features.conversations.responses.wishes import ASKED, Wish, read_wish
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import Internal, InvalidRequest, SalonError, TooLarge
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.in_place import InPlace
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.exchange import Headers, Reply, ServedCall
from salon.gateway.protocols.fields import field_value, read_fields
from salon.gateway.protocols.openai_errors import encode_error, error_object
from salon.gateway.protocols.wire_json import dumps

_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})
_logger = logging.getLogger(__name__)


class StoringGateway:
    """The gateway for the dialects of responses: as it is, but for callers who may keep conversations."""

    def __init__(
        self, inner: Serves, stored: StoredResponses, background: Background, supervisor: TaskSupervisor
    ) -> None:
        self._inner = inner
        self._stored = stored
        self._background = background
        self._supervisor = supervisor

    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Serve one call; every failure is an answer in the caller's dialect."""
        if not call.identity.caller.has(Right.USE_CONVERSATIONS):
            await self._inner.serve(call, reply, in_place)
            return
        if in_place is not None:
            await in_place.in_task()
        try:
            fields = read_fields(call.body)
            wish = read_wish(call.dialect, fields)
            if wish.is_empty:
                await self._inner.serve(call, reply, None)
            else:
                await self._serve(call, reply, fields, wish)
        except SalonError as error:
            _refuse(reply, error)
        except Exception:  # supervises one request: a defect must not end as silence
            request_id = new_id("req")
            _logger.exception("a request for a response failed (%s)", request_id)
            _refuse(reply, Internal(request_id=request_id))

    async def _serve(
        self, call: ServedCall, reply: Reply, fields: Mapping[str, msgspec.Raw], wish: Wish
    ) -> None:
        caller = call.identity.caller
        chain = await self._stored.chain(caller, previous=wish.previous, conversation=wish.conversation)
        new = input_items(field_value(dict(fields), "input") if "input" in fields else None)
        items = continued(chain.items, new)
        if call.dialect != ASKED:
            body = with_input(fields, items)
            await self._inner.serve(msgspec.structs.replace(call, body=body), reply, None)
            return
        told = ToldResponse(_edits(wish, chain))
        if wish.in_background:
            asked = msgspec.structs.replace(call, body=with_input(fields, items, store=False, stream=True))
            begun = Begun(chain=chain, new=new, fields=fields, told=told)
            await self._background.begin(asked, begun, reply, is_stream=wish.is_stream)
            return
        asked = msgspec.structs.replace(call, body=with_input(fields, items, store=False))
        await _Keeping(self, asked, reply, told, wish=wish, chain=chain, new=new).run()

    # -- for one call -------------------------------------------------------------------------------
    async def ask(self, call: ServedCall, reply: EventReply) -> None:
        """Have a call answered in a task of its own: who leaves ends that, and not what keeps the rest."""
        self._supervisor.spawn(self._inner.serve(call, reply, None), name="serve")
        try:
            await reply.done.wait()
        finally:
            reply.leave()

    async def keep(self, call: ServedCall, chain: Chain, new: Items, told: dict[str, Any]) -> str:
        """Keep what was asked and answered; return its conversation. Raises: SalonError."""
        kept = await self._stored.keep(call.identity.caller, chain, new=new, told=told)
        return kept.conversation_id


class _Keeping:
    """One call whose answer is told, and kept if that is wanted."""

    def __init__(
        self,
        gateway: StoringGateway,
        call: ServedCall,
        reply: Reply,
        told: ToldResponse,
        *,
        wish: Wish,
        chain: Chain,
        new: Items,
    ) -> None:
        self._gateway = gateway
        self._call = call
        self._reply = reply
        self._told = told
        self._wish = wish
        self._chain = chain
        self._new = new
        self._heard = EventReply(self._hear)
        self._seen: list[bytes] = []
        """The events so far, for an answer that is cut."""
        self._held: list[bytes] = []
        """The last events, which wait until everything is kept."""

    async def run(self) -> None:
        """Ask, tell and keep. Raises: SalonError before anything was told."""
        reply, heard = self._reply, self._heard
        reply.on_close(heard.leave)
        reply.on_writable(heard.set_writable)
        await self._gateway.ask(self._call, heard)
        if heard.is_stream:
            await self._end_stream()
        elif heard.status == 200:
            await self._end_whole()
        elif not reply.started:
            reply.send(heard.status, _without_length(heard.headers), bytes(heard.body))

    def _hear(self, block: bytes) -> None:
        """Tell an event, but for those after which nothing follows."""
        reply, told = self._reply, self._told
        if not reply.started:
            reply.start(200, _without_length(self._heard.headers))
        edited = told.block(block)
        if told.has_ended:
            self._held.append(edited)
            return
        if self._wish.is_stored:
            self._seen.append(block)
        reply.write(edited)

    async def _end_whole(self) -> None:
        body = self._told.body(bytes(self._heard.body))
        if self._wish.is_stored and self._told.final is not None:
            problem = await self._keep(self._told.final)
            if problem is not None:
                body = self._told.unstored(body)
        self._reply.send(200, _without_length(self._heard.headers), body)

    async def _end_stream(self) -> None:
        final = self._told.final
        if final is None and self._wish.is_stored:
            final = cut_answer(self._seen, self._told, has_left=self._heard.has_left)
        problem = await self._keep(final) if self._wish.is_stored and final is not None else None
        for event in self._held:
            self._reply.write(event if problem is None else self._told.unstored_block(event))
        if self._heard.is_whole:
            self._reply.finish()
        else:
            self._reply.abort()

    async def _keep(self, final: dict[str, Any]) -> SalonError | None:
        """Keep everything; what cannot be kept is an error only to those who asked for it.

        Raises: SalonError before anything was told.
        """
        try:
            await self._gateway.keep(self._call, self._chain, self._new, final)
        except SalonError as error:
            if self._wish.is_explicit and not self._reply.started:
                raise
            if not isinstance(error, TooLarge | InvalidRequest):
                _logger.warning("a response could not be kept: %s", error.message)
            return error
        return None


def _edits(wish: Wish, chain: Chain) -> dict[str, Any]:
    """Return what is told of a response beside what its provider says."""
    edits: dict[str, Any] = {"id": new_id("resp"), FIELD: wish.previous, "store": wish.is_stored}
    if wish.in_background:
        edits["background"] = True
    if chain.is_named and chain.conversation_id is not None:
        edits["conversation"] = {"id": shown_id(chain.conversation_id)}
    return edits


def _without_length(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name not in _LENGTHS]


def _refuse(reply: Reply, error: SalonError) -> None:
    """Tell a failure: as the answer, or as the last event of one that has begun."""
    if not reply.started:
        told = new_id("req").encode("ascii")
        headers = [
            (b"content-type", b"application/json"),
            (b"x-request-id", told),
            (b"x-salon-request-id", told),
        ]
        reply.send(error.status, headers, encode_error(error, request_id=told.decode()))
    elif not reply.closed:
        reply.write(b"event: error\ndata: " + dumps({"type": "error", **error_object(error)}) + b"\n\n")
        reply.finish()
