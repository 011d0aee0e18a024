"""Anthropic's ``/v1/messages/batches``."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from salon.foundation.kit.errors import NotFound
from salon.gateway.batches import Batch, Batches, anthropic
from salon.surfaces.api.asgi_request import read_body
from salon.surfaces.api.batches.call import BatchCall, Query

_ID: Final = b"request-id"
_CHUNK_BYTES: Final = 32 * 1024
_MOST: Final = 1000


class AnthropicBatches:
    """Answers in the words of Anthropic."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    async def create(self, call: BatchCall) -> None:
        """Take in a batch."""
        stays_here = call.stays_here
        body = await read_body(call.asked, self._batches.options.max_bytes)
        lines = await asyncio.to_thread(anthropic.read_create, body, self._batches.options)
        batch = await self._batches.create(
            call.caller,
            lines,
            protocol="anthropic",
            endpoint=anthropic.ENDPOINT,
            stays_here=stays_here,
        )
        call.send(anthropic.shown(batch, base=call.base), id_header=_ID)

    async def list(self, call: BatchCall) -> None:
        """List the batches, newest first."""
        query = Query(call.asked.query)
        found, has_more = await self._batches.page(
            call.caller,
            "anthropic",
            older=query.text("after_id"),
            newer=query.text("before_id"),
            limit=query.limit(most=_MOST),
        )
        call.send(anthropic.shown_page(found, has_more=has_more, base=call.base), id_header=_ID)

    async def retrieve(self, call: BatchCall) -> None:
        """Show a batch."""
        batch = await self._batches.get(call.caller, "anthropic", call.parameters["batch_id"])
        call.send(anthropic.shown(batch, base=call.base), id_header=_ID)

    async def cancel(self, call: BatchCall) -> None:
        """Stop a batch."""
        batch = await self._batches.cancel(call.caller, "anthropic", call.parameters["batch_id"])
        call.send(anthropic.shown(batch, base=call.base), id_header=_ID)

    async def delete(self, call: BatchCall) -> None:
        """Delete an ended batch."""
        batch_id = call.parameters["batch_id"]
        await self._batches.delete(call.caller, "anthropic", batch_id)
        call.send({"id": batch_id, "type": "message_batch_deleted"}, id_header=_ID)

    async def results(self, call: BatchCall) -> AsyncIterator[bytes]:
        """Begin to send what became of each line; returns what yields it."""
        batch = await self._batches.get(call.caller, "anthropic", call.parameters["batch_id"])
        if not batch.has_ended or batch.archived_at_ms is not None:
            raise NotFound(what="result of the batch", id=batch.id)
        call.reply.start(200, call.head(b"application/x-jsonl", _ID))
        return self._lines(call, batch)

    async def _lines(self, call: BatchCall, batch: Batch) -> AsyncIterator[bytes]:
        waiting = bytearray()
        async for line in self._batches.lines(call.caller, batch):
            waiting += anthropic.result_line(line)
            if len(waiting) >= _CHUNK_BYTES:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)
