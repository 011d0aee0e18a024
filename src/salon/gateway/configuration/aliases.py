"""Aliases that people set: names callers ask for, and where they go."""

import msgspec

from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.acts import check_right, owned_by, tell
from salon.gateway.configuration.sources import Sources
from salon.gateway.registry.models import AliasSpec
from salon.gateway.registry.registry import Registry


class AliasService:
    """Sets and removes the aliases of the database; those of the settings file are changed there."""

    def __init__(self, storage: Storage, registry: Registry, sources: Sources, *, clock: Clock) -> None:
        self._storage = storage
        self._registry = registry
        self._sources = sources
        self._clock = clock

    async def set(self, caller: Caller, alias: AliasSpec) -> AliasSpec:
        """Make or replace an alias. Raises: NotAllowed, ConfigError, Conflict."""
        check_right(caller)
        self._check_not_of_file(alias.name)
        stored = msgspec.structs.replace(alias, source="database")
        self._registry.check_alias(stored)

        def write(tx: Transaction) -> None:
            row = {**owned_by(caller), "updated_at_ms": self._clock.now_ms()}
            store.set_alias(tx, SpaceScope(caller.space_id), stored, row)
            detail = {"targets": [target.model for target in alias.targets]}
            tell(tx, caller, "gateway.alias-set", alias.name, detail)

        await self._storage.write(write)
        await self._sources.reload()
        return stored

    async def remove(self, caller: Caller, name: str) -> None:
        """Remove an alias. Raises: NotAllowed, NotFound, Conflict."""
        check_right(caller)
        self._check_not_of_file(name)

        def write(tx: Transaction) -> None:
            if not store.delete_alias(tx, SpaceScope(caller.space_id), name):
                raise NotFound(what="alias", id=name)
            tell(tx, caller, "gateway.alias-removed", name, {})

        await self._storage.write(write)
        await self._sources.reload()

    def _check_not_of_file(self, name: str) -> None:
        file = self._sources.file
        file.check_not_here("alias", name, [known.name for known in file.aliases])
