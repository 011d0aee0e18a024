"""Both doors on a loopback port, in front of a gateway that only tells what it was given."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from uvicorn import Config, Server

from salon.foundation.accounts import KeyIdentity, KeyLimits, digest_of
from salon.foundation.kit.caller import KEY_RIGHTS, OWNER_RIGHTS, Caller
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.protocols.anthropic import DIALECT as ANTHROPIC
from salon.gateway.protocols.gemini import DIALECT as GEMINI
from salon.gateway.protocols.openai import DIALECT as OPENAI
from salon.surfaces.api.app import build_app
from salon.surfaces.api.asgi import SalonApp
from salon.surfaces.api.hot import protocol_for
from salon.surfaces.api.services import ListedModel, Readiness, ServerLimits, Services
from salon.testing.raw_http import RawAnswer, ask

SPACE = SpaceId("spc_test")
GOOD_KEY = "sk-salon-good"
SESSION = "session-good"


class MemoryAccounts:
    """Accounts with one key, one key limited to nothing useful, and one session."""

    def __init__(self) -> None:
        caller = Caller(kind="key", space_id=SPACE, key_id=KeyId("key_1"), rights=KEY_RIGHTS)
        idle = KeyLimits(operations=("nothing",))
        some = KeyLimits(models=("small*",))
        self.keys = {
            GOOD_KEY: KeyIdentity(caller=caller, name="good"),
            "sk-salon-idle": KeyIdentity(caller=caller, limits=idle, name="idle"),
            "sk-salon-some": KeyIdentity(caller=caller, limits=some, name="some"),
        }
        self.elsewhere: dict[str, KeyIdentity] = {}
        """Keys that another process made, found by looking again."""
        self.looks = 0
        self.asked: list[str] = []
        self.listeners: list[Callable[[frozenset[str]], None]] = []

    def authenticate_key(self, secret: str) -> KeyIdentity | None:
        self.asked.append(secret)
        return self.keys.get(secret)

    def author_name(self, caller: Caller, author_id: str) -> str | None:
        return None

    def authenticate_digest(self, digest: bytes) -> KeyIdentity | None:
        return next(
            (self.authenticate_key(secret) for secret in self.keys if digest_of(secret) == digest), None
        )

    def session(self, secret: str) -> Caller | None:
        return self.owner("tcp") if secret == SESSION else None

    async def look_again(self) -> None:
        await asyncio.sleep(0)
        self.looks += 1
        self.keys |= self.elsewhere

    def identity(self, caller: Caller) -> KeyIdentity:
        return KeyIdentity(caller=caller, name=caller.kind)

    def on_ended(self, listener: Callable[[frozenset[str]], None]) -> None:
        self.listeners.append(listener)

    def end(self, secret: str) -> None:
        del self.keys[secret]
        for listener in self.listeners:
            listener(frozenset({secret}))

    def owner(self, via: Any) -> Caller:
        return Caller(kind="owner", space_id=SPACE, person_id=PersonId("per_1"), rights=OWNER_RIGHTS, via=via)


class TellingGateway:
    """Answers with what it was given; ``x-mode`` picks how."""

    def __init__(self) -> None:
        self.calls: list[ServedCall] = []
        self.left = 0
        self.running = 0
        self.written_bytes = 0

    async def serve(self, call: ServedCall, reply: Reply, in_place: object = None) -> None:
        self.calls.append(call)
        self.running += 1
        try:
            mode = call.headers.get(b"x-mode", b"plain").decode()
            await getattr(self, f"_{mode}")(call, reply)
        finally:
            self.running -= 1

    async def _plain(self, call: ServedCall, reply: Reply) -> None:
        who = {"who": call.identity.name, "dialect": call.dialect, "size": len(call.body)}
        body = json.dumps(who).encode()
        reply.start(200, [(b"content-type", b"application/json")], content_length=len(body))
        reply.write(body)
        reply.finish()

    async def _slow(self, call: ServedCall, reply: Reply) -> None:
        await asyncio.sleep(0.05)
        await self._plain(call, reply)

    async def _stream(self, call: ServedCall, reply: Reply) -> None:
        reply.start(200, [(b"content-type", b"text/event-stream")])
        for number in range(5):
            reply.write(b"data: %d\n\n" % number)
            await asyncio.sleep(0)
        reply.finish()

    async def _hang(self, call: ServedCall, reply: Reply) -> None:
        gone = asyncio.Event()
        reply.on_close(gone.set)
        if call.headers.get(b"x-started"):
            reply.start(200, [])
            reply.write(b"first")
        await asyncio.wait_for(gone.wait(), 60)
        self.left += 1

    async def _flood(self, call: ServedCall, reply: Reply) -> None:
        gone, again = asyncio.Event(), asyncio.Event()
        reply.on_close(gone.set)
        reply.on_close(again.set)
        reply.on_writable(lambda writable: again.set() if writable else again.clear())
        reply.start(200, [])
        total = int(call.headers[b"x-total"])
        while self.written_bytes < total and not gone.is_set():
            reply.write(b"x" * 16384)
            self.written_bytes += 16384
            if not reply.writable:
                await again.wait()
        reply.finish()

    async def _abort(self, call: ServedCall, reply: Reply) -> None:
        reply.start(200, [])
        reply.write(b"part")
        await asyncio.sleep(0.01)
        reply.abort()

    async def _split(self, call: ServedCall, reply: Reply) -> None:
        reply.start(200, [(b"x-model", b"a\r\nset-cookie: evil=1")], content_length=0)
        reply.finish()


class RunningServer:
    """A server that listens, and what stands behind it."""

    def __init__(
        self, app: SalonApp, server: Server, port: int, gateway: TellingGateway, accounts: MemoryAccounts
    ) -> None:
        self.app = app
        self.server = server
        self.port = port
        self.gateway = gateway
        self.accounts = accounts

    async def ask(self, request: bytes, **options: Any) -> RawAnswer:
        return await ask(self.port, request, timeout_s=options.pop("timeout_s", 30.0), **options)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.005)


def _models(identity: KeyIdentity) -> list[ListedModel]:
    return [
        ListedModel(
            id=name,
            provider="demo",
            display_name=name.title(),
            created_at_s=1_700_000_000 + index,
            context_tokens=4096,
            kept_until_s=1_700_000_300 if name == "kind/name" else None,
        )
        for index, name in enumerate(("demo", "small-1", "small-2", "kind/name"))
    ]


async def _readiness() -> Readiness:
    return Readiness(ready=True, parts={"storage": True})


@contextlib.asynccontextmanager
async def _running(kind: str, **overrides: Any) -> AsyncIterator[RunningServer]:
    gateway, accounts = TellingGateway(), MemoryAccounts()
    loads = {name: overrides.pop(name, None) for name in ("load_routers", "load_more")}
    unix_path: Path | None = overrides.pop("unix_path", None)
    fields: dict[str, Any] = {
        "gateway": gateway,
        "accounts": accounts,
        "dialects": {"openai": OPENAI, "anthropic": ANTHROPIC, "ollama": OPENAI, "gemini": GEMINI},
        "list_models": _models,
        "readiness": _readiness,
        "metrics": lambda: b"up 1\n",
    }
    app = build_app(Services(**(fields | overrides)), **loads)
    config = Config(
        app,
        http=protocol_for(app.door) if kind == "hot" else "httptools",
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        uds=str(unix_path) if unix_path else None,
        timeout_graceful_shutdown=3,
    )
    sockets = None
    if unix_path is None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        sockets = [listening]
    server = Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
    serving = asyncio.create_task(server.serve(sockets=sockets))
    port = sockets[0].getsockname()[1] if sockets else 0
    running = RunningServer(app, server, port, gateway, accounts)
    try:
        await running.until(lambda: server.started)
        yield running
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, 30)
        await app.close()


Doors = Callable[..., AbstractAsyncContextManager[RunningServer]]


@pytest.fixture(params=["hot", "asgi"])
def doors(request: pytest.FixtureRequest) -> Doors:
    """Open a server whose chat rows are served by the hot door, then one that has only the ASGI door."""
    return lambda **overrides: _running(request.param, **overrides)


@pytest.fixture
def hot_door() -> Doors:
    """Open a server with the hot door."""
    return lambda **overrides: _running("hot", **overrides)


@pytest.fixture
def patient() -> ServerLimits:
    """Limits whose deadlines pass quickly."""
    return ServerLimits(
        head_timeout_s=1.0,
        body_grace_s=0.3,
        keep_alive_s=0.3,
        write_stall_s=0.5,
        linger_s=0.3,
        tick_s=0.05,
        min_body_bytes_per_s=50,
    )
