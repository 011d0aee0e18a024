"""Responses that are made in the background: each is a run, which goes on whoever looks.

The run's log holds the events of the answer, but for what the response object says: that is in the row of the
response. A process that dies leaves what was said so far, told as failed.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Final

import msgspec

from salon.features.conversations.responses.chain import Items
from salon.features.conversations.responses.cut_answers import cut_answer
from salon.features.conversations.responses.event_reply import EventReply
from salon.features.conversations.responses.models import OPEN, Chain, StoredResponse
from salon.features.conversations.responses.once import Also, OnceReply
from salon.features.conversations.responses.ports import ChecksFiles, Serves
from salon.features.conversations.responses.service import StoredResponses
from salon.features.conversations.responses.told import ToldResponse
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import InvalidRequest, SalonError
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.runs import EndStatus, Rewind, Run, RunHandle, Runs
from salon.foundation.storage import Transaction
from salon.gateway.exchange import Headers, Reply, ServedCall
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.responses.response import ResponseObject
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object, loads_lenient

KIND: Final = "response"
_EVENT: Final = "response-event"
_DELTA: Final = "response-delta"
_JSON: Final[Headers] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
STREAM: Final[Headers] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
]
_ENDS: Final[Mapping[str, EndStatus]] = {"failed": "failed", "cancelled": "cancelled"}
_logger = logging.getLogger(__name__)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for in the background."""

    chain: Chain
    new: Items
    fields: Mapping[str, msgspec.Raw]
    told: ToldResponse


class Background:
    """Makes responses in the background."""

    def __init__(
        self,
        inner: Serves,
        stored: StoredResponses,
        runs: Runs,
        supervisor: TaskSupervisor,
        *,
        check_files: ChecksFiles,
    ) -> None:
        """Ask ``inner`` for what ``check_files`` does not refuse."""
        self.check_files = check_files
        self._inner = inner
        self._stored = stored
        self._runs = runs
        self._supervisor = supervisor

    async def begin(
        self,
        call: ServedCall,
        begun: Begun,
        reply: Reply,
        *,
        is_stream: bool,
        once: OnceReply | None = None,
    ) -> None:
        """Keep what is asked, begin to answer it, and say so, ``once`` under a key. Raises: SalonError."""
        caller = call.identity.caller
        told = _queued(begun)
        is_kept = _kept(once, told, is_stream=is_stream)
        drafted: list[Run] = []

        def also(tx: Transaction, response: StoredResponse) -> str:
            run = self._runs.draft(caller, KIND, {"response": response.id})
            self._runs.insert(tx, run)
            drafted[:] = [run]
            is_kept(tx)
            return run.id

        response = await self._stored.begin(caller, begun.chain, new=begun.new, told=told, also=also)
        handle = self._runs.own(drafted[0])
        self._supervisor.spawn(self._make(handle, call, response, begun.told), name="background-response")
        if is_stream:
            await self.follow(caller, response, reply, after=-1)
        else:
            reply.send(200, _JSON, dumps(response.told))

    async def cancel(self, caller: Caller, response_id: str) -> StoredResponse:
        """Stop making a response, and return it. Raises: NotFound, InvalidRequest."""
        response = await self._stored.get(caller, response_id)
        if not response.is_background or response.run_id is None:
            raise InvalidRequest(
                field="response_id", problem="Only what is made in the background can be cancelled."
            )
        if response.status in OPEN:
            scope = SpaceScope(caller.space_id)
            await self._runs.stop(scope, response.run_id)
            async for _ in self._runs.follow(scope, response.run_id):
                pass
        return await self._stored.get(caller, response_id)

    async def follow(self, caller: Caller, response: StoredResponse, reply: Reply, *, after: int) -> None:
        """Tell the events of a response after a sequence number, to its end. Raises: SalonError."""
        events = self._events(caller, response, after=after)
        reply.start(200, STREAM)
        free = asyncio.Event()
        free.set()
        reply.on_writable(lambda is_free: free.set() if is_free else free.clear())
        async for event in events:
            await free.wait()
            if reply.closed:
                return
            reply.write(b"event: " + str(event["type"]).encode() + b"\ndata: " + dumps(event) + b"\n\n")
        reply.finish()

    async def _events(
        self, caller: Caller, response: StoredResponse, *, after: int
    ) -> AsyncIterator[JsonObject]:
        """Yield the events of a response; each response object in them is the one that is kept."""
        if response.run_id is None:
            raise InvalidRequest(
                field="stream", problem="Only what is made in the background can be followed."
            )
        shown = after
        async for seen in self._runs.follow(SpaceScope(caller.space_id), response.run_id):
            if isinstance(seen, Rewind) or seen.type not in {_EVENT, _DELTA}:
                continue
            event: JsonObject = seen.data()
            number = event.get("sequence_number", shown + 1)
            if number <= shown:
                continue
            shown = number
            if event.get("response") == {}:
                event["response"] = (await self._stored.get(caller, response.id)).told
            yield event

    async def _make(
        self, handle: RunHandle, call: ServedCall, response: StoredResponse, told: ToldResponse
    ) -> None:
        """Have a response made, and keep it."""
        seen: list[bytes] = []
        last: list[bytes] = []

        def hear(block: bytes) -> None:
            data = told.data(block)
            if told.has_ended:
                last.append(data)
            elif data:
                seen.append(block)
                _log(handle, data)

        heard = EventReply(hear)
        self._supervisor.spawn(self._inner.serve(call, heard, None), name="serve")
        stopping = self._supervisor.spawn(_stop(handle, heard), name="stop-response")
        try:
            await heard.done.wait()
        finally:
            stopping.cancel()
            heard.leave()
        try:
            await self._end(handle, call.identity.caller, response, _ended(heard, told, seen, response), last)
        except SalonError as error:
            _logger.warning("a response of the background could not be kept: %s", error.message)
            if not handle.is_lost and not handle.has_ended:
                failure = {"code": "server_error", "message": "The answer could not be kept."}
                failed: JsonObject = {**response.told, "status": "failed", "error": failure, "output": []}
                with contextlib.suppress(SalonError):
                    await self._end(handle, call.identity.caller, response, failed, [])

    async def _end(
        self,
        handle: RunHandle,
        caller: Caller,
        response: StoredResponse,
        final: JsonObject,
        last: list[bytes],
    ) -> None:
        """Keep how a response ended, then tell its last events and end its run. Raises: SalonError."""
        if not handle.is_lost:
            await handle.write(self._stored.ending(caller, response, final))
        for data in last or [_terminal(final)]:
            _log(handle, data)
        await handle.end(_ENDS.get(str(final.get("status")), "done"), {"response": response.id})

    async def resume(self, handle: RunHandle) -> None:
        """End what a dead process left: with what was said until then."""
        response = await self._stored.of_run(handle.run_id)
        if response is None:
            await handle.end("interrupted", {"reason": "its response was deleted"})
            return
        scope = SystemScope("responses: end what a dead process left")
        events = await self._runs.events(scope, handle.run_id)
        told = ToldResponse({})
        told.latest = response.told
        blocks = [b"data: " + event.body + b"\n\n" for event in events if event.type in {_EVENT, _DELTA}]
        final = cut_answer(blocks, told, has_left=False)
        assert final is not None
        caller = Caller(kind="system", space_id=SpaceId(response.space_id))
        await self._end(handle, caller, response, final, [])


def _kept(once: OnceReply | None, told: JsonObject, *, is_stream: bool) -> Also:
    """Return what keeps under a key, in the transaction that begins a response, what is answered."""
    if once is None:
        return lambda _tx: None
    return once.following(str(told["id"])) if is_stream else once.keeping(dumps(told))


def _queued(begun: Begun) -> JsonObject:
    """Return the response object of what is not answered yet."""
    raw = begun.fields.get("model")
    model = loads_lenient(raw) if raw is not None else None
    context = EncodeContext(
        request_id=new_id("req"),
        model=model if isinstance(model, str) else "",
        created_at_s=SystemClock().now_ms() // 1000,
        fields=begun.fields,
    )
    return {**ResponseObject(context).begun(), "status": "queued", **begun.told.edits}


def _ended(heard: EventReply, told: ToldResponse, seen: list[bytes], response: StoredResponse) -> JsonObject:
    """Return the response object of an answer that has ended, however it did."""
    if told.final is not None:
        return told.final
    told.latest = told.latest or response.told
    if not heard.is_stream and heard.body:
        said = loads_lenient(bytes(heard.body))
        error = said.get("error") if is_object(said) else None
        message = error.get("message") if is_object(error) else None
        return {
            **told.latest,
            "status": "failed",
            "error": {"code": "server_error", "message": message or "The request failed."},
        }
    cut = cut_answer(seen, told, has_left=heard.has_left)
    assert cut is not None
    return cut


def _terminal(final: JsonObject) -> bytes:
    """Return the last event of a response that has none of its own."""
    return dumps({"type": "response.failed", "response": {"status": final.get("status")}})


def _log(handle: RunHandle, data: bytes) -> None:
    """Add an event to the log, without a response object: that is in its row."""
    event = loads_lenient(data or b"{}")
    if not is_object(event) or "type" not in event:
        return
    if is_object(event.get("response")):
        event["response"] = {}
    kind = _DELTA if str(event["type"]).endswith(".delta") else _EVENT
    try:
        handle.append(kind, event)
    except SalonError as error:
        _logger.warning("an event of a response was not kept: %s", error.message)


async def _stop(handle: RunHandle, heard: EventReply) -> None:
    await handle.stop_requested.wait()
    heard.leave()
