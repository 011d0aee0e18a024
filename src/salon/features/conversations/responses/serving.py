"""Requests for responses that are stored or go on from what is: asked with everything, kept when answered.

A chain is sent to its model whole, so that any model can go on with it and no provider has to store anything.
What was asked and answered is kept before the last event goes out: who sees it can go on from it.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from salon.features.conversations.responses.background import Background, Begun
from salon.features.conversations.responses.chain import (
    FIELD,
    Items,
    continued,
    input_items,
    referred,
    with_input,
    with_referred,
)
from salon.features.conversations.responses.cut_answers import cut_answer
from salon.features.conversations.responses.event_reply import EventReply
from salon.features.conversations.responses.models import Chain
from salon.features.conversations.responses.once import Also, OnceReply, claimed, followed, give_again
from salon.features.conversations.responses.ports import Serves
from salon.features.conversations.responses.service import StoredResponses, shown_id
from salon.features.conversations.responses.told import ToldResponse
from salon.features.conversations.responses.wishes import ASKED, Wish, read_wish
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import Internal, InvalidRequest, SalonError, TooLarge
from salon.foundation.kit.ids import new_id
from salon.foundation.kit.in_place import InPlace
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.answers import IdempotencyKeys, Recorded
from salon.gateway.exchange import Headers, Reply, ServedCall
from salon.gateway.protocols.fields import field_value, read_fields
from salon.gateway.protocols.openai_errors import encode_error, error_object
from salon.gateway.protocols.wire_json import dumps

_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})
_logger = logging.getLogger(__name__)


class StoringGateway:
    """The gateway for the dialects of responses: as it is, but for callers who may keep conversations."""

    def __init__(
        self,
        inner: Serves,
        stored: StoredResponses,
        background: Background,
        supervisor: TaskSupervisor,
        *,
        keys: IdempotencyKeys | None = None,
    ) -> None:
        """Ask ``inner``; ``keys`` remembers what was answered under idempotency keys."""
        self._inner = inner
        self._stored = stored
        self._background = background
        self._supervisor = supervisor
        self._keys = keys

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
            if wish.is_empty and b'"item_reference"' not in call.body:
                await self._inner.serve(call, reply, None)
            elif wish.is_stored and self._keys is not None:
                await self._serve_once(self._keys, call, reply, fields, wish)
            else:
                await self._serve(call, reply, fields, wish)
        except SalonError as error:
            _refuse(reply, error)
        except Exception:  # supervises one request: a defect must not end as silence
            request_id = new_id("req")
            _logger.exception("a request for a response failed (%s)", request_id)
            _refuse(reply, Internal(request_id=request_id))

    async def _serve_once(
        self,
        keys: IdempotencyKeys,
        call: ServedCall,
        reply: Reply,
        fields: Mapping[str, msgspec.Raw],
        wish: Wish,
    ) -> None:
        """Answer and keep what comes under a key once, and give the same answer from then on."""
        claim = await claimed(keys, call)
        if claim is None:
            await self._serve(call, reply, fields, wish)
        elif isinstance(claim, Recorded):
            await self._give_again(call, reply, claim)
        else:
            kept = OnceReply(reply, claim)
            try:
                await self._serve(call, kept, fields, wish, once=kept)
            finally:
                kept.end()

    async def _give_again(self, call: ServedCall, reply: Reply, answer: Recorded) -> None:
        """Answer as before, with the stream of what was begun where the first one was never whole."""
        response_id = followed(answer)
        if response_id is None:
            give_again(reply, answer)
            return
        caller = call.identity.caller
        response = await self._stored.get(caller, response_id)
        await self._background.follow(caller, response, reply, after=-1)

    async def _serve(
        self,
        call: ServedCall,
        reply: Reply,
        fields: Mapping[str, msgspec.Raw],
        wish: Wish,
        *,
        once: OnceReply | None = None,
    ) -> None:
        caller = call.identity.caller
        chain = await self._stored.chain(caller, previous=wish.previous, conversation=wish.conversation)
        new = input_items(field_value(dict(fields), "input") if "input" in fields else None)
        named = referred(new)
        if named:
            stored = await self._stored.items(caller, named)
            new = with_referred(new, stored, history=chain.items)
        items = continued(chain.items, new)
        if call.dialect != ASKED:
            body = with_input(fields, items)
            await self._inner.serve(msgspec.structs.replace(call, body=body), reply, None)
            return
        told = ToldResponse(_edits(wish, chain))
        if wish.in_background:
            await self._background.check_files(call)  # as sent: its fields are those that the caller knows
            asked = msgspec.structs.replace(call, body=with_input(fields, items, store=False, stream=True))
            begun = Begun(chain=chain, new=new, fields=fields, told=told)
            await self._background.begin(asked, begun, reply, is_stream=wish.is_stream, once=once)
            return
        asked = msgspec.structs.replace(call, body=with_input(fields, items, store=False))
        await _Keeping(self, asked, reply, told, wish=wish, chain=chain, new=new, once=once).run()

    # -- for one call -------------------------------------------------------------------------------
    async def ask(self, call: ServedCall, reply: EventReply) -> None:
        """Have a call answered in a task of its own: who leaves ends that, and not what keeps the rest."""
        self._supervisor.spawn(self._inner.serve(call, reply, None), name="serve")
        try:
            await reply.done.wait()
        finally:
            reply.leave()

    async def keep(
        self, call: ServedCall, chain: Chain, new: Items, told: dict[str, Any], *, also: Also | None
    ) -> None:
        """Keep what was asked and answered. Raises: SalonError."""
        await self._stored.keep(call.identity.caller, chain, new=new, told=told, also=also)


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
        once: OnceReply | None,
    ) -> None:
        self._gateway = gateway
        self._once = once
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
            problem = await self._keep(self._told.final, rest=body)
            if problem is not None:
                body = self._told.unstored(body)
        self._reply.send(200, _without_length(self._heard.headers), body)

    async def _end_stream(self) -> None:
        final = self._told.final
        if final is None and self._wish.is_stored:
            final = cut_answer(self._seen, self._told, has_left=self._heard.has_left)
        rest = b"".join(self._held)
        problem = None
        if self._wish.is_stored and final is not None:
            problem = await self._keep(final, rest=rest)
        for event in self._held:
            self._reply.write(event if problem is None else self._told.unstored_block(event))
        if self._heard.is_whole:
            self._reply.finish()
        else:
            self._reply.abort()

    async def _keep(self, final: dict[str, Any], *, rest: bytes) -> SalonError | None:
        """Keep everything before the ``rest`` is told; what cannot be is an error to those who asked for it.

        Raises: SalonError before anything was told.
        """
        try:
            also = None if self._once is None else self._once.keeping(rest)
            await self._gateway.keep(self._call, self._chain, self._new, final, also=also)
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
