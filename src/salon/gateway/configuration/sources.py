"""Where the configuration comes from, and how it is put into force.

Three sources in this order: the settings file, the database (API and command line), the environment; a
name that an earlier source took stays with it. The demo is always there. The registry takes the whole new
configuration or keeps the old.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.errors import ConfigError, Conflict
from salon.foundation.kit.ids import ProviderId
from salon.foundation.storage import Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.configuration.store import StoredProvider
from salon.gateway.registry.alias_checks import check_alias
from salon.gateway.registry.configured import Declared
from salon.gateway.registry.models import AliasSpec, PriceSpec, ProviderSpec, ResidenceSpec
from salon.gateway.registry.registry import Registry
from salon.gateway.vault import Vault

READ: Final = "gateway: serve with every space's providers"
"""Why statements look across spaces."""
DEMO: Final = Declared(ProviderSpec(name="demo", kind="demo"), id=ProviderId("prv_demo"), source="built-in")
_logger = logging.getLogger(__name__)


class FileConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings file says, and the environment it lets us look into."""

    providers: tuple[ProviderSpec, ...] = ()
    aliases: tuple[AliasSpec, ...] = ()
    prices: tuple[PriceSpec, ...] = ()
    residences: tuple[ResidenceSpec, ...] = ()
    environ: Mapping[str, str] = {}
    """Where keys of providers are looked for; empty means "do not look there"."""

    def check_not_here(self, what: str, name: str, names: Sequence[str]) -> None:
        """Refuse to change what the file declares. Raises: Conflict."""
        if name in names:
            raise Conflict(problem=f"The {what} “{name}” is declared in the settings file; change it there.")


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    providers: list[StoredProvider]
    aliases: list[AliasSpec]
    prices: list[PriceSpec]
    residences: list[ResidenceSpec]
    secrets: dict[str, str | None]


class Sources:
    """Everything that is declared, and what of it cannot be used. One per process, on its event loop."""

    def __init__(self, storage: Storage, registry: Registry, vault: Vault) -> None:
        self.file = FileConfiguration()
        self.problems: tuple[str, ...] = ()
        """What of the configuration cannot be used, one sentence each; credentials apart."""
        self._storage = storage
        self._registry = registry
        self._vault = vault
        self._told: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()
        """Held by the one reload under way: what was read first must not be put in force last."""

    async def set_file(self, file: FileConfiguration) -> None:
        """Take what the settings file says. Raises: ConfigError; then nothing has changed."""
        before = self.file
        self.file = file
        try:
            await self.reload()
        except ConfigError:
            self.file = before
            raise

    async def reload(self) -> None:
        """Build the configuration anew from all sources. Raises: ConfigError; the old one stays."""
        async with self._turn:
            self._put_in_force(await self._storage.read(self._read))

    def _put_in_force(self, stored: _Stored) -> None:
        problems: list[str] = []
        declared = [_from_file(spec) for spec in self.file.providers]
        declared += self._usable(stored, problems)
        if self.file.environ:
            declared += environment_providers(self._registry.kinds, self.file.environ)
        file_prices = {spec.model for spec in self.file.prices}
        self._registry.configure(
            [*declared, DEMO],
            [*self.file.aliases, *self._usable_aliases(stored, problems)],
            [*(spec for spec in stored.prices if spec.model not in file_prices), *self.file.prices],
            # The file goes last: it replaces one of the same name.
            [*stored.residences, *self.file.residences],
        )
        problems += self._addresses(declared)
        problems += self._registry.alias_problems()
        self._tell_problems(problems)

    def _read(self, tx: Transaction) -> _Stored:
        scope = SystemScope(READ)
        return _Stored(
            providers=store.all_providers(tx, scope),
            aliases=store.all_aliases(tx, scope),
            prices=store.all_prices(tx, scope),
            residences=store.all_residences(tx, scope),
            secrets=self._vault.open_all(tx),
        )

    def _usable(self, stored: _Stored, problems: list[str]) -> list[Declared]:
        """Return the stored providers that an earlier Salon took and this one takes still."""
        found: list[Declared] = []
        for row in stored.providers:
            one = _from_database(row, stored.secrets)
            try:
                self._registry.check(one)
            except ConfigError as error:
                problems.append(error.message)
            else:
                found.append(one)
        return found

    def _usable_aliases(self, stored: _Stored, problems: list[str]) -> list[AliasSpec]:
        """Return the stored aliases that can work and whose name the file leaves free."""
        file_names = {alias.name for alias in self.file.aliases}
        found: list[AliasSpec] = []
        for alias in stored.aliases:
            try:
                check_alias(alias)
            except ConfigError as error:
                problems.append(error.message)
                continue
            if alias.name not in file_names:
                found.append(alias)
        return found

    def _addresses(self, declared: Sequence[Declared]) -> list[str]:
        """Return what is wrong with addresses that an earlier Salon, or the settings file, took."""
        found: list[str] = []
        for one in declared:
            try:
                self._registry.check_reach(one)
            except ConfigError as error:
                found.append(error.message)
        return found

    def _tell_problems(self, problems: Sequence[str]) -> None:
        """Keep what cannot be used for the doctor; log each once."""
        missing = [
            f"The provider “{one.spec.name}” {one.problem}"
            for one in self._registry.configured()
            if one.spec.enabled and one.problem is not None
        ]
        for sentence in (*problems, *missing):
            if sentence not in self._told:
                _logger.warning("%s", sentence)
        self._told = frozenset((*problems, *missing))
        self.problems = tuple(problems)


def _from_file(spec: ProviderSpec) -> Declared:
    return Declared(spec, id=ProviderId(f"prv_file_{spec.name}"), source="file", secret=spec.api_key or None)


def _from_database(row: StoredProvider, secrets: Mapping[str, str | None]) -> Declared:
    secret = secrets.get(row.secret_id) if row.secret_id is not None else None
    unreadable = row.secret_id is not None and secret is None
    return Declared(row.spec, id=row.id, source="database", secret=secret, unreadable=unreadable)
