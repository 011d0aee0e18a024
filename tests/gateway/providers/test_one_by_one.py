"""Items of a list are sent alone: some at once, none after one has failed or the caller has left."""

import asyncio
from typing import Any

from salon.foundation.egress import PUBLIC, EgressBroken, HttpRequest, Url
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.providers.one_by_one import MOST_AT_ONCE, OneByOne

PLACE = Url(scheme="https", host="example.com", port=443)


class Slow:
    """A transport whose answers come when a test says so."""

    def __init__(self) -> None:
        self.open_streams: list[Any] = []
        self.bodies: list[bytes] = []
        self.aborted = 0

    async def open(self, request: HttpRequest, receiver: Any, **_: Any) -> Any:
        self.bodies.append(request.body)
        self.open_streams.append(receiver)
        return self

    def abort(self) -> None:
        self.aborted += 1

    def answer(self, body: bytes = b"1") -> None:
        receiver = self.open_streams.pop(0)
        receiver.on_head(200, [])
        receiver.on_data(body)
        receiver.on_end()


class Heard:
    def __init__(self) -> None:
        self.body, self.error, self.is_whole = b"", None, False

    def on_head(self, status: int, headers: Any) -> None:
        pass

    def on_data(self, data: bytes) -> None:
        self.body += data

    def on_end(self) -> None:
        self.is_whole = True

    def on_error(self, error: Any) -> None:
        self.error = error


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def begun(count: int) -> tuple[Slow, Heard, Any]:
    slow, heard = Slow(), Heard()
    request = HttpRequest(PLACE, body=b"[" + b",".join(b"%d" % one for one in range(count)) + b"]")
    transport: Any = OneByOne(slow, TaskSupervisor("test"))  # type: ignore[arg-type] - it opens nothing at once
    assert transport.open_now(request, heard, policy=PUBLIC) is None
    handle = await transport.open(request, heard, connect_timeout_s=1, policy=PUBLIC)
    await settle()
    return slow, heard, handle


def test_so_many_are_under_way_at_once_and_answers_keep_their_order() -> None:
    async def run() -> None:
        slow, heard, _ = await begun(20)
        assert slow.bodies == [b"%d" % one for one in range(MOST_AT_ONCE)]
        for one in range(20):
            slow.answer(b"%d" % one)
            await settle()
            assert len(slow.open_streams) <= MOST_AT_ONCE
        assert (heard.body, heard.is_whole) == (b"[" + b",".join(slow.bodies) + b"]", True)

    asyncio.run(run())


def test_a_failure_lets_the_others_go_and_is_told_once() -> None:
    async def run() -> None:
        slow, heard, _ = await begun(20)
        slow.open_streams[3].on_error(EgressBroken(sent_any_response=False, host="example.com", detail="x"))
        await settle()
        assert (slow.aborted, len(slow.bodies), heard.is_whole) == (MOST_AT_ONCE, MOST_AT_ONCE, False)
        assert isinstance(heard.error, EgressBroken)

    asyncio.run(run())


def test_a_caller_that_leaves_takes_all_of_them_along() -> None:
    async def run() -> None:
        slow, heard, handle = await begun(20)
        handle.abort()
        await settle()
        assert (slow.aborted, len(slow.bodies), heard.is_whole) == (MOST_AT_ONCE, MOST_AT_ONCE, False)

    asyncio.run(run())
