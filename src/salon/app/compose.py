"""Builds the house: the only place that knows every part, and in which order they begin and end."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from salon.app.assembly import DIALECTS, build_registry
from salon.app.configuration import Configuration
from salon.app.declarations import alias_specs, price_specs, provider_specs
from salon.app.gauges import add_gauges
from salon.app.infrastructure import make_cache, make_files, make_limiter
from salon.app.listing import listed_models
from salon.app.manage import Management
from salon.app.observer import GatewayObserver
from salon.app.redis import Redis, connect_redis
from salon.app.reload import LiveConfiguration
from salon.app.tracing import make_tracer
from salon.foundation.accounts import Accounts
from salon.foundation.egress import Egress, HttpClient
from salon.foundation.events import Bus, RedisWakes
from salon.foundation.files import Files
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import Ledger
from salon.foundation.runs import RedisCopies, Runs
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.migrations import current_revision, migrate
from salon.foundation.telemetry import LoopLag, Metrics, Tracer, redactor, set_level
from salon.gateway.answers import IdempotencyKeys
from salon.gateway.configuration import ProviderService
from salon.gateway.gateway import Gateway
from salon.gateway.limits_redis import RedisLimiter
from salon.gateway.vault import Vault, load_master_keys
from salon.surfaces.api.services import Readiness, ServerLimits, Services

_logger = logging.getLogger(__name__)

_PROBE_S = 2.0


class House:
    """Every part of one running Salon. Made by ``compose``; ended by ``close``."""

    storage: Storage
    bus: Bus
    accounts: Accounts
    ledger: Ledger
    runs: Runs
    files: Files
    http: HttpClient
    gateway: Gateway
    providers: ProviderService
    services: Services
    observer: GatewayObserver
    tracer: Tracer | None = None
    redis: Redis | None = None

    def __init__(self, configuration: Configuration, *, role: str, address: str | None) -> None:
        self.role = role
        self.address = address
        self.clock = SystemClock()
        self.started_at_ms = self.clock.now_ms()
        self.live = LiveConfiguration(configuration)
        self.tasks = TaskSupervisor("house")
        self.metrics = Metrics()
        self.lag = LoopLag()
        self.closing = contextlib.AsyncExitStack()
        self.connections: Callable[[], int] = lambda: 0
        """How many clients are connected; set by the server."""

    # -- what others ask ----------------------------------------------------------------------------
    def ask_reload(self) -> None:
        """Read the settings again, soon; for a signal handler."""
        self.tasks.spawn(self.live.reload(), name="reload")

    async def discover(self, model: str) -> None:
        """Ask the providers that may have ``model`` and were not asked lately."""
        prefix, slash, _ = model.partition("/")
        known = {one.spec.name for one in self.gateway.registry.configured()}
        await self.providers.discovery.refresh([prefix] if slash and prefix in known else None)

    async def take_file(self, configuration: Configuration) -> None:
        """Put what the settings say in force. Raises: ConfigError; then nothing has changed."""
        settings, environ = configuration.settings, configuration.source.environ
        for provider in settings.providers.values():
            redactor.register(provider.api_key or environ.get(provider.api_key_env or "-"))
        await self.providers.set_file(
            provider_specs(settings, environ),
            alias_specs(settings),
            price_specs(settings),
            environ=environ if settings.gateway.use_environment_keys else {},
        )
        set_level(settings.log.level)

    async def storage_problem(self) -> str | None:
        """Say why the database does not answer, or None when it does."""
        try:
            async with asyncio.timeout(_PROBE_S):
                await self.storage.read(current_revision)
        except SalonError as error:
            return error.message
        except TimeoutError:
            return f"It did not answer within {_PROBE_S:g} s."
        return None

    async def redis_answers(self) -> bool:
        """Tell whether Redis answers; False when none is configured."""
        return await self.redis.answers() if self.redis is not None else False

    async def readiness(self) -> Readiness:
        """Say whether requests can be served now."""
        storage = await self.storage_problem() is None
        ledger = self.ledger.health().problem is None
        parts = {"storage": storage, "ledger": ledger, "gateway": True}
        if self.redis is not None:
            parts["redis"] = True  # counters fall back to this process; requests are served
        return Readiness(ready=storage, parts=parts)

    async def new_sign_in_address(self) -> tuple[str, int | None]:
        """Make a one-time address that signs a browser in; with its expiry in UTC milliseconds."""
        link = await self.accounts.create_login_link()
        base = self.live.current.settings.server.base_path
        return f"{self.address or 'http://localhost'}{base}/signin/{link.token}", link.expires_at_ms

    async def close(self) -> None:
        """End every part, the last one first; what does not end in time is logged and left."""
        await self.tasks.close()
        await self.closing.aclose()


async def compose(configuration: Configuration, *, role: str, address: str | None) -> House:
    """Build and start a house. Connects to nothing but its own storage.

    Raises: ConfigError, StorageError; what was begun is ended then.
    """
    house = House(configuration, role=role, address=address)
    try:
        await _open_storage(house)
        await _open_gateway(house)
        _open_door(house)
        _observe(house)
    except BaseException:
        await house.close()
        raise
    return house


async def _open_storage(house: House) -> None:
    settings = house.live.current.settings
    data = house.live.current.source.data
    address: str | Path = settings.storage.url or data.database_path
    redactor.register(settings.storage.url)
    redactor.register(settings.redis.url)
    house.storage = await open_storage(
        address, readers=settings.storage.readers, pool_size=settings.storage.pool_size
    )
    house.closing.push_async_callback(house.storage.close)
    await migrate(house.storage, backup=settings.storage.backup_before_migration)
    house.redis = connect_redis(settings.redis.url)
    if house.redis is not None:
        house.closing.push_async_callback(house.redis.close)
    wakes = RedisWakes(settings.redis.url) if settings.redis.url else None
    house.bus = Bus(house.storage, wakes=wakes)
    await house.bus.start()
    house.closing.push_async_callback(house.bus.close)
    house.accounts = Accounts(house.storage, house.clock)
    await house.accounts.start()
    house.closing.push_async_callback(house.accounts.close)
    house.ledger = Ledger(house.storage, house.clock)
    await house.ledger.start()
    house.accounts.on_budget_change(house.ledger.budget_changed)
    house.closing.push_async_callback(house.ledger.close)
    copies = RedisCopies(settings.redis.url) if settings.redis.url else None
    house.runs = Runs(house.storage, clock=house.clock, live=copies)
    await house.runs.start(is_alone=house.storage.dialect == "sqlite")
    house.closing.push_async_callback(house.runs.close)


async def _open_gateway(house: House) -> None:
    configuration = house.live.current
    settings = configuration.settings
    house.http = HttpClient(Egress())
    house.closing.push_async_callback(house.http.close)
    registry = build_registry(settings, house.http)
    house.tracer = make_tracer(settings.otel, house.http)
    if house.tracer is not None:
        tracer = house.tracer
        house.closing.push_async_callback(lambda: asyncio.to_thread(tracer.close))
    house.observer = GatewayObserver(house.metrics, house.tracer)
    limiter = make_limiter(settings, house.clock)
    if isinstance(limiter, RedisLimiter):
        house.closing.push_async_callback(limiter.close)
    cache = make_cache(settings, house.clock, house.redis)
    if cache is not None:
        house.closing.push_async_callback(cache.close)
    options = registry.options
    house.gateway = Gateway(
        registry,
        house.ledger,
        limiter=limiter,
        observer=house.observer,
        cache=cache,
        idempotency=IdempotencyKeys(
            house.storage,
            house.clock,
            ttl_s=options.idempotency_ttl_s,
            lease_s=options.total_timeout_s,
        ),
    )
    house.gateway.on_unknown_model = house.discover
    house.closing.push_async_callback(house.gateway.close)
    keys = load_master_keys(configuration.source.data.path, configuration.source.environ)
    house.providers = ProviderService(
        house.storage,
        registry,
        house.gateway,
        vault=Vault(keys, house.clock),
        http=house.http,
        clock=house.clock,
    )
    await house.take_file(configuration)
    await house.providers.start(house.bus)
    house.closing.push_async_callback(house.providers.close)
    house.live.on_change(house.take_file)
    house.files = make_files(
        settings, house.storage, house.http, data=configuration.source.data.path, clock=house.clock
    )


def _open_door(house: House) -> None:
    settings = house.live.current.settings
    server = settings.server
    house.services = Services(
        gateway=house.gateway,
        accounts=house.accounts,
        dialects=DIALECTS,
        list_models=lambda identity: listed_models(house.gateway.registry, identity),
        readiness=house.readiness,
        metrics=house.metrics.page if settings.metrics.enabled else None,
        bound_host=server.host if house.address is not None else "127.0.0.1",
        allowed_hosts=server.allowed_hosts,
        allowed_origins=server.allowed_origins,
        require_key=server.require_key,
        base_path=server.base_path,
        limits=ServerLimits(max_connections=server.max_connections, keep_alive_s=float(server.keep_alive_s)),
        house=Management(house),
    )


def _observe(house: House) -> None:
    """Start what watches the house itself."""
    house.tasks.spawn(house.lag.run(), name="loop-lag")
    house.tasks.spawn(house.live.watch(), name="watch-settings")
    add_gauges(house)
