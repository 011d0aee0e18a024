"""Binds the library to this machine: the Salon that runs here, or a gateway in this process."""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar

from salon.app.assembly import build_registry, file_declared, local_declared
from salon.app.configuration import load
from salon.app.declarations import alias_specs, price_specs, provider_specs
from salon.app.launch import COMMAND
from salon.app.server import HouseThread
from salon.app.source import Source, find_source
from salon.foundation.accounts import KeyIdentity
from salon.foundation.egress import Egress, HttpClient
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import AttemptEntry, Hold, RequestEntry
from salon.foundation.messages import EmbeddingRequest, ModelRequest, OperationRequest, StreamEvent
from salon.gateway.configuration.discovery import Discovery
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.configuration.probe import find_local_servers
from salon.gateway.configuration.sources import DEMO
from salon.gateway.gateway import Gateway
from salon.surfaces.library import (
    Answer,
    Embeddings,
    Engine,
    KnownModel,
    Library,
    Options,
    RemoteEngine,
    Told,
    embeddings_of,
)


@functools.cache
def library() -> Library:
    """Return the one library of this process."""
    return Library(open_engine)


async def open_engine(options: Options) -> Engine:
    """Return the engine that fits what is at hand. Raises: ConfigError.

    In this order: a named address, the owner of the data directory, this process.
    """
    environ = os.environ
    url = options.base_url or (None if options.data_dir else environ.get("SALON_BASE_URL"))
    if url:
        return RemoteEngine(url=url, api_key=options.api_key or environ.get("SALON_API_KEY"))
    source = find_source(data_dir=options.data_dir)
    owner = source.data.owner()
    if owner is not None and owner.socket is not None and owner.role != COMMAND:
        return RemoteEngine(socket_path=owner.socket, api_key=options.api_key)
    if options.data_dir is not None:
        return await ResidentEngine.open(source)
    return await OwnEngine.open(source, environ)


_heard: ContextVar[list[RequestEntry] | None] = ContextVar("salon_heard", default=None)
"""Where the ledger's entry of the present question goes."""


class MemoryLedger:
    """Keeps nothing: tells the one who asked what became of the request, and holds no money."""

    def reserve_now(
        self, budget_ids: Sequence[str], estimate_e10: int | None, *, at_ms: int, currency: str
    ) -> Hold | None:
        """Hold nothing."""
        del budget_ids, estimate_e10, at_ms, currency

    async def reserve(
        self,
        budget_ids: Sequence[str],
        estimate_e10: int | None,
        *,
        model: str = "",
        at_ms: int | None = None,
        currency: str = "USD",
    ) -> Hold | None:
        """Hold nothing: there is no budget without a data directory."""
        del budget_ids, estimate_e10, model, at_ms, currency

    def record(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> None:
        """Hand the entry to whoever asked."""
        del attempts, hold
        heard = _heard.get()
        if heard is not None:
            heard.append(entry)


class OwnEngine:
    """A gateway in this process that writes nothing."""

    def __init__(self, gateway: Gateway, http: HttpClient, discovery: Discovery) -> None:
        self._gateway = gateway
        self._http = http
        self._discovery = discovery
        caller = Caller(kind="owner", space_id=SpaceId("spc_library"), rights=OWNER_RIGHTS, via="library")
        self._identity = KeyIdentity(caller=caller, name="library")

    @classmethod
    async def open(cls, source: Source, environ: Mapping[str, str]) -> "OwnEngine":
        """Return a gateway with what the file and the environment name, else what runs on this machine."""
        settings = load(source).settings
        http = HttpClient(Egress())
        registry = build_registry(settings, http)
        declared = [file_declared(spec) for spec in provider_specs(settings, environ)]
        if settings.gateway.use_environment_keys:
            declared += environment_providers(registry.kinds, environ)
        if not declared and settings.gateway.detect_local:
            declared = [local_declared(server) for server in await find_local_servers(http)]
        registry.configure([*declared, DEMO], alias_specs(settings), price_specs(settings))
        gateway = Gateway(registry, MemoryLedger())
        discovery = Discovery(registry, http, SystemClock())
        gateway.on_unknown_model = lambda _: discovery.refresh()
        return cls(gateway, http, discovery)

    async def answer(self, request: ModelRequest) -> Answer:
        """Return a finished answer."""
        heard: list[RequestEntry] = []
        token = _heard.set(heard)
        try:
            response = await self._gateway.inside.generate(self._identity, request)
        finally:
            _heard.reset(token)
        entry = heard[-1] if heard else None
        return Answer(
            response=response,
            model=(entry.route if entry else None) or response.model or request.model,
            route=entry.route if entry else None,
            cost_e10=entry.cost_e10 if entry else None,
            currency=entry.currency if entry else "USD",
            request_id=entry.request_id if entry else None,
        )

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Return vectors."""
        heard: list[RequestEntry] = []
        token = _heard.set(heard)
        try:
            response = await self._gateway.inside.embed(self._identity, request)
        finally:
            _heard.reset(token)
        entry = heard[-1] if heard else None
        return embeddings_of(
            response,
            model=(entry.route if entry else None) or response.model or request.model,
            cost_e10=entry.cost_e10 if entry else None,
            currency=entry.currency if entry else "USD",
            request_id=entry.request_id if entry else None,
        )

    async def ask(self, request: OperationRequest) -> Told:
        """Return the answer to a question that is no chat."""
        heard: list[RequestEntry] = []
        token = _heard.set(heard)
        try:
            response = await self._gateway.inside.ask(self._identity, request)
        finally:
            _heard.reset(token)
        entry = heard[-1] if heard else None
        return Told(
            response=response,
            model=(entry.route if entry else None) or response.model or request.model,
            cost_e10=entry.cost_e10 if entry else None,
            currency=entry.currency if entry else "USD",
            request_id=entry.request_id if entry else None,
        )

    async def events(self, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Yield an answer as it is made."""
        async for event in self._gateway.inside.stream(self._identity, request):
            yield event

    async def models(self) -> Sequence[KnownModel]:
        """Ask providers for their models and return what can be asked; aliases first."""
        await self._discovery.refresh()
        return [
            KnownModel(id=entry.id, provider=entry.provider, context_tokens=entry.info.context_tokens)
            for entry in self._gateway.registry.models()
        ]

    async def close(self) -> None:
        """End what is under way and close the connections."""
        await self._discovery.close()
        await self._gateway.close()
        await self._http.close()


class ResidentEngine(RemoteEngine):
    """A whole house in this process, on a data directory that was named and that nobody else owns."""

    def __init__(self, house: HouseThread) -> None:
        super().__init__(socket_path=house.socket_path)
        self._house = house

    @classmethod
    async def open(cls, source: Source) -> "ResidentEngine":
        """Start the house. Raises: ConfigError, StorageError."""
        house = HouseThread(load(source), known_as="library")
        await asyncio.to_thread(house.start)
        return cls(house)

    async def close(self) -> None:
        """End the house."""
        await super().close()
        await asyncio.to_thread(self._house.stop)
