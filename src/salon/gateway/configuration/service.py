"""Providers, aliases and prices: added, tried, changed and removed while Salon runs.

Three sources in this order: the settings file, the database (API and command line), the environment; a
name that an earlier source took stays with it. The demo is always there. Every change is written with
its audit record and its event, then the registry takes the whole new configuration or keeps the old.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.audit import record
from salon.foundation.egress import HttpClient
from salon.foundation.events import Bus, Event, publish
from salon.foundation.kit.caller import Caller, Right, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ConfigError, Conflict, NotAllowed, NotFound, SalonError
from salon.foundation.kit.ids import ProviderId, new_id
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.storage import ConstraintViolated, Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.discovery import Discovery
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.configuration.probe import FoundServer, find_local_servers
from salon.gateway.configuration.store import StoredProvider
from salon.gateway.configuration.trial import Trial, Trials
from salon.gateway.gateway import Gateway
from salon.gateway.registry.alias_checks import check_alias
from salon.gateway.registry.configured import Configured, Declared
from salon.gateway.registry.models import AliasSpec, Listing, PriceSpec, Provider, ProviderSpec, Source
from salon.gateway.registry.registry import Registry
from salon.gateway.vault import Vault

_READ: Final = "gateway: serve with every space's providers"
_TOPIC: Final = "*.gateway.>"
_DEMO: Final = Declared(ProviderSpec(name="demo", kind="demo"), id=ProviderId("prv_demo"), source="built-in")
_logger = logging.getLogger(__name__)


class _FileConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    providers: tuple[ProviderSpec, ...] = ()
    aliases: tuple[AliasSpec, ...] = ()
    prices: tuple[PriceSpec, ...] = ()
    environ: Mapping[str, str] = {}


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
        self.discovery = Discovery(registry, http, clock, keep=self._keep_listing)
        self._storage = storage
        self._vault = vault
        self._http = http
        self._clock = clock
        self._trials = Trials(gateway, registry, http, clock)
        self._file = _FileConfiguration()
        self._supervisor = TaskSupervisor("gateway configuration")
        self.problems: tuple[str, ...] = ()
        """What of the configuration cannot be used, one sentence each; credentials apart."""
        self._told: frozenset[str] = frozenset()

    # -- life -------------------------------------------------------------------------------------
    async def start(self, bus: Bus | None = None) -> None:
        """Read everything; with ``bus``, read again whenever another process changes something."""
        listings = await self._storage.read(lambda tx: store.all_listings(tx, SystemScope(_READ)))
        await self.reload()
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

    async def set_file(
        self,
        providers: Sequence[ProviderSpec],
        aliases: Sequence[AliasSpec],
        prices: Sequence[PriceSpec],
        *,
        environ: Mapping[str, str],
    ) -> None:
        """Take what the settings file says; ``environ`` empty means "do not look there".

        Raises: ConfigError; then nothing has changed.
        """
        before = self._file
        self._file = _FileConfiguration(
            providers=tuple(providers), aliases=tuple(aliases), prices=tuple(prices), environ=environ
        )
        try:
            await self.reload()
        except ConfigError:
            self._file = before
            raise

    async def reload(self) -> None:
        """Build the configuration anew from all sources. Raises: ConfigError; the old one stays."""
        stored, aliases, prices, secrets = await self._storage.read(self._read)
        problems: list[str] = []
        kinds = self.registry.kinds
        declared = [_from_file(spec) for spec in self._file.providers]
        for row in stored:
            one = _from_database(row, secrets)
            try:
                self.registry.check(one)
            except ConfigError as error:
                problems.append(error.message)
                continue
            declared.append(one)
        if self._file.environ:
            declared += environment_providers(kinds, self._file.environ)
        file_names = {alias.name for alias in self._file.aliases}
        stored_aliases: list[AliasSpec] = []
        for alias in aliases:
            try:
                check_alias(alias)
            except ConfigError as error:
                problems.append(error.message)
                continue
            if alias.name not in file_names:
                stored_aliases.append(alias)
        file_prices = {spec.model for spec in self._file.prices}
        self.registry.configure(
            [*declared, _DEMO],
            [*self._file.aliases, *stored_aliases],
            [*(spec for spec in prices if spec.model not in file_prices), *self._file.prices],
        )
        problems += self._addresses(declared)
        problems += self.registry.alias_problems()
        self._tell_problems(problems)

    def _addresses(self, declared: Sequence[Declared]) -> list[str]:
        """Return what is wrong with addresses that an earlier Salon, or the settings file, took."""
        found: list[str] = []
        for one in declared:
            try:
                self.registry.check_reach(one)
            except ConfigError as error:
                found.append(error.message)
        return found

    def _tell_problems(self, problems: Sequence[str]) -> None:
        """Keep what cannot be used for the doctor; log each once."""
        missing = [
            f"The provider “{one.spec.name}” {one.problem}"
            for one in self.registry.configured()
            if one.spec.enabled and one.problem is not None
        ]
        for sentence in (*problems, *missing):
            if sentence not in self._told:
                _logger.warning("%s", sentence)
        self._told = frozenset((*problems, *missing))
        self.problems = tuple(problems)

    # -- providers --------------------------------------------------------------------------------
    async def add(self, caller: Caller, spec: ProviderSpec) -> Provider:
        """Add a provider. Raises: NotAllowed, ConfigError, Conflict."""
        _check_right(caller)
        provider_id = ProviderId(new_id("prv"))
        secret = spec.api_key or None
        declared = Declared(spec, id=provider_id, source="database", secret=secret)
        self.registry.check(declared)
        if self.registry.provider(spec.name) is not None:
            raise Conflict(problem=f"There is a provider “{spec.name}” already. Choose another name.")
        self.registry.check_reach(declared)

        def write(tx: Transaction) -> None:
            now_ms = self._clock.now_ms()
            secret_id = self._vault.put(tx, caller, secret) if secret else None
            row: dict[str, Any] = {
                "id": provider_id,
                "space_id": caller.space_id,
                "created_by": caller.key_id or caller.person_id,
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
            self._tell(tx, caller, "gateway.provider-added", provider_id, detail)

        try:
            await self._storage.write(write)
        except ConstraintViolated as error:
            raise Conflict(problem=f"There is a provider “{spec.name}” already.") from error
        await self.reload()
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
        """Replace what is declared of a provider; a credential of None keeps the stored one.

        Raises: NotAllowed, NotFound, Conflict, ConfigError.
        """
        if spec.name != name:
            raise Conflict(problem="A provider's name cannot change. Add another one and remove this one.")
        return await self._change(
            caller, name, lambda _: spec, "gateway.provider-changed", secret=spec.api_key
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
            self._tell(tx, caller, "gateway.provider-removed", stored.id, {"name": configured.spec.name})

        await self._storage.write(write)
        await self.reload()

    async def test(self, identity: KeyIdentity, name: str, *, model: str | None = None) -> Trial:
        """Try a provider for real. Raises: NotAllowed, NotFound; what the provider does is in the report."""
        _check_right(identity.caller)
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
        await self._storage.write(
            lambda tx: self._tell(tx, caller, "gateway.master-key-rotated", "vault", detail)
        )
        return count

    # -- aliases and prices -----------------------------------------------------------------------
    async def set_alias(self, caller: Caller, alias: AliasSpec) -> AliasSpec:
        """Make or replace an alias. Raises: NotAllowed, ConfigError, Conflict."""
        _check_right(caller)
        self._not_of_file(alias.name, [known.name for known in self._file.aliases], "alias")
        stored = msgspec.structs.replace(alias, source="database")
        self.registry.check_alias(stored)

        def write(tx: Transaction) -> None:
            store.set_alias(tx, SpaceScope(caller.space_id), stored, self._row(caller))
            detail = {"targets": [target.model for target in alias.targets]}
            self._tell(tx, caller, "gateway.alias-set", alias.name, detail)

        await self._storage.write(write)
        await self.reload()
        return stored

    async def remove_alias(self, caller: Caller, name: str) -> None:
        """Remove an alias. Raises: NotAllowed, NotFound, Conflict."""
        _check_right(caller)
        self._not_of_file(name, [known.name for known in self._file.aliases], "alias")

        def write(tx: Transaction) -> None:
            if not store.delete_alias(tx, SpaceScope(caller.space_id), name):
                raise NotFound(what="alias", id=name)
            self._tell(tx, caller, "gateway.alias-removed", name, {})

        await self._storage.write(write)
        await self.reload()

    def prices(self) -> list[tuple[PriceSpec, Source]]:
        """Return every price that a person wrote, with where it is written."""
        in_file = {spec.model for spec in self._file.prices}
        return [(spec, "file" if spec.model in in_file else "database") for spec in self.registry.prices()]

    async def set_price(self, caller: Caller, spec: PriceSpec) -> None:
        """Set a model's price, over what the tables say. Raises: NotAllowed, Conflict."""
        _check_right(caller)
        self._not_of_file(spec.model, [known.model for known in self._file.prices], "price")

        def write(tx: Transaction) -> None:
            store.set_price(tx, SpaceScope(caller.space_id), spec, self._row(caller))
            self._tell(tx, caller, "gateway.price-set", spec.model, msgspec.to_builtins(spec.price))

        await self._storage.write(write)
        await self.reload()

    async def remove_price(self, caller: Caller, model: str) -> None:
        """Go back to what the tables say. Raises: NotAllowed, NotFound, Conflict."""
        _check_right(caller)
        self._not_of_file(model, [known.model for known in self._file.prices], "price")

        def write(tx: Transaction) -> None:
            if not store.delete_price(tx, SpaceScope(caller.space_id), model):
                raise NotFound(what="price", id=model)
            self._tell(tx, caller, "gateway.price-removed", model, {})

        await self._storage.write(write)
        await self.reload()

    # -- own --------------------------------------------------------------------------------------
    def _read(
        self, tx: Transaction
    ) -> tuple[list[StoredProvider], list[AliasSpec], list[PriceSpec], dict[str, str | None]]:
        scope = SystemScope(_READ)
        return (
            store.all_providers(tx, scope),
            store.all_aliases(tx, scope),
            store.all_prices(tx, scope),
            self._vault.open_all(tx),
        )

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
        if (
            changed.base_url != configured.spec.base_url
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
            fresh = StoredProvider(id=stored.id, spec=changed, secret_id=secret_id)
            store.update_provider(tx, scope, fresh, now_ms=self._clock.now_ms())
            self._tell(tx, caller, act, stored.id, {"name": changed.name})

        await self._storage.write(write)
        await self.reload()
        return self._shown(changed.name)

    def _find(self, name: str) -> Configured:
        """Return the provider with that name or id. Raises: NotFound."""
        for configured in self.registry.configured():
            if name in (configured.spec.name, configured.id):
                return configured
        raise NotFound(what="provider", id=name)

    def _changeable(self, caller: Caller, name: str) -> Configured:
        _check_right(caller)
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

    def _not_of_file(self, name: str, names: Sequence[str], what: str) -> None:
        if name in names:
            raise Conflict(problem=f"The {what} “{name}” is declared in the settings file; change it there.")

    def _row(self, caller: Caller) -> dict[str, Any]:
        return {
            "space_id": caller.space_id,
            "created_by": caller.key_id or caller.person_id,
            "updated_at_ms": self._clock.now_ms(),
        }

    def _tell(
        self, tx: Transaction, caller: Caller, act: str, subject: str, detail: Mapping[str, Any]
    ) -> None:
        record(tx, caller, act, subject, detail)
        event = Event(
            type=act, subject=subject, data=dict(detail), created_by=caller.key_id or caller.person_id
        )
        publish(tx, SpaceScope(caller.space_id), event)

    def _keep_listing(self, name: str, listing: Listing) -> None:
        configured = self.registry.provider(name)
        if configured is None:
            return
        row = {"space_id": "system", "base_url": configured.shown().base_url}
        self._storage.submit(lambda tx: store.set_listing(tx, SystemScope(_READ), name, listing, row))

    async def _follow(self, bus: Bus) -> None:
        subscription = bus.subscribe(_TOPIC)
        try:
            while await subscription.next() is not None:
                try:
                    await self.reload()
                except SalonError as error:
                    _logger.warning("a changed configuration was not taken over: %s", error.message)
        finally:
            subscription.close()


def _check_right(caller: Caller) -> None:
    if not caller.has(Right.MANAGE_PROVIDERS):
        raise NotAllowed(right=Right.MANAGE_PROVIDERS)


def _from_file(spec: ProviderSpec) -> Declared:
    return Declared(spec, id=ProviderId(f"prv_file_{spec.name}"), source="file", secret=spec.api_key or None)


def _from_database(row: StoredProvider, secrets: Mapping[str, str | None]) -> Declared:
    secret = secrets.get(row.secret_id) if row.secret_id is not None else None
    unreadable = row.secret_id is not None and secret is None
    return Declared(row.spec, id=row.id, source="database", secret=secret, unreadable=unreadable)
