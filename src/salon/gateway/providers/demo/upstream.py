"""The demo's transport: takes requests like an HTTP client, and answers them inside this process."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import orjson

from salon.foundation.egress import EgressBroken, EgressPolicy, HttpReceiver, HttpRequest
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.providers.demo import operations, wire
from salon.gateway.providers.demo.check import problem
from salon.gateway.providers.demo.script import Plan, plan
from salon.gateway.providers.demo.sessions import DemoSession

_STALL_S = 3600.0
_PIECES_PER_TURN = 32
_JSON = [(b"content-type", b"application/json")]
_STREAM = [(b"content-type", b"text/event-stream")]


class _Answer:
    """One answer under way."""

    def __init__(self, receiver: HttpReceiver) -> None:
        self.receiver = receiver
        self.task: asyncio.Task[None] | None = None
        self.readable = asyncio.Event()
        self.readable.set()

    def abort(self) -> None:
        """Stop at once."""
        if self.task is not None:
            self.task.cancel()

    def pause(self) -> None:
        """Wait before the next piece."""
        self.readable.clear()

    def resume(self) -> None:
        """Go on."""
        self.readable.set()


class DemoUpstream:
    """Answers requests in OpenAI's words, and in Cohere's for rankings, without a network."""

    def __init__(self) -> None:
        self._supervisor = TaskSupervisor("demo")

    def open_now(self, request: HttpRequest, receiver: HttpReceiver, *, policy: EgressPolicy) -> _Answer:
        """Begin an answer; ``receiver`` hears it like any other."""
        answer = _Answer(receiver)
        answer.task = self._supervisor.spawn(_answer(answer, request), name="demo")
        return answer

    async def open(
        self, request: HttpRequest, receiver: HttpReceiver, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> _Answer:
        """Do as ``open_now``: there is nothing to wait for."""
        return self.open_now(request, receiver, policy=policy)

    async def open_websocket(
        self,
        request: HttpRequest,
        *,
        connect_timeout_s: float,
        policy: EgressPolicy,
        max_message_bytes: int,
    ) -> DemoSession:
        """Return a session: there is nothing to wait for, and nobody to ask."""
        return DemoSession()


async def _answer(answer: _Answer, request: HttpRequest) -> None:
    try:
        await _play(answer, request)
    except Exception:  # told, then logged by the supervisor: without an end its caller would wait in vain
        answer.receiver.on_error(EgressBroken(host="demo", detail="the demo failed", sent_any_response=True))
        raise


async def _play(answer: _Answer, request: HttpRequest) -> None:
    path, body = request.target.decode("latin-1"), bytes(request.body)
    if path.endswith("/chat/completions"):
        await _chat(answer, body)
        return
    receiver = answer.receiver
    status = operations.fails_with(body.decode("utf-8", "replace"))
    if status is not None:
        headers = [*_JSON, (b"retry-after", b"1")] if status in {429, 503} else list(_JSON)
        _whole(receiver, status, headers, wire.error(status))
        return
    try:
        told = operations.answer(path, body)
    except InvalidRequest as wrong:
        _whole(receiver, 400, list(_JSON), wire.refusal(wrong))
    else:
        media_type = told.media_type or b"application/json"
        _whole(receiver, 200, [(b"content-type", media_type)], told.body)


async def _chat(answer: _Answer, body: bytes) -> None:
    receiver = answer.receiver
    wrong = problem(body)
    if wrong is not None:
        _whole(receiver, 400, list(_JSON), wire.refusal(wrong))
        return
    value: Any = orjson.loads(body)
    asked = cast(dict[str, Any], value)
    planned = plan(asked)
    if planned.trouble == "stall":
        await asyncio.sleep(_STALL_S)
    if planned.status != 200:
        headers = [*_JSON, (b"retry-after", b"1")] if planned.status in {429, 503} else _JSON
        _whole(receiver, planned.status, headers, wire.error(planned.status))
    elif asked.get("stream"):
        options = asked.get("stream_options")
        include = isinstance(options, dict) and bool(cast(dict[str, Any], options).get("include_usage"))
        receiver.on_head(200, list(_STREAM))
        await _stream(answer, planned, wire.stream(planned, body, include_usage=include))
    else:
        if planned.delay_s:
            await asyncio.sleep(planned.delay_s)
        if planned.trouble in {"break", "stall-mid"}:
            await _fail_midway(answer, planned, wire.whole(planned, body))
            return
        _whole(receiver, 200, list(_JSON), wire.whole(planned, body))


def _whole(receiver: HttpReceiver, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    receiver.on_head(status, headers)
    receiver.on_data(body)
    receiver.on_end()


async def _fail_midway(answer: _Answer, planned: Plan, body: bytes) -> None:
    answer.receiver.on_head(200, list(_JSON))
    answer.receiver.on_data(body[: len(body) // 2])
    if planned.trouble == "stall-mid":
        await asyncio.sleep(_STALL_S)
    answer.receiver.on_error(_broken())


async def _stream(answer: _Answer, planned: Plan, events: Iterator[bytes]) -> None:
    receiver = answer.receiver
    for number, event in enumerate(events):
        if planned.delay_s:
            await asyncio.sleep(planned.delay_s)
        elif number % _PIECES_PER_TURN == _PIECES_PER_TURN - 1:
            await asyncio.sleep(0)
        if not answer.readable.is_set():
            await answer.readable.wait()
        receiver.on_data(event)
        if number == 3 and planned.trouble is not None:
            await _trouble(receiver, planned.trouble)
            return
    receiver.on_end()


async def _trouble(receiver: HttpReceiver, trouble: str) -> None:
    if trouble == "stall-mid":
        await asyncio.sleep(_STALL_S)
    elif trouble == "error":
        value = {
            "message": "The demo was asked for an error inside its stream.",
            "type": "server_error",
            "code": "demo",
        }
        receiver.on_data(b"data: " + orjson.dumps({"error": value}) + b"\n\n")
        receiver.on_end()
    else:
        receiver.on_error(_broken())


def _broken() -> EgressBroken:
    return EgressBroken(host="demo", detail="the demo was asked to break off", sent_any_response=True)
