"""An answer as it comes: iterate for text, ask for the result at the end."""

import contextlib
from collections.abc import AsyncIterator, Iterator

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import ModelRequest, RefusalDelta, StreamError, StreamEvent, TextDelta
from salon.gateway.protocols.collect import ResponseCollector
from salon.surfaces.library.engine import Engine
from salon.surfaces.library.loop import LoopThread
from salon.surfaces.library.results import Answer, Result


class _Reading:
    """One stream on the library's loop."""

    def __init__(self, engine: Engine, request: ModelRequest) -> None:
        self._events = engine.events(request)
        self._request = request
        self._collector = ResponseCollector()
        self.finished = False

    async def next(self) -> StreamEvent | None:
        """Return the next event, or None at the end. Raises: SalonError."""
        try:
            event = await anext(self._events)
        except StopAsyncIteration:
            self.finished = True
            return None
        if isinstance(event, StreamError):
            await self.close()
            error = UpstreamBroken(provider=self._request.model, detail=event.message)
            error.upstream_message, error.upstream_type = event.message, event.type
            raise error
        self._collector.add([event])
        return event

    async def close(self) -> None:
        """Cancel what is left."""
        close = getattr(self._events, "aclose", None)
        if close is not None:
            with contextlib.suppress(RuntimeError):
                await close()

    def result(self) -> Result:
        """Return what came so far, put together."""
        response = self._collector.response()
        return Answer(response=response, model=response.model or self._request.model).result()


def _text(event: StreamEvent) -> str:
    return event.text if isinstance(event, TextDelta | RefusalDelta) else ""


class Stream:
    """An answer for a loop: ``for text in stream``. Leaving it early, or ``close``, stops the model."""

    def __init__(self, loop: LoopThread, engine: Engine, request: ModelRequest) -> None:
        self._loop = loop
        self._reading = _Reading(engine, request)

    def __iter__(self) -> Iterator[str]:
        for event in self.events():
            if text := _text(event):
                yield text

    def events(self) -> Iterator[StreamEvent]:
        """Yield every event instead of text alone: reasoning, tool calls, usage."""
        try:
            while (event := self._loop.call(self._reading.next())) is not None:
                yield event
        finally:
            self.close()

    @property
    def result(self) -> Result:
        """The whole answer; reads what has not been read yet."""
        while not self._reading.finished and self._loop.call(self._reading.next()) is not None:
            pass
        return self._reading.result()

    def close(self) -> None:
        """Stop the model; what was said so far stays in ``result``."""
        if not self._reading.finished:
            self._reading.finished = True
            self._loop.call(self._reading.close())

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class AsyncStream:
    """An answer for an async loop: ``async for text in stream``."""

    def __init__(self, loop: LoopThread, engine: Engine, request: ModelRequest) -> None:
        self._loop = loop
        self._reading = _Reading(engine, request)

    async def __aiter__(self) -> AsyncIterator[str]:
        async for event in self.events():
            if text := _text(event):
                yield text

    async def events(self) -> AsyncIterator[StreamEvent]:
        """Yield every event instead of text alone."""
        try:
            while (event := await self._loop.bridge(self._reading.next())) is not None:
                yield event
        finally:
            await self.aclose()

    async def result(self) -> Result:
        """Return the whole answer; reads what has not been read yet."""
        while not self._reading.finished and await self._loop.bridge(self._reading.next()) is not None:
            pass
        return self._reading.result()

    async def aclose(self) -> None:
        """Stop the model."""
        if not self._reading.finished:
            self._reading.finished = True
            await self._loop.bridge(self._reading.close())

    async def __aenter__(self) -> "AsyncStream":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()
