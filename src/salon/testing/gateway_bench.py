"""A gateway in this process, over a real database and real sockets, with replies that keep what they get."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
import orjson

from salon.foundation.accounts import NO_LIMITS, KeyIdentity, KeyLimits
from salon.foundation.egress import Egress, HttpClient
from salon.foundation.kit.caller import KEY_RIGHTS, OWNER_RIGHTS, Caller
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.foundation.ledger import AttemptEntry, Ledger, RequestEntry, system_scope
from salon.foundation.storage import Storage, open_storage
from salon.gateway.answers import AnswerCache, IdempotencyKeys
from salon.gateway.configuration import FileConfiguration, ProviderService
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.exchange import Headers, ServedCall, headers_of
from salon.gateway.gateway import Gateway
from salon.gateway.kinds import built_in_kinds
from salon.gateway.limits import Limiter
from salon.gateway.observer import Observer
from salon.gateway.options import GatewayOptions
from salon.gateway.protocols.base import DialectName
from salon.gateway.realtime import RealtimeOptions
from salon.gateway.registry.models import AliasSpec, PriceSpec, ProviderSpec, TargetSpec
from salon.gateway.registry.registry import Registry
from salon.gateway.vault import Vault, load_master_keys
from salon.testing.raw_http import RawAnswer

T = TypeVar("T")

OWNER = KeyIdentity(
    caller=Caller(
        kind="owner", space_id=SpaceId("spc_home"), person_id=PersonId("per_owner"), rights=OWNER_RIGHTS
    ),
    name="owner",
)
QUICK = GatewayOptions(
    connect_timeout_s=20.0, first_byte_timeout_s=20.0, idle_timeout_s=20.0, total_timeout_s=60.0, hold_s=5.0
)
"""Deadlines that no test meets, however busy the machine is, unless something hangs."""
IMPATIENT = msgspec.structs.replace(QUICK, first_byte_timeout_s=0.5, idle_timeout_s=0.5, hold_s=0.3)
"""Short deadlines, for tests of silence: an answer may meet them by accident."""


def key_identity(
    name: str = "key", *, space: str = "spc_home", limits: KeyLimits = NO_LIMITS, budgets: Sequence[str] = ()
) -> KeyIdentity:
    """Return the identity of an API key."""
    caller = Caller(kind="key", space_id=SpaceId(space), key_id=KeyId(f"key_{name}"), rights=KEY_RIGHTS)
    return KeyIdentity(caller=caller, name=name, limits=limits, budget_ids=tuple(budgets))


def alias(name: str, *models: str, **options: Any) -> AliasSpec:
    """Return an alias to these models, in order of preference."""
    return AliasSpec(name=name, targets=tuple(TargetSpec(model=model) for model in models), **options)


class LeapingClock(SystemClock):
    """The machine's clock, which a test may put forward."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def monotonic_s(self) -> float:
        """Return monotonic seconds, those leapt over included."""
        return super().monotonic_s() + self._ahead_s

    def leap(self, seconds: float) -> None:
        """Let ``seconds`` have passed."""
        self._ahead_s += seconds


class MemoryReply:
    """A reply that keeps what it gets, and can leave or fall behind like a caller."""

    def __init__(self) -> None:
        self.started = False
        self.closed = False
        self.writable = True
        self.status = 0
        self.headers: dict[str, str] = {}
        self._body = bytearray()
        self.writes = 0
        self.aborted = False
        self._on_close: list[Callable[[], None]] = []
        self._on_writable: list[Callable[[bool], None]] = []

    def start(self, status: int, headers: Headers, *, content_length: int | None = None) -> None:
        """Keep the head."""
        if self.closed:
            return
        assert not self.started, "the head was sent twice"
        self.started = True
        self.status = status
        self.headers = {name.decode(): value.decode() for name, value in headers}
        if content_length is not None:
            self.headers["content-length"] = str(content_length)

    def send(self, status: int, headers: Headers, body: bytes) -> None:
        """Keep the whole."""
        self.start(status, headers, content_length=len(body))
        self.write(body)
        self.finish()

    def send_lines(self, status: int, lines: bytes, body: bytes) -> None:
        """Keep the whole."""
        self.send(status, headers_of(lines), body)

    def write(self, data: bytes) -> None:
        """Keep part of the body."""
        if not self.closed:
            self._body += data
            self.writes += 1

    def finish(self) -> None:
        """End."""
        self.closed = True

    def abort(self) -> None:
        """Cut."""
        self.closed = self.aborted = True

    def on_close(self, callback: Callable[[], None]) -> None:
        """Remember whom to tell."""
        self._on_close.append(callback)

    def on_writable(self, callback: Callable[[bool], None]) -> None:
        """Remember whom to tell."""
        self._on_writable.append(callback)

    def leave(self) -> None:
        """Leave before the end."""
        if self.closed:
            return
        self.closed = True
        for callback in self._on_close:
            callback()

    def set_writable(self, writable: bool) -> None:
        """Fall behind, or catch up."""
        self.writable = writable
        for callback in self._on_writable:
            callback(writable)

    @property
    def size(self) -> int:
        """How many bytes of the body have come."""
        return len(self._body)

    @property
    def body(self) -> bytes:
        """The body so far."""
        return bytes(self._body)

    def raw(self) -> RawAnswer:
        """Return what the caller got in the form that judges read."""
        complete = self.closed and not self.aborted
        return RawAnswer(status=self.status, headers=self.headers, body=self.body, complete=complete)

    def json(self) -> Any:
        """Return the body as JSON."""
        return orjson.loads(self.body)


def chat_body(dialect: DialectName, model: str, text: str, *, stream: bool, **fields: Any) -> bytes:
    """Return a request with one user message."""
    if dialect == "gemini":
        contents = [{"role": "user", "parts": [{"text": text}]}]
        return orjson.dumps({"contents": contents, **fields, "model": model, "stream": stream})
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": text}], "stream": stream}
    if dialect == "anthropic":
        body["max_tokens"] = 1000
    return orjson.dumps({**body, **fields})


class GatewayBench:
    """A gateway with everything it needs. Use as an async context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        providers: Sequence[ProviderSpec] = (),
        aliases: Sequence[AliasSpec] = (),
        prices: Sequence[PriceSpec] = (),
        options: GatewayOptions = QUICK,
        limiter: Limiter | None = None,
        observer: Observer | None = None,
        database: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        sessions: RealtimeOptions | None = None,
    ) -> None:
        self.folder = folder
        self._sessions = sessions
        self.options = options
        self.clock: Clock = clock or SystemClock()
        self._file = FileConfiguration(
            providers=tuple(providers), aliases=tuple(aliases), prices=tuple(prices), environ=environ or {}
        )
        self._limiter = limiter
        self._observer = observer
        self._database = database or folder / "salon.db"

    storage: Storage
    ledger: Ledger
    http: HttpClient
    registry: Registry
    gateway: Gateway
    service: ProviderService
    vault: Vault
    cache: AnswerCache

    async def __aenter__(self) -> Self:
        self.storage = await open_storage(self._database)
        await self.storage.create_all()
        self.ledger = Ledger(self.storage, self.clock)
        await self.ledger.start()
        self.http = HttpClient(Egress())
        options = self.options
        self.registry = Registry(
            built_in_kinds(),
            DIALECTS,
            only_spoken=ONLY_SPOKEN,
            http=self.http,
            clock=self.clock,
            options=options,
        )
        self.cache = AnswerCache(self.clock, max_bytes=options.cache_max_bytes, ttl_s=options.cache_ttl_s)
        self.gateway = Gateway(
            self.registry,
            self.ledger,
            limiter=self._limiter,
            clock=self.clock,
            observer=self._observer,
            cache=self.cache,
            idempotency=IdempotencyKeys(
                self.storage, self.clock, ttl_s=options.idempotency_ttl_s, lease_s=options.total_timeout_s
            ),
            sessions=self._sessions,
        )
        self.vault = Vault(load_master_keys(self.folder, self._file.environ), self.clock)
        self.service = ProviderService(
            self.storage,
            self.registry,
            self.gateway,
            vault=self.vault,
            http=self.http,
            clock=self.clock,
        )
        await self.service.start()
        await self.service.sources.set_file(self._file)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.service.close()
        await self.gateway.close()
        await self.cache.close()
        await self.ledger.close()
        await self.http.close()
        await self.storage.close()

    async def call(
        self,
        model: str = "demo",
        text: str = "hello",
        *,
        dialect: DialectName = "openai",
        stream: bool = False,
        identity: KeyIdentity = OWNER,
        headers: Mapping[str, str] | None = None,
        reply: MemoryReply | None = None,
        **fields: Any,
    ) -> MemoryReply:
        """Serve one call with one user message to its end and return what the caller got."""
        body = chat_body(dialect, model, text, stream=stream, **fields)
        return await self.send(dialect, body, identity=identity, headers=headers, reply=reply)

    async def send(
        self,
        dialect: DialectName,
        body: bytes,
        *,
        identity: KeyIdentity = OWNER,
        headers: Mapping[str, str] | None = None,
        reply: MemoryReply | None = None,
        timeout_s: float = 60.0,
    ) -> MemoryReply:
        """Serve one call to its end and return what the caller got."""
        reply = reply or MemoryReply()
        call = ServedCall(
            dialect=dialect,
            identity=identity,
            headers={name.encode(): value.encode() for name, value in (headers or {}).items()},
            body=body,
            received_at_s=self.clock.monotonic_s(),
        )
        async with asyncio.timeout(timeout_s):
            await self.gateway.serve(call, reply)
        return reply

    async def rows(self) -> list[tuple[RequestEntry, list[AttemptEntry]]]:
        """Return what the ledger holds, oldest first."""
        await self.ledger.flush()
        page = await self.ledger.requests(system_scope(), limit=200)
        entries = sorted(page.entries, key=lambda entry: entry.request_id)
        return [await self.ledger.request(system_scope(), entry.request_id) for entry in entries]

    async def row(self) -> tuple[RequestEntry, list[AttemptEntry]]:
        """Return the one request there was."""
        (row,) = await self.rows()
        return row


async def poll(check: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
    """Wait until ``check`` holds. Raises: TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not check():  # noqa: ASYNC110 - what is waited for is no event of ours
            await asyncio.sleep(0.005)
