"""The house: every part of one running Salon, and what its surfaces ask of it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from salon.app.configuration import Configuration
from salon.app.declarations import alias_specs, price_specs, provider_specs, residence_specs
from salon.app.observer import GatewayObserver
from salon.app.redis import Redis
from salon.app.reload import LiveConfiguration
from salon.foundation.accounts import Accounts
from salon.foundation.egress import HttpClient
from salon.foundation.events import Bus
from salon.foundation.files import Attachments, Files, Making, Uploads
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.later import Later
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import Ledger
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage
from salon.foundation.storage import backup as backups
from salon.foundation.storage.migrations import current_revision
from salon.foundation.storage.postgres import PostgresStorage
from salon.foundation.telemetry import LoopLag, Metrics, Tracer, redactor, set_level
from salon.foundation.workers import Workers
from salon.gateway.batches import Batches
from salon.gateway.configuration import FileConfiguration, ProviderService
from salon.gateway.gateway import Gateway
from salon.gateway.payloads import PayloadService
from salon.surfaces.api.services import ConversationServices, Readiness, Services

_PROBE_S = 2.0
_LAST_PATIENCE_S = 2.0
"""How long a database that has gone may take to come back at the end."""
_LOOK_AGAIN_S = 0.1
_CUT_S = 0.5

_logger = logging.getLogger(__name__)


class House:
    """Every part of one running Salon. Made by ``compose``; ended by ``close``."""

    storage: Storage
    bus: Bus
    accounts: Accounts
    ledger: Ledger
    runs: Runs
    files: Files
    uploads: Uploads
    making: Making
    attachments: Attachments
    workers: Workers
    http: HttpClient
    gateway: Gateway
    payloads: PayloadService
    batches: Batches
    link_keys: Callable[[], Sequence[bytes]]
    """What links of shares are made with."""
    conversations: Later[ConversationServices]
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
        self.files_gone = asyncio.Event()
        """Files were erased: their content is to go now."""
        self.is_composed = False
        """Every part is there; set by ``compose``."""

    # -- what others ask ----------------------------------------------------------------------------
    def ask_reload(self) -> None:
        """Read the settings again, soon; for a signal handler."""
        self.tasks.spawn(self.live.reload(), name="reload")

    async def prune_backups(self) -> list[str]:
        """Delete the backups that are not kept any more; return their names. Raises: StorageError."""
        settings = self.live.current.settings.storage
        if not settings.keep_backups and not settings.keep_backups_days:
            return []
        return await asyncio.to_thread(
            backups.prune,
            self.live.current.source.data.path / "backups",
            most=settings.keep_backups,
            keep_days=settings.keep_backups_days,
            now_ms=self.clock.now_ms(),
        )

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
        await self.providers.sources.set_file(
            FileConfiguration(
                providers=tuple(provider_specs(settings, environ)),
                aliases=tuple(alias_specs(settings)),
                prices=tuple(price_specs(settings)),
                residences=tuple(residence_specs(settings)),
                environ=environ if settings.gateway.use_environment_keys else {},
            )
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
        server = self.live.current.settings.server
        public = server.public_address and server.public_address + server.base_path
        base = public or self.address or f"http://localhost{server.base_path}"
        return f"{base}/signin/{link.token}", link.expires_at_ms

    async def close(self) -> None:
        """End every part, the last one first; what does not end in time is logged and left."""
        await self.tasks.close()
        if self.is_composed:
            await self._leave_dead_storage()
        await self.closing.aclose()

    async def _leave_dead_storage(self) -> None:
        """Do not let a database that has gone keep the end waiting: each part would wait for itself."""
        problem = await self._storage_problem_at_the_end()
        if problem is None or not isinstance(self.storage, PostgresStorage):
            return
        waiting = self.ledger.health().waiting
        _logger.error(
            "the database does not answer at the end: %s %d ledger items were not written; "
            "the rows among them are kept in this log only",
            problem,
            waiting,
        )
        await self.storage.close(patience_s=_CUT_S)
        await self.ledger.close(timeout_s=_CUT_S)

    async def _storage_problem_at_the_end(self) -> str | None:
        """Say why the database does not answer, having given it a moment to come back."""
        give_up_s = self.clock.monotonic_s() + _LAST_PATIENCE_S
        while True:
            problem = await self.storage_problem()
            if problem is None or self.clock.monotonic_s() >= give_up_s:
                return problem
            await asyncio.sleep(_LOOK_AGAIN_S)
