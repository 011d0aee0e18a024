"""The fake provider itself: listens on loopback, speaks every dialect, and fails as it is told."""

import asyncio
import random
import ssl
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
import orjson

from salon.foundation.kit.tasks import TaskSupervisor
from salon.testing.fake_provider import anthropic, cohere, gemini, ollama, openai, realtime
from salon.testing.fake_provider.answer import Asked, answer
from salon.testing.fake_provider.batches import BATCH_PATHS, BatchDesk
from salon.testing.fake_provider.certificates import server_context
from salon.testing.fake_provider.connection import CallerGoneError, Connection
from salon.testing.fake_provider.dialects import dialect_of, name_of, read_whole
from salon.testing.fake_provider.frames import Frame, bend, mutate
from salon.testing.fake_provider.journal import Exchange, Journal
from salon.testing.fake_provider.plan import Plan, parse_fault, parse_plan, plan_of_model, plan_of_text
from salon.testing.fake_provider.play import CutShortError, Head, Headers, Player
from salon.testing.fake_provider.recordings import RecordingNotFoundError, load, split_path
from salon.testing.fake_provider.tokens import TokenDesk
from salon.testing.fake_provider.whole import WholeDialect

_START_S = 60.0
_KEY_HEADERS = ("x-api-key", "x-goog-api-key", "api-key")
T = TypeVar("T")


class FakeProvider:
    """A provider on loopback whose every answer is decided by plans, and that counts everything.

    Use it as an async context manager, or from synchronous code through ``in_thread``. A plan is looked
    for in this order: the script, ``choose``, the header ``x-fake-plan``, the model's name, the last user
    message; each later one is read over ``default``.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        default: Plan | None = None,
        recordings: Path | None = None,
        key: str | None = None,
        tls: bool = False,
        models: Iterable[str] = ("fake", "fake-large"),
    ) -> None:
        """Prepare; nothing listens yet. ``key`` is the only credential accepted, any if None."""
        self.host = host
        self.port = port
        self.default = default or Plan()
        self.recordings = recordings
        self.key = key
        self.models = list(models)
        self.journal = Journal()
        self.batches = BatchDesk(self.journal, self._plan)
        """Answers whole batches of lines, and the files they are in."""
        self.tokens = TokenDesk()
        """Answers what is posted to an address that ends in ``/token``."""
        self.choose: Callable[[Exchange, Asked], Plan | None] | None = None
        """Decides the plan of a request, after the script; None leaves it to the request."""
        self.certificate: bytes | None = None
        """With ``tls``: the certificate a client must trust, as PEM."""
        self._tls: ssl.SSLContext | None = None
        if tls:
            self._tls, self.certificate = server_context()
        self._script: deque[Plan] = deque()
        self._live: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._tasks: TaskSupervisor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- life -------------------------------------------------------------------------------------
    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen. With port 0 the machine picks one."""
        self._tasks = TaskSupervisor("fake provider")
        await self._listen()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self, self._live), self.host, self.port, ssl=self._tls, backlog=2048
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        await self.refuse()
        if self._tasks is not None:
            await self._tasks.close()

    async def refuse(self) -> None:
        """Stop listening and reset open connections: callers find the port closed."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._live):
            connection.reset()
        await asyncio.sleep(0)

    async def accept_again(self) -> None:
        """Listen on the same port again after ``refuse``."""
        await self._listen()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    @contextmanager
    def in_thread(self) -> Generator[Self]:
        """Run on an event loop in a thread of its own, for synchronous callers."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="fake-provider", daemon=True)
        thread.start()
        self._loop = loop
        try:
            self.run_in_loop(self.start())
            yield self
        finally:
            self.run_in_loop(self.stop())
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_START_S)
            loop.close()

    def run_in_loop(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine (``refuse()``, ``accept_again()``) on the thread's loop and wait for it."""
        assert self._loop is not None, "only within in_thread()"
        return asyncio.run_coroutine_threadsafe(coro, self._loop).result(_START_S)

    def spawn(self, coro: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run a coroutine as a supervised task."""
        assert self._tasks is not None, "the fake provider is not started"
        return self._tasks.spawn(coro, name=name)

    # -- script -----------------------------------------------------------------------------------
    def script(self, plans: Iterable[Plan | str]) -> None:
        """Answer the next chat requests with these plans, one each, in order."""
        self._script.extend(parse_plan(plan) if isinstance(plan, str) else plan for plan in plans)

    def random_faults(self, chances: Mapping[str, float], *, seed: int) -> None:
        """Give each request a fault with these probabilities (``{"429:1": 0.1, "reset": 0.05}``)."""
        source = random.Random(seed)  # noqa: S311 - repeatable on purpose

        def choose(exchange: Exchange, asked: Asked) -> Plan | None:
            roll = source.random()
            for words, chance in chances.items():
                roll -= chance
                if roll < 0:
                    plan = self._requested(exchange, asked)
                    return msgspec.structs.replace(plan, faults=(*plan.faults, parse_fault(words)))
            return None

        self.choose = choose

    def _requested(self, exchange: Exchange, asked: Asked) -> Plan:
        plan = plan_of_text(asked.last_user_text, plan_of_model(asked.model, self.default))
        words = exchange.header("x-fake-plan")
        return parse_plan(words, plan) if words else plan

    def _plan(self, exchange: Exchange, asked: Asked) -> Plan:
        if self._script:
            scripted = self._script.popleft()
            case = self._requested(exchange, asked).case
            return msgspec.structs.replace(scripted, case=scripted.case or case)
        chosen = self.choose(exchange, asked) if self.choose else None
        plan = chosen or self._requested(exchange, asked)
        if plan.times and plan.case and self.journal.attempts[plan.case] >= plan.times:
            return msgspec.structs.replace(plan, faults=())
        return plan

    # -- answering --------------------------------------------------------------------------------
    async def answer(self, connection: Connection, exchange: Exchange) -> None:
        """Answer one request as its plan says, and take note of how it ended."""
        self.journal.begin(exchange)
        exchange.number = self.journal.counts["requests"]
        now = asyncio.get_running_loop().time
        try:
            await self._route(connection, exchange)
        except CutShortError:
            self.journal.end(exchange, "fault", now())
        except CallerGoneError:
            self.journal.end(exchange, "caller-left", now())
            raise
        else:
            faulty = exchange.status >= 400
            self.journal.end(exchange, "fault" if faulty else "complete", now())
            if exchange.plan.fault("close-at-once") or exchange.header("connection") == "close":
                connection.close()

    async def _route(self, connection: Connection, exchange: Exchange) -> None:
        name, path = split_path(exchange.target.partition("?")[0])
        dialect = dialect_of(path)
        if exchange.method == "POST" and dialect is not None:
            await self._chat(connection, exchange, dialect, name)
            return
        if realtime.asks_for(exchange, path):
            await self._session(connection, exchange)
            return
        problem = self._refusal(exchange, openai) if path.startswith(BATCH_PATHS) else None
        told = self.batches.answer(exchange, path) if problem is None else None
        if told is not None:
            head = Head(status=told[0], content_type=told[1])
            await Player(connection, exchange).plain(head, told[2])
            return
        status, value = problem or self._lookup(exchange, path)
        await _json(connection, exchange, status, value)

    async def _chat(
        self, connection: Connection, exchange: Exchange, dialect: Any, recording: str | None
    ) -> None:
        exchange.dialect = name_of(dialect)
        problem = self._refusal(exchange, dialect)
        if problem is not None:
            await _json(connection, exchange, *problem)
            return
        try:
            asked: Asked = dialect.read(read_whole(exchange, dialect))
            exchange.plan = self._plan(exchange, asked)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            await _json(connection, exchange, 400, dialect.error_value(400, f"fake provider: {error}"))
            return
        self.journal.planned(exchange)
        name = recording or exchange.plan.recording
        if name:
            await self._recorded(connection, exchange, dialect, name)
        else:
            await self._tried(connection, exchange, dialect, asked)

    async def _tried(self, connection: Connection, exchange: Exchange, dialect: Any, asked: Asked) -> None:
        """Answer; a request of which no answer can be made is told to be wrong, never left alone."""
        try:
            await self._said(connection, exchange, dialect, asked)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
            if exchange.status:
                connection.reset()  # what has begun must not be left without an end
                raise
            await _json(connection, exchange, 400, dialect.error_value(400, f"fake provider: {error}"))

    async def _session(self, connection: Connection, exchange: Exchange) -> None:
        """Hold a realtime session, or refuse it."""
        exchange.dialect = "realtime"
        asked = Asked(model=realtime.model_of(exchange), last_user_text="", stream=True)
        exchange.plan = self._plan(exchange, asked)
        self.journal.planned(exchange)
        if exchange.plan.at("stall", "before-headers"):
            await connection.stall()
        problem = self._refusal(exchange, openai)
        status, value, headers = (*problem, None) if problem is not None else _refused(exchange)
        if exchange.plan.fault("html"):
            await Player(connection, exchange).plain(Head(status=200, content_type=b"text/html"), b"<html>")
        elif status:
            await _json(connection, exchange, status, value, headers)
        else:
            await realtime.Session(connection, exchange).run()
        connection.close()

    def _refusal(self, exchange: Exchange, dialect: Any) -> tuple[int, Any] | None:
        if self.key is None:
            return None
        bearer = (exchange.header("authorization") or "").removeprefix("Bearer ")
        if self.key in {bearer, *(exchange.header(name) for name in _KEY_HEADERS)}:
            return None
        return 401, dialect.error_value(401, "Incorrect API key provided.")

    async def _said(self, connection: Connection, exchange: Exchange, dialect: Any, asked: Asked) -> None:
        plan = exchange.plan
        player = Player(connection, exchange)
        failure = plan.fault("status")
        if failure is not None:
            value = dialect.error_value(failure.status, f"fake failure {failure.status}")
            await _json(connection, exchange, failure.status, value, _retry_after(failure.retry_after_s))
            return
        if plan.fault("echo-key"):
            sent = next(filter(None, map(exchange.header, ("authorization", *_KEY_HEADERS))), None)
            value = dialect.error_value(401, f"Incorrect API key provided: {sent}")
            await _json(connection, exchange, 401, value)
            return
        if plan.fault("html"):
            head = Head(status=200, content_type=b"text/html")
            await player.plain(head, b"<html><body>It works!</body></html>")
            return
        said = answer(asked, plan, exchange.number)
        exchange.input_tokens = said.input_tokens
        headers: Headers = [(b"x-request-id", b"fake-%d" % exchange.number)]
        if asked.stream:
            frames = bend(dialect.frames(said, asked), plan, error=dialect.stream_error(), ping=dialect.PING)
            kind = asked.media_type or dialect.STREAM_TYPE
            if asked.as_array:
                frames, kind = gemini.as_array(frames), b"application/json"
            head = Head(status=200, content_type=kind, headers=headers)
            await player.stream(head, frames)
            return
        if isinstance(dialect, WholeDialect):
            headers += dialect.headers(said)
        head = Head(status=200, content_type=asked.media_type or b"application/json", headers=headers)
        body = dialect.body(said)
        if plan.fault("error-object") or plan.fault("error-in-stream"):
            body = orjson.dumps(dialect.error_value(502, "fake failure in a 200"))
        damage = plan.fault("mutate")
        if damage:
            body = mutate(body, random.Random(damage.size), chance=1)  # noqa: S311 - repeatable
        await player.plain(head, body, tokens=said.output_tokens)

    async def _recorded(self, connection: Connection, exchange: Exchange, dialect: Any, name: str) -> None:
        try:
            recording = load(self.recordings, name)
        except RecordingNotFoundError as error:
            await _json(connection, exchange, 404, dialect.error_value(404, str(error)))
            return
        head = Head(status=recording.status, content_type=recording.content_type)
        player = Player(connection, exchange)
        if recording.streamed:
            await player.stream(head, [Frame(data=recording.body)])
        else:
            await player.plain(head, recording.body)

    def _lookup(self, exchange: Exchange, path: str) -> tuple[int, Any]:  # noqa: PLR0911 - one per path
        match exchange.method, path:
            case "GET", "/-/stats":
                return 200, self.stats()
            case "POST", _ if path.endswith("/token"):
                return self.tokens.answer(exchange.body)
            case "POST", "/-/reset":
                self.journal.clear()
                return 200, {}
            case "GET", "/api/version":
                return 200, {"version": ollama.VERSION}
            case "GET", "/api/tags" | "/api/ps":
                return 200, ollama.models(self.models)
            case "POST", "/api/show":
                return 200, ollama.show(str(orjson.loads(exchange.body or b"{}").get("model")))
            case "GET", "/v1/models" if "page_size=" in exchange.target:
                return self._refusal(exchange, cohere) or (200, cohere.models(self.models))
            case "GET", _ if path.endswith("/publishers/google/models"):
                after = "two" if "pageToken=two" in exchange.target else None
                return 200, gemini.publisher_models(self.models, after=after)
            case "GET", _ if path.endswith("/models"):
                served = anthropic if exchange.header("anthropic-version") else openai
                asks_google = path.startswith("/v1beta/") or exchange.header("x-goog-api-key")
                served = gemini if asks_google else served
                problem = self._refusal(exchange, served)
                return problem or (200, served.models(self.models))
            case _:
                return 404, openai.error_value(404, f"fake provider: nothing at {path}")

    def stats(self) -> dict[str, Any]:
        """Return the counters; also served at ``/-/stats``."""
        journal = self.journal
        return {
            "counts": dict(journal.counts),
            "attempts": dict(journal.attempts),
            "open_sockets": journal.open_sockets,
            "script_left": len(self._script),
        }


def _refused(exchange: Exchange) -> tuple[int, Any, Headers | None]:
    """Return how the plan refuses a session; status 0 if it does not."""
    failure = exchange.plan.fault("status")
    if failure is not None:
        value = openai.error_value(failure.status, f"fake failure {failure.status}")
        return failure.status, value, _retry_after(failure.retry_after_s)
    if exchange.plan.fault("echo-key"):
        sent = next(filter(None, map(exchange.header, ("authorization", *_KEY_HEADERS))), None)
        return 401, openai.error_value(401, f"Incorrect API key provided: {sent}"), None
    return 0, None, None


def _retry_after(seconds: float | None) -> Headers:
    return [] if seconds is None else [(b"retry-after", b"%g" % seconds)]


async def _json(
    connection: Connection, exchange: Exchange, status: int, value: Any, headers: Headers | None = None
) -> None:
    head = Head(status=status, content_type=b"application/json", headers=headers or [])
    await Player(connection, exchange).plain(head, orjson.dumps(value))
