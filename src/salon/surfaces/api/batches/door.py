"""Finds what answers a call of a batch endpoint, and sends its answer while it is made."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import NotFound, SalonError
from salon.gateway.batches import Batches
from salon.surfaces.api.asgi_reply import AsgiReply, Send, watch_client
from salon.surfaces.api.asgi_request import Asked, peer_of
from salon.surfaces.api.batches.anthropic import AnthropicBatches
from salon.surfaces.api.batches.call import BatchCall
from salon.surfaces.api.batches.openai import OpenAIBatches
from salon.surfaces.api.cookies import comes_over_tls
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Matched

Answer = Callable[[BatchCall], Awaitable[AsyncIterator[bytes] | None]]
"""Sends an answer, or begins one and returns what yields the rest of it."""

_logger = logging.getLogger(__name__)
_MESSAGES: Final = "/v1/messages/batches"
_BATCHES: Final = "/v1/batches"


class BatchDoor:
    """Answers the rows of batches."""

    def __init__(self, door: Door) -> None:
        self._door = door
        batches = door.services.batches
        self._answers: Mapping[tuple[str, str], Answer] = {} if batches is None else _answers(batches)

    async def serve(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Answer one call. Raises: SalonError before anything was sent; ClientCut."""
        assert identity is not None
        answer = self._answers.get(matched.endpoint.key)
        if answer is None:
            raise NotFound(what="endpoint", id=asked.path[:200])
        call = BatchCall(
            caller=identity.caller,
            asked=asked,
            parameters=matched.parameters,
            reply=reply,
            base=self._base(asked),
        )
        content = await answer(call)
        if content is None:
            return
        reply.is_pumped = True
        spawn = self._door.supervisor.spawn
        feeding = spawn(_feed(reply, content), name="batch-results")
        watching = spawn(watch_client(asked.receive, reply), name="watch-client")
        try:
            await reply.pump(send)
        except OSError:
            reply.leave()
        finally:
            feeding.cancel()
            watching.cancel()
            reply.leave()

    def _base(self, asked: Asked) -> str:
        services = self._door.services
        if services.public_address:
            return services.public_address + services.base_path
        is_tls = comes_over_tls(
            asked.headers, peer=peer_of(asked.scope), proxies=self._door.proxies, public_address=""
        )
        host = asked.headers.get(b"host", b"localhost").decode("latin-1")
        return f"{'https' if is_tls else 'http'}://{host}{services.base_path}"


def _answers(batches: Batches) -> Mapping[tuple[str, str], Answer]:
    anthropic, openai = AnthropicBatches(batches), OpenAIBatches(batches)
    return {
        ("POST", _MESSAGES): anthropic.create,
        ("GET", _MESSAGES): anthropic.list,
        ("GET", f"{_MESSAGES}/{{batch_id}}"): anthropic.retrieve,
        ("DELETE", f"{_MESSAGES}/{{batch_id}}"): anthropic.delete,
        ("POST", f"{_MESSAGES}/{{batch_id}}/cancel"): anthropic.cancel,
        ("GET", f"{_MESSAGES}/{{batch_id}}/results"): anthropic.results,
        ("POST", _BATCHES): openai.create,
        ("GET", _BATCHES): openai.list,
        ("GET", f"{_BATCHES}/{{batch_id}}"): openai.retrieve,
        ("POST", f"{_BATCHES}/{{batch_id}}/cancel"): openai.cancel,
    }


async def _feed(reply: AsgiReply, content: AsyncIterator[bytes]) -> None:
    """Write what is yielded, as fast as the client takes it; cut the answer where it cannot go on."""
    free = asyncio.Event()
    free.set()
    reply.on_writable(lambda is_open: free.set() if is_open else free.clear())
    try:
        async for chunk in content:
            await free.wait()
            reply.write(chunk)
        reply.finish()
    except SalonError as error:
        _logger.warning("the results of a batch broke off: %s", error.message)
    finally:
        reply.abort()  # nothing, once it is finished
