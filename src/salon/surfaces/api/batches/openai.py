"""OpenAI's ``/v1/batches``."""

from typing import Final

from salon.gateway.batches import Batches, openai
from salon.surfaces.api.asgi_request import read_body
from salon.surfaces.api.batches.call import BatchCall, Query

_ID: Final = b"x-request-id"
_MOST: Final = 100
_BODY_BYTES: Final = 1024 * 1024


class OpenAIBatches:
    """Answers in the words of OpenAI."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    async def create(self, call: BatchCall) -> None:
        """Take in a batch; its input file is read once this is answered."""
        asked = openai.read_create(await read_body(call.asked, _BODY_BYTES))
        batch = await self._batches.create_from_file(call.caller, asked, stays_here=call.stays_here)
        call.send(openai.shown(batch), id_header=_ID)

    async def list(self, call: BatchCall) -> None:
        """List the batches, newest first."""
        query = Query(call.asked.query)
        found, has_more = await self._batches.page(
            call.caller, "openai", older=query.text("after"), newer=None, limit=query.limit(most=_MOST)
        )
        call.send(openai.shown_page(found, has_more=has_more), id_header=_ID)

    async def retrieve(self, call: BatchCall) -> None:
        """Show a batch."""
        batch = await self._batches.get(call.caller, "openai", call.parameters["batch_id"])
        call.send(openai.shown(batch), id_header=_ID)

    async def cancel(self, call: BatchCall) -> None:
        """Stop a batch."""
        batch = await self._batches.cancel(call.caller, "openai", call.parameters["batch_id"])
        call.send(openai.shown(batch), id_header=_ID)
