"""Requests that hold a list where the provider takes one thing: each item is sent alone, some at once.

For the gateway it is one request with one answer: a list of the answers in the order of the items, or the
first failure as it came. What was sent along with an item that failed is let go.
"""

import asyncio
from typing import Final

import msgspec

from salon.foundation.egress import (
    EgressError,
    EgressPolicy,
    Headers,
    HttpReceiver,
    HttpRequest,
    HttpResponse,
)
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.providers.base import StreamHandle, Transport

MOST_AT_ONCE: Final = 8
"""Items of one request under way together."""
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])


class OneByOne:
    """A transport that sends the items of a list alone; what holds no list passes as it is."""

    def __init__(self, inner: Transport, supervisor: TaskSupervisor) -> None:
        self._inner = inner
        self._supervisor = supervisor

    def open_now(
        self, request: HttpRequest, receiver: HttpReceiver, *, policy: EgressPolicy
    ) -> StreamHandle | None:
        """Like ``Transport.open_now``; None for a list."""
        if request.body.startswith(b"["):
            return None
        return self._inner.open_now(request, receiver, policy=policy)

    async def open(
        self, request: HttpRequest, receiver: HttpReceiver, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> StreamHandle:
        """Like ``Transport.open``; that nothing could be sent of a list is told to ``receiver``."""
        if not request.body.startswith(b"["):
            return await self._inner.open(
                request, receiver, connect_timeout_s=connect_timeout_s, policy=policy
            )
        several = _Several(self._inner, request, connect_timeout_s=connect_timeout_s, policy=policy)
        return _Handle(self._supervisor.spawn(several.tell(receiver), name="one-by-one"))


class _Handle:
    """All requests of a list together; their answers are small, so that none of them is paused."""

    def __init__(self, task: "asyncio.Task[None]") -> None:
        self._task = task

    def abort(self) -> None:
        self._task.cancel()

    def pause(self) -> None:
        return

    def resume(self) -> None:
        return


class _Refused(Exception):
    """An item was answered with a failure."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Several:
    """The items of one request on their way."""

    def __init__(
        self, inner: Transport, request: HttpRequest, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> None:
        self._inner = inner
        self._request = request
        self._connect_timeout_s = connect_timeout_s
        self._policy = policy
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def tell(self, receiver: HttpReceiver) -> None:
        """Send all, and tell the one answer."""
        try:
            answers = await self._answers()
        except ExceptionGroup as failures:
            first = failures.exceptions[0]  # it ended the others
            if isinstance(first, _Refused):
                _give(receiver, first.answer)
            elif isinstance(first, EgressError):
                receiver.on_error(first)
            else:
                raise
            return
        body = b"[" + b",".join(answer.body for answer in answers) + b"]"
        _give(receiver, msgspec.structs.replace(answers[0], body=body))

    async def _answers(self) -> list[HttpResponse]:
        items = _ITEMS.decode(self._request.body)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._answer(bytes(item))) for item in items]
        return [task.result() for task in tasks]

    async def _answer(self, body: bytes) -> HttpResponse:
        """Return one item's answer. Raises: EgressError; _Refused, which ends the others too."""
        await self._places.acquire()
        request, collected = msgspec.structs.replace(self._request, body=body), _Collected()
        stream = await self._inner.open(
            request, collected, connect_timeout_s=self._connect_timeout_s, policy=self._policy
        )
        try:
            answer = await collected.whole
        finally:
            stream.abort()
        if not 200 <= answer.status < 300:
            raise _Refused(answer)
        self._places.release()  # only now: after a failure nothing more is sent
        return answer


class _Collected:
    """Hears one answer, whole."""

    def __init__(self) -> None:
        self.whole: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self._status = 0
        self._headers: Headers = []
        self._pieces: list[bytes] = []

    def on_head(self, status: int, headers: Headers) -> None:
        self._status, self._headers = status, headers

    def on_data(self, data: bytes) -> None:
        self._pieces.append(data)

    def on_end(self) -> None:
        if not self.whole.done():
            answer = HttpResponse(status=self._status, headers=self._headers, body=b"".join(self._pieces))
            self.whole.set_result(answer)

    def on_error(self, error: EgressError) -> None:
        if not self.whole.done():
            self.whole.set_exception(error)


def _give(receiver: HttpReceiver, answer: HttpResponse) -> None:
    receiver.on_head(answer.status, answer.headers)
    receiver.on_data(answer.body)
    receiver.on_end()
