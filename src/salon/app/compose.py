"""Builds the house: the only place that knows every part, and in which order they begin and end."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

from salon.app.assembly import build_registry
from salon.app.batches import open_batches
from salon.app.configuration import Configuration
from salon.app.declarations import realtime_options
from salon.app.gauges import add_gauges
from salon.app.house import House
from salon.app.infrastructure import make_cache, make_files, make_limiter
from salon.app.later import later_conversations
from salon.app.listing import listed_models
from salon.app.manage import Management
from salon.app.observer import GatewayObserver
from salon.app.payloads import open_payloads
from salon.app.redis import connect_redis
from salon.app.tracing import make_tracer
from salon.foundation.accounts import Accounts
from salon.foundation.acts import forget_acts
from salon.foundation.egress import Egress, HttpClient
from salon.foundation.events import Bus, Feed, RedisWakes
from salon.foundation.files import Attachments, ForeignPictures, Making, Uploads
from salon.foundation.kit.errors import SalonError
from salon.foundation.ledger import Ledger
from salon.foundation.runs import RedisCopies, Runs
from salon.foundation.storage import open_storage
from salon.foundation.storage.migrations import migrate
from salon.foundation.telemetry import redactor
from salon.foundation.workers import Workers
from salon.gateway.answers import IdempotencyKeys
from salon.gateway.configuration import ProviderService
from salon.gateway.dialects import DIALECTS
from salon.gateway.files.references import StoredReferences
from salon.gateway.gateway import Gateway
from salon.gateway.limits_redis import RedisLimiter
from salon.gateway.realtime import ClientSecrets
from salon.gateway.routing.shared import SharedBreakers
from salon.gateway.vault import Vault, load_master_keys
from salon.surfaces.api.services import FileServices, LiveServices, ServerLimits, Services

_PRICES_EVERY_S: Final = 3600.0
_BACKUPS_EVERY_S: Final = 600.0
_ACTS_EVERY_S: Final = 3600.0
_logger = logging.getLogger(__name__)


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
        house.is_composed = True
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
    redactor.register(settings.files.s3_secret_key)
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
    house.workers = Workers()
    house.runs = Runs(
        house.storage,
        clock=house.clock,
        live=copies,
        keep_deltas_s=settings.runs.keep_deltas_seconds,
        keep_runs_s=settings.runs.keep_days * 24 * 3600,
    )
    house.runs.report_as(house.accounts.owner("internal"))


async def _open_gateway(house: House) -> None:
    configuration = house.live.current
    settings = configuration.settings
    egress = Egress()
    house.http = HttpClient(egress)
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
        sessions=realtime_options(settings),
    )
    house.gateway.on_unknown_model = house.discover
    admission = house.gateway.admission
    house.metrics.gauge("salon_open_requests", "Requests under way.", (), lambda: {(): admission.active})
    realtime = house.gateway.realtime
    house.metrics.gauge(
        "salon_realtime_sessions", "Realtime sessions open now.", (), lambda: {(): realtime.active}
    )
    mirrors = house.gateway.mirrors
    house.metrics.gauge(
        "salon_mirrors_skipped",
        "Requests not sent a second time because too many were under way.",
        (),
        lambda: {(): mirrors.skipped},
    )
    _share_breakers(house)
    house.closing.push_async_callback(house.gateway.close)
    keys = load_master_keys(configuration.source.data.path, configuration.source.environ)
    vault = Vault(keys, house.clock)
    house.providers = ProviderService(
        house.storage,
        registry,
        house.gateway,
        vault=vault,
        http=house.http,
        clock=house.clock,
    )
    await house.take_file(configuration)
    await house.providers.start(house.bus)
    house.closing.push_async_callback(house.providers.close)
    house.live.on_change(house.take_file)
    await open_payloads(house, keys, vault)
    house.link_keys = lambda: keys.derived("links of shares")
    data = configuration.source.data.path
    house.files = make_files(settings, house.storage, house.http, egress=egress, data=data, clock=house.clock)
    house.uploads = Uploads(house.storage, house.files, house.clock)
    house.making = Making(house.storage, house.files, house.workers, house.clock)
    house.attachments = Attachments(house.files, house.making)
    house.gateway.references = StoredReferences(house.files, most_bytes=settings.files.max_referred_bytes)
    house.closing.push_async_callback(house.runs.close)
    open_batches(house, keys, vault)
    house.conversations = later_conversations(house)
    await house.runs.start(is_alone=house.storage.dialect == "sqlite")
    house.batches.workshop.start()


def _share_breakers(house: House) -> None:
    """Let processes on one Redis know of each other's breakers; without it each keeps its own."""
    if house.redis is None:
        return
    registry = house.gateway.registry
    shared = SharedBreakers(house.redis.client, house.clock, registry.breakers)
    registry.on_breaker = shared.changed
    shared.start()
    house.closing.push_async_callback(shared.close)


def _open_door(house: House) -> None:
    settings = house.live.current.settings
    server = settings.server
    house.services = Services(
        gateway=house.gateway,
        accounts=house.accounts,
        dialects=DIALECTS,
        list_models=lambda identity: listed_models(house.gateway.registry, identity),
        readiness=house.readiness,
        batches=house.batches,
        realtime=house.gateway.realtime,
        client_secrets=ClientSecrets(house.storage, house.clock),
        realtime_message_bytes=settings.realtime.max_message_bytes,
        metrics=house.metrics.page if settings.metrics.enabled else None,
        bound_host=server.host if house.address is not None else "127.0.0.1",
        allowed_hosts=server.allowed_hosts,
        allowed_origins=server.allowed_origins,
        require_key=server.require_key,
        base_path=server.base_path,
        public_address=server.public_address,
        own_address=house.address or "",
        trusted_proxies=server.trusted_proxies,
        most_wrong_credentials=server.wrong_credentials_per_minute,
        asset_address=server.asset_address,
        limits=ServerLimits(max_connections=server.max_connections, keep_alive_s=float(server.keep_alive_s)),
        files=FileServices(
            files=house.files,
            uploads=house.uploads,
            making=house.making,
            foreign=ForeignPictures(house.http, house.workers),
            identity_of=house.accounts.identity_of_creator,
        ),
        conversations=house.conversations,
        live=LiveServices(
            runs=house.runs, feed=Feed(house.storage, house.bus), conversations=house.conversations
        ),
        house=Management(house),
    )


def _observe(house: House) -> None:
    """Start what watches the house itself."""
    house.tasks.spawn(house.lag.run(), name="loop-lag")
    house.tasks.spawn(house.live.watch(), name="watch-settings")
    house.tasks.spawn(_keep_prices(house), name="keep-prices")
    house.tasks.spawn(_tidy_files(house), name="tidy-files")
    house.tasks.spawn(_prune_backups(house), name="prune-backups")
    house.tasks.spawn(_forget_acts(house), name="forget-acts")
    add_gauges(house)


async def _tidy_files(house: House) -> None:
    """Delete files whose time is over, and content that nothing refers to; at once after an erasure."""
    while True:
        house.files_gone.clear()
        try:
            await house.files.expire()
            await house.files.collect()
        except SalonError as error:
            _logger.warning("files could not be tidied up: %s", error.message)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(house.files_gone.wait(), house.live.current.settings.files.tidy_every_s)


async def _prune_backups(house: House) -> None:
    """Delete backups whose time is over."""
    while True:
        try:
            await house.prune_backups()
        except SalonError as error:
            _logger.warning("old backups could not be deleted: %s", error.message)
        await asyncio.sleep(_BACKUPS_EVERY_S)


async def _forget_acts(house: House) -> None:
    """Forget the acts of clients that are too old to be sent again."""
    while True:
        try:
            await forget_acts(house.storage, now_ms=house.clock.now_ms())
        except SalonError as error:
            _logger.warning("old acts could not be forgotten: %s", error.message)
        await asyncio.sleep(_ACTS_EVERY_S)


async def _keep_prices(house: House) -> None:
    """Ask the price tables again before what they said of today runs out."""
    while True:
        await asyncio.sleep(_PRICES_EVERY_S)
        await house.gateway.registry.refresh_prices()
