"""Providers: added, tried, changed and removed while Salon runs.

Every change is written with its audit record and its event, then all sources are read again.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.egress import HttpClient
from salon.foundation.events import Bus
from salon.foundation.kit.caller import Caller, Right, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, NotAllowed, NotFound, SalonError
from salon.foundation.kit.ids import ProviderId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import ConstraintViolated, Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.acts import check_right, owned_by, tell
from salon.gateway.configuration.aliases import AliasService
from salon.gateway.configuration.discovery import Discovery
from salon.gateway.configuration.prices import PriceService
from salon.gateway.configuration.probe import FoundServer, find_local_servers
from salon.gateway.configuration.residences import ResidenceService
from salon.gateway.configuration.sources import READ, Sources
from salon.gateway.configuration.store import StoredProvider
from salon.gateway.configuration.trial import Trial, Trials
from salon.gateway.gateway import Gateway
from salon.gateway.registry.configured import Configured, Declared
from salon.gateway.registry.links import check_stays, credential_hosts, shaped
from salon.gateway.registry.models import Listing, Provider, ProviderSpec
from salon.gateway.registry.registry import Registry
from salon.gateway.vault import Vault

_TOPIC: Final = "*.gateway.>"
_logger = logging.getLogger(__name__)


class ProviderService:
    """The gateway's configuration while it runs. One per process, on its event loop."""

    def __init__(
        self,
        storage: Storage,
        registry: Registry,
        gateway: Gateway,
        *,
        vault: Vault,
        http: HttpClient,
        clock: Clock,
    ) -> None:
        self.registry = registry
        self.sources = Sources(storage, registry, vault)
        self.aliases = AliasService(storage, registry, self.sources, clock=clock)
        self.prices = PriceService(storage, registry, self.sources, clock=clock)
        self.residences = ResidenceService(storage, self.sources, clock=clock)
        self.discovery = Discovery(registry, http, clock, keep=self._keep_listing)
        self._storage = storage
        self._vault = vault
        self._http = http
        self._clock = clock
        self._trials = Trials(gateway, self.discovery, clock)
        self._supervisor = TaskSupervisor("gateway configuration")

    # -- life -------------------------------------------------------------------------------------
    async def start(self, bus: Bus | None = None) -> None:
        """Read everything; with ``bus``, read again whenever another process changes something."""
        listings = await self._storage.read(lambda tx: store.all_listings(tx, SystemScope(READ)))
        await self.sources.reload()
        for name, (address, listing) in listings.items():
            configured = self.registry.provider(name)
            if configured is not None and configured.shown().base_url == address:
                self.registry.set_listing(name, listing)
        if bus is not None:
            self._supervisor.spawn(self._follow(bus), name="follow-configuration")

    async def close(self) -> None:
        """Stop following and asking."""
        await self._supervisor.close()
        await self.discovery.close()
        await self.registry.close()

    # -- providers --------------------------------------------------------------------------------
    async def add(self, caller: Caller, spec: ProviderSpec) -> Provider:
        """Add a provider. Raises: NotAllowed, ConfigError, Conflict."""
        check_right(caller)
        provider_id = ProviderId(new_id("prv"))
        secret = spec.api_key or None
        declared = Declared(spec, id=provider_id, source="database", secret=secret)
        self.registry.check(declared)
        if self.registry.provider(spec.name) is not None:
            raise _name_taken(spec.name)
        self.registry.check_reach(declared)

        def write(tx: Transaction) -> None:
            now_ms = self._clock.now_ms()
            secret_id = self._vault.put(tx, caller, secret) if secret else None
            row: dict[str, Any] = {
                "id": provider_id,
                **owned_by(caller),
                "name": spec.name,
                "kind": spec.kind,
                "enabled": int(spec.enabled),
                "spec": store.encode_spec(spec),
                "secret_id": secret_id,
                "created_at_ms": now_ms,
                "updated_at_ms": now_ms,
            }
            store.insert_provider(tx, SpaceScope(caller.space_id), row)
            detail = {"name": spec.name, "kind": spec.kind, "base_url": spec.base_url}
            tell(tx, caller, "gateway.provider-added", provider_id, detail)

        try:
            await self._storage.write(write)
        except ConstraintViolated as error:
            raise _name_taken(spec.name) from error
        await self.sources.reload()
        return self._shown(spec.name)

    async def set_enabled(self, caller: Caller, name: str, *, enabled: bool) -> Provider:
        """Let requests go to a provider, or not. Raises: NotAllowed, NotFound, Conflict."""
        word = "enabled" if enabled else "disabled"
        return await self._change(
            caller,
            name,
            lambda spec: msgspec.structs.replace(spec, enabled=enabled),
            f"gateway.provider-{word}",
        )

    async def update(self, caller: Caller, name: str, spec: ProviderSpec) -> Provider:
        """Replace what is declared of a provider; a credential of None keeps the stored one, at its host.

        Raises: NotAllowed, NotFound, Conflict, ConfigError.
        """
        if spec.name != name:
            raise Conflict(problem="A provider's name cannot change. Add another one and remove this one.")
        return await self._change(
            caller, name, lambda _: spec, "gateway.provider-changed", secret=spec.api_key
        )

    async def change(
        self, caller: Caller, name: str, changes: Mapping[str, Any], *, secret: str | None = None
    ) -> Provider:
        """Change what is declared of a provider, by its fields' names; what is not named stays.

        A stored credential goes nowhere else: with an address at another host, the credential comes along.

        Raises: NotAllowed, NotFound, Conflict, ConfigError.
        """
        return await self._change(
            caller,
            name,
            lambda spec: msgspec.structs.replace(spec, **changes),
            "gateway.provider-changed",
            secret=secret,
        )

    async def set_credential(self, caller: Caller, name: str, secret: str) -> Provider:
        """Store a new credential. Raises: NotAllowed, NotFound, Conflict, ConfigError."""
        return await self._change(
            caller, name, lambda spec: spec, "gateway.credential-changed", secret=secret
        )

    async def remove(self, caller: Caller, name: str) -> None:
        """Remove a provider and its credential. Raises: NotAllowed, NotFound, Conflict."""
        configured = self._changeable(caller, name)

        def write(tx: Transaction) -> None:
            scope = SpaceScope(caller.space_id)
            stored = store.find_provider(tx, scope, configured.spec.name)
            if stored is None:
                raise NotFound(what="provider", id=name)
            if stored.secret_id is not None:
                self._vault.remove(tx, stored.secret_id)
            store.delete_provider(tx, scope, configured.spec.name)
            tell(tx, caller, "gateway.provider-removed", stored.id, {"name": configured.spec.name})

        await self._storage.write(write)
        await self.sources.reload()

    async def test(self, identity: KeyIdentity, name: str, *, model: str | None = None) -> Trial:
        """Try a provider for real. Raises: NotAllowed, NotFound; what the provider does is in the report."""
        check_right(identity.caller)
        return await self._trials.run(identity, self._find(name), model)

    async def find_local(self) -> list[FoundServer]:
        """Look for model servers on this machine."""
        return await find_local_servers(self._http)

    async def rotate_master_key(self, caller: Caller) -> int:
        """Seal every credential with a new master key; return how many. Raises: NotAllowed, ConfigError."""
        if not caller.has(Right.MANAGE_SYSTEM):
            raise NotAllowed(right=Right.MANAGE_SYSTEM)
        count = await self._vault.rotate(self._storage)
        detail = {"credentials": count}
        await self._storage.write(lambda tx: tell(tx, caller, "gateway.master-key-rotated", "vault", detail))
        return count

    # -- own --------------------------------------------------------------------------------------
    async def _change(
        self,
        caller: Caller,
        name: str,
        change: Callable[[ProviderSpec], ProviderSpec],
        act: str,
        *,
        secret: str | None = None,
    ) -> Provider:
        configured = self._changeable(caller, name)
        changed = change(configured.spec)
        link = configured.link
        kept = secret or (link.secret if link is not None else None)
        declared = Declared(changed, id=configured.id, source="database", secret=kept)
        self.registry.check(declared)
        kind = shaped(self.registry.kinds.get(changed.kind), changed)
        old, new = credential_hosts(configured.kind, configured.spec), credential_hosts(kind, changed)
        if (
            changed.base_url != configured.spec.base_url
            or changed.options != configured.spec.options
            or changed.allow_private != configured.spec.allow_private
        ):
            self.registry.check_reach(declared)

        def write(tx: Transaction) -> None:
            scope = SpaceScope(caller.space_id)
            stored = store.find_provider(tx, scope, changed.name)
            if stored is None:
                raise NotFound(what="provider", id=name)
            secret_id = stored.secret_id
            if secret:
                if secret_id is not None:
                    self._vault.remove(tx, secret_id)
                secret_id = self._vault.put(tx, caller, secret)
            elif secret_id is not None:
                check_stays(old, new, name=changed.name)
            fresh = StoredProvider(id=stored.id, spec=changed, secret_id=secret_id)
            store.update_provider(tx, scope, fresh, now_ms=self._clock.now_ms())
            tell(tx, caller, act, stored.id, {"name": changed.name})

        await self._storage.write(write)
        await self.sources.reload()
        return self._shown(changed.name)

    def _find(self, name: str) -> Configured:
        """Return the provider with that name or id. Raises: NotFound."""
        for configured in self.registry.configured():
            if name in (configured.spec.name, configured.id):
                return configured
        raise NotFound(what="provider", id=name)

    def _changeable(self, caller: Caller, name: str) -> Configured:
        check_right(caller)
        configured = self._find(name)
        if configured.source != "database":
            where = {
                "file": "in the settings file; change it there",
                "environment": "by an environment variable; unset it",
                "built-in": "by Salon itself; it is always there",
            }[configured.source]
            raise Conflict(problem=f"“{configured.spec.name}” is declared {where}.")
        return configured

    def _shown(self, name: str) -> Provider:
        return self._find(name).shown()

    def _keep_listing(self, name: str, listing: Listing) -> None:
        configured = self.registry.provider(name)
        if configured is None:
            return
        row = {"space_id": "system", "base_url": configured.shown().base_url}
        self._storage.submit(lambda tx: store.set_listing(tx, SystemScope(READ), name, listing, row))

    async def _follow(self, bus: Bus) -> None:
        subscription = bus.subscribe(_TOPIC)
        try:
            while await subscription.next() is not None:
                try:
                    await self.sources.reload()
                except SalonError as error:
                    _logger.warning("a changed configuration was not taken over: %s", error.message)
        finally:
            subscription.close()


def _name_taken(name: str) -> Conflict:
    return Conflict(problem=f"There is a provider “{name}” already. Choose another name.")
