"""Counts the tokens of requests, in a worker process that lives while it is asked."""

import asyncio
import logging
import sys
from typing import Final

import msgspec

from salon.foundation.kit.errors import UpstreamError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.messages import ModelRequest, Response
from salon.foundation.workers import Process, end, spawn
from salon.gateway.counting.measure import measure
from salon.gateway.counting.vocabularies import USUAL, VocabularyName, vocabulary_of
from salon.gateway.protocols.counts import BYTES_PER_TOKEN, counted

_ANSWER_S: Final = 10.0
_IDLE_S: Final = 60.0
"""How long the worker and its 95 MB stay for the next count."""
_MOST_BYTES: Final = 16 * 1024 * 1024
"""More than any model reads; counted from its bytes."""

_logger = logging.getLogger(__name__)


def lacks_counter(error: UpstreamError) -> bool:
    """Tell whether a provider failed because it has no such address, though others of its kind have."""
    status = error.fields.get("upstream_status")
    said = error.upstream_message or ""
    return status in {405, 501} or (status == 404 and (not error.upstream_type or "Invalid URL" in said))


class TokenCounter:
    """Counts by the vocabulary of a model, or the usual one; without either from bytes. One event loop."""

    def __init__(self) -> None:
        self._tasks = TaskSupervisor("token counts")
        self._one_at_a_time = asyncio.Lock()
        self._worker: Process | None = None
        self._last: asyncio.TimerHandle | None = None

    async def count(self, request: ModelRequest, *, model: str) -> Response:
        """Return how many tokens ``model`` reads of ``request``; what is not sure is an estimate."""
        measured = measure(request)
        own = vocabulary_of(model)
        # A task of its own: the worker's answer is read to its end though the caller may leave.
        asked = self._tasks.spawn(self._ask(own or USUAL, measured.texts), name="count")
        words = await asyncio.shield(asked)
        if words is None:
            size = sum(len(text.encode("utf-8", "surrogatepass")) for text in measured.texts)
            return counted(measured.tokens + -(-size // BYTES_PER_TOKEN), estimated=True)
        return counted(measured.tokens + sum(words), estimated=own is None or not measured.is_exact)

    async def count_texts(self, texts: list[str], *, model: str) -> list[int] | None:
        """Return the tokens of each text as ``model`` reads it; None where its vocabulary is not at hand."""
        own = vocabulary_of(model)
        if own is None:
            return None
        return await asyncio.shield(self._tasks.spawn(self._ask(own, texts), name="count"))

    async def close(self) -> None:
        """End the worker."""
        await self._tasks.close()
        await self._end()

    async def _ask(self, name: VocabularyName, texts: list[str]) -> list[int] | None:
        try:
            line = msgspec.json.encode((name, texts)) + b"\n"
        except UnicodeEncodeError:
            return None  # half a character: no tokeniser reads it
        if len(line) > _MOST_BYTES:
            return None
        async with self._one_at_a_time:
            if self._last is not None:
                self._last.cancel()
            found = await self._told(line)
            self._last = asyncio.get_running_loop().call_later(_IDLE_S, self._rest)
            return found

    async def _told(self, line: bytes) -> list[int] | None:
        """Return the worker's answer; None when it has none, fails or takes too long."""
        try:
            async with asyncio.timeout(_ANSWER_S):
                worker = self._worker or await self._start()
                assert worker.stdin is not None
                assert worker.stdout is not None
                worker.stdin.write(line)
                await worker.stdin.drain()
                return msgspec.json.decode(await worker.stdout.readline(), type=list[int] | None)
        except (OSError, TimeoutError, msgspec.DecodeError) as error:
            _logger.warning("the counting worker failed: %s", type(error).__name__)
            await self._end()
            return None
        except asyncio.CancelledError:
            await self._end()
            raise

    async def _start(self) -> Process:
        self._worker = await spawn([sys.executable, "-m", "salon.gateway.counting.worker"])
        return self._worker

    def _rest(self) -> None:
        if not self._tasks.closed:
            self._tasks.spawn(self._rest_now(), name="rest")

    async def _rest_now(self) -> None:
        async with self._one_at_a_time:
            await self._end()

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if self._last is not None:
            self._last.cancel()
        if worker is not None:
            await end(worker)
