"""Constraints on spaces that people set: regions and promises their requests are kept to."""

import msgspec

from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.acts import check_right, owned_by, tell
from salon.gateway.configuration.sources import Sources
from salon.gateway.registry.alias_checks import check_residence
from salon.gateway.registry.models import ResidenceSpec


class ResidenceService:
    """Sets and removes the constraints of the database; those of the settings file are changed there."""

    def __init__(self, storage: Storage, sources: Sources, *, clock: Clock) -> None:
        self._storage = storage
        self._sources = sources
        self._clock = clock

    async def set(self, caller: Caller, residence: ResidenceSpec) -> ResidenceSpec:
        """Make or replace a constraint. Raises: NotAllowed, ConfigError, Conflict."""
        check_right(caller)
        self._check_not_of_file(residence.name)
        stored = msgspec.structs.replace(residence, source="database")
        check_residence(stored)

        def write(tx: Transaction) -> None:
            row = {**owned_by(caller), "updated_at_ms": self._clock.now_ms()}
            store.set_residence(tx, SpaceScope(caller.space_id), stored, row)
            detail = {"spaces": stored.spaces, "regions": stored.regions, "promises": stored.promises}
            tell(tx, caller, "gateway.residency-set", stored.name, detail)

        await self._storage.write(write)
        await self._sources.reload()
        return stored

    async def remove(self, caller: Caller, name: str) -> None:
        """Remove a constraint. Raises: NotAllowed, NotFound, Conflict."""
        check_right(caller)
        self._check_not_of_file(name)

        def write(tx: Transaction) -> None:
            if not store.delete_residence(tx, SpaceScope(caller.space_id), name):
                raise NotFound(what="constraint", id=name)
            tell(tx, caller, "gateway.residency-removed", name, {})

        await self._storage.write(write)
        await self._sources.reload()

    def _check_not_of_file(self, name: str) -> None:
        file = self._sources.file
        file.check_not_here("constraint", name, [known.name for known in file.residences])
