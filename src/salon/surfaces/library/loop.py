"""The library's own event loop, in a thread: sync callers wait for it, async ones bridge to it."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_START_S = 10.0
_STOP_S = 5.0


class LoopThread:
    """An event loop that runs until ``stop``; one per library."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="salon-library", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_S):
            raise RuntimeError("the library's event loop did not start")
        atexit.register(self.stop)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.call_soon(self._started.set)
            self._loop.run_forever()

    def submit(self, coro: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run ``coro`` on the loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(coro, self._loop)

    def call(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run ``coro`` on the loop and wait; Ctrl-C cancels it."""
        future = self.submit(coro)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def bridge(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run ``coro`` on the loop and wait on the caller's; cancelling the caller cancels it."""
        return await asyncio.wrap_future(self.submit(coro))

    def stop(self) -> None:
        """End the loop and its thread; called at exit too."""
        atexit.unregister(self.stop)
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_S)
