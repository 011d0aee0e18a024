"""A client of Salon as the web app is one: one socket, what it shows of each run, and an outbox.

It keeps the protocol's promise from the other side: it checks that nothing is left out, nothing comes twice
and each run ends once, whatever happens to its network.
"""

import asyncio
import contextlib
import http.client
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

import msgspec
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATH: Final = "/salon/v1/socket"
_FINAL_S: Final = 60.0
_OPEN_S: Final = 60.0
"""How long a house may take to open a socket: a busy machine has a hundred of them to open."""


class RunShown:
    """What a client shows of one run."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.epoch = 0
        self.number = 0
        self.events: list[dict[str, Any]] = []
        self.rewinds: list[str] = []
        """The reason of each."""
        self.behind = 0
        """How often it was told that it reads too slowly."""
        self.is_compacted = False
        self.failed: dict[str, Any] | None = None

    @property
    def end(self) -> dict[str, Any] | None:
        """The data of the terminal event, once it came."""
        last = self.events[-1] if self.events else None
        return last["data"] if last is not None and last["type"] == "end" else None

    @property
    def text(self) -> str:
        """The text of all deltas, in order."""
        return "".join(str(event["data"]) for event in self.events if event["type"] == "text-delta")

    def take(self, frame: Mapping[str, Any]) -> None:
        """Take in a frame of its subscription. Raises: AssertionError when the promise is broken."""
        kind = frame["type"]
        if kind == "following":
            self.is_compacted = self.is_compacted or frame["run"]["compacted"]
        elif kind == "rewind":
            self.epoch, self.number = frame["epoch"], frame["number"]
            self.rewinds.append(frame["reason"])
            self.is_compacted = self.is_compacted or frame["reason"] == "compacted"
            self.events = [event for event in self.events if event["number"] <= self.number]
        elif kind == "events":
            for event in frame["events"]:
                self._add(event)
        elif kind == "behind":
            self.behind += 1
        elif kind == "error":
            self.failed = frame["error"]

    def _add(self, event: dict[str, Any]) -> None:
        assert self.end is None, f"{self.run_id}: {event} after the end"
        following = self.number + 1
        is_next = event["number"] >= following if self.is_compacted else event["number"] == following
        assert is_next, f"{self.run_id}: {event['number']} after {self.number}"
        self.epoch, self.number = event["epoch"], event["number"]
        self.events.append(event)


class Act(msgspec.Struct, kw_only=True):
    """A change that waits in the outbox until the server has answered."""

    client_id: str
    method: str
    path: str
    body: Any
    answer: asyncio.Future[tuple[int, Any]]


class LiveClient:
    """One client. Use as an async context manager; belongs to one event loop."""

    def __init__(self, url: str, *, headers: Mapping[str, str] | None = None, key: str | None = None) -> None:
        """``url`` is where the house is, like ``http://127.0.0.1:8420``; ``key`` goes as a browser's."""
        self.url = url
        """Where it comes to at the next ``connect``."""
        self._headers = dict(headers or {})
        protocols = [Subprotocol("salon"), Subprotocol(f"openai-insecure-api-key.{key}")]
        self._protocols = protocols if key is not None else None
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._problem: BaseException | None = None
        self.runs: dict[str, RunShown] = {}
        self.followed: set[str] = set()
        self.events: list[dict[str, Any]] = []
        """Durable events of the space."""
        self.number: int | None = None
        """Where it stands among them; None while it does not listen."""
        self.gaps = 0
        self.frames: list[dict[str, Any]] = []
        """All other frames."""
        self.outbox: list[Act] = []
        self.closed: tuple[int, str] | None = None
        """Code and reason of the last socket's end."""

    @property
    def is_open(self) -> bool:
        """Whether it has a socket."""
        return self._socket is not None

    # -- the socket -------------------------------------------------------------------------------
    async def connect(self) -> None:
        """Open the socket, and go on with everything from where it stands. Raises: OSError and the like."""
        address = self.url.replace("http", "ws", 1) + PATH
        self._socket = await connect(
            address,
            additional_headers=self._headers,
            subprotocols=self._protocols,
            max_size=None,
            proxy=None,
            compression=None,
            open_timeout=_OPEN_S,
        )
        self.closed = None
        self._reading = asyncio.ensure_future(self._read(self._socket))
        for run_id in self.followed:
            await self._ask_for(run_id)
        if self.number is not None:
            await self.send(type="listen", id="space", number=self.number)

    async def drop(self) -> None:
        """Lose the network: no goodbye."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.transport.abort()
        if self._reading is not None:
            await asyncio.wait((self._reading,))
            self._reading = None

    async def stay(self) -> None:
        """Come back whenever the socket is gone, until cancelled; the outbox is sent again each time."""
        while True:
            try:
                if self._reading is None or self._reading.done():
                    await self.drop()
                    await self.connect()
                    await self.replay()
                reading = self._reading
                assert reading is not None
                await asyncio.wait((reading,), timeout=0.5)
            except (OSError, ConnectionClosed, TimeoutError):
                pass
            except Exception as error:
                if "HTTP 5" not in str(error):
                    raise
            if self._reading is None or self._reading.done():
                await asyncio.sleep(0.1)

    async def send(self, **frame: Any) -> None:
        """Send a frame. Raises: ConnectionClosed."""
        assert self._socket is not None
        await self._socket.send(orjson.dumps(frame).decode())

    async def send_raw(self, message: str | bytes) -> None:
        """Send a message that need not be a frame. Raises: ConnectionClosed."""
        assert self._socket is not None
        await self._socket.send(message)

    # -- what it shows ----------------------------------------------------------------------------
    async def follow(self, run_id: str) -> RunShown:
        """Follow a run from where this client stands."""
        shown = self.runs.setdefault(run_id, RunShown(run_id))
        self.followed.add(run_id)
        if self._socket is not None:
            await self._ask_for(run_id)
        return shown

    async def leave(self, run_id: str) -> None:
        """Follow a run no more; what is shown stays."""
        self.followed.discard(run_id)
        if self._socket is not None:
            await self.send(type="leave", id=run_id)
            await self.until(lambda: run_id not in self.followed)

    async def listen(self, number: int) -> None:
        """Follow the space's durable events after a number."""
        self.number = number
        await self.send(type="listen", id="space", number=number)

    async def until(self, condition: Callable[[], bool], *, timeout_s: float = _FINAL_S) -> None:
        """Wait until what it shows fulfils ``condition``. Raises: TimeoutError, AssertionError."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()
                if self._problem is not None:
                    raise self._problem

    async def frame(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the first frame of a kind with these fields, once it came."""
        found: list[dict[str, Any]] = []

        def has_come() -> bool:
            found[:] = [
                one
                for one in self.frames
                if one["type"] == kind and all(one.get(name) == value for name, value in fields.items())
            ]
            return bool(found)

        await self.until(has_come)
        return found[0]

    async def _ask_for(self, run_id: str) -> None:
        shown = self.runs[run_id]
        if shown.end is None:
            await self.send(type="follow", id=run_id, run=run_id, epoch=shown.epoch, number=shown.number)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                self._take(orjson.loads(message))
                self._news.set()
        except ConnectionClosed:
            pass
        except AssertionError as error:
            self._problem = error
        finally:
            self.closed = (socket.close_code or 1006, socket.close_reason or "")
            self._news.set()

    def _take(self, frame: dict[str, Any]) -> None:
        shown = self.runs.get(str(frame.get("id")))
        if shown is not None and frame["type"] not in {"stopped", "pong"}:
            shown.take(frame)
            if frame["type"] != "left":
                return
        if frame["type"] == "happened":
            self._happened(frame)
            return
        self.gaps += frame["type"] == "gap"
        self.frames.append(frame)

    def _happened(self, frame: dict[str, Any]) -> None:
        assert self.number is not None
        for event in frame["events"]:
            assert event["number"] > self.number, f"{event['number']} after {self.number}"
            self.number = event["number"]
            self.events.append(event)
        self.number = max(self.number, frame["number"])

    # -- the outbox -------------------------------------------------------------------------------
    def act(self, method: str, path: str, body: Any = None) -> "asyncio.Future[tuple[int, Any]]":
        """Put a change into the outbox, with an id of this client's; its answer comes with ``replay``."""
        answer: asyncio.Future[tuple[int, Any]] = asyncio.get_running_loop().create_future()
        self.outbox.append(
            Act(client_id=f"cli_{secrets.token_hex(12)}", method=method, path=path, body=body, answer=answer)
        )
        return answer

    async def replay(self) -> None:
        """Send what has no answer yet, in order; stop at the first that does not get through."""
        while self.outbox:
            act = self.outbox[0]
            try:
                status, body = await asyncio.to_thread(self._post, act)
            except (OSError, http.client.HTTPException):
                return
            if status >= 500:
                return
            self.outbox.remove(act)
            if not act.answer.done():
                act.answer.set_result((status, body))

    def _post(self, act: Act) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        with contextlib.closing(connection):
            headers = {**self._headers, "content-type": "application/json", "idempotency-key": act.client_id}
            body = orjson.dumps(act.body) if act.body is not None else b""
            connection.request(act.method, act.path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, orjson.loads(content) if content else None

    # -- life -------------------------------------------------------------------------------------
    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()
        if self._problem is not None:
            raise self._problem
