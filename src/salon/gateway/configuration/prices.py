"""Prices that people set, over what the price tables say."""

import msgspec

from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.storage import Storage, Transaction
from salon.gateway.configuration import store
from salon.gateway.configuration.acts import check_right, owned_by, tell
from salon.gateway.configuration.sources import Sources
from salon.gateway.registry.alias_checks import NAME_FIX, is_model_name
from salon.gateway.registry.models import PriceSpec, Source
from salon.gateway.registry.registry import Registry


class PriceService:
    """Sets and removes the prices of the database; those of the settings file are changed there."""

    def __init__(self, storage: Storage, registry: Registry, sources: Sources, *, clock: Clock) -> None:
        self._storage = storage
        self._registry = registry
        self._sources = sources
        self._clock = clock

    def now_ms(self) -> int:
        """Return the time at which a price that names no day begins."""
        return self._clock.now_ms()

    def all(self) -> list[tuple[PriceSpec, Source]]:
        """Return every price that a person wrote, with where it is written."""
        in_file = {spec.model for spec in self._sources.file.prices}
        return [(spec, "file" if spec.model in in_file else "database") for spec in self._registry.prices()]

    async def set(self, caller: Caller, spec: PriceSpec) -> None:
        """Set a model's price. Raises: NotAllowed, InvalidRequest, Conflict."""
        check_right(caller)
        if not is_model_name(spec.model):
            raise InvalidRequest(field="model", problem=f"This is no name. {NAME_FIX}")
        self._check_not_of_file(spec.model)

        def write(tx: Transaction) -> None:
            row = {**owned_by(caller), "updated_at_ms": self._clock.now_ms()}
            store.set_price(tx, SpaceScope(caller.space_id), spec, row)
            tell(tx, caller, "gateway.price-set", spec.model, msgspec.to_builtins(spec.price))

        await self._storage.write(write)
        await self._sources.reload()

    async def remove(self, caller: Caller, model: str, *, starts_ms: int | None = None) -> None:
        """Go back to what the tables say, or take one date back. Raises: NotAllowed, NotFound, Conflict."""
        check_right(caller)
        self._check_not_of_file(model)

        def write(tx: Transaction) -> None:
            if not store.delete_price(tx, SpaceScope(caller.space_id), model, starts_ms=starts_ms):
                raise NotFound(what="price", id=model)
            tell(tx, caller, "gateway.price-removed", model, {"starts_ms": starts_ms})

        await self._storage.write(write)
        await self._sources.reload()

    def _check_not_of_file(self, model: str) -> None:
        file = self._sources.file
        file.check_not_here("price", model, [known.model for known in file.prices])
