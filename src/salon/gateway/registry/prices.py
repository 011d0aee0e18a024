"""What models cost: written by a person, told by the provider's list, or known from the price tables."""

from collections.abc import Iterable, Sequence

from salon.gateway.pricing import FREE, Price
from salon.gateway.pricing.catalogue import PriceCatalogue
from salon.gateway.providers.base import KindRegistry
from salon.gateway.registry.configured import Configured
from salon.gateway.registry.models import ModelInfo, PriceSpec
from salon.gateway.registry.target import Target


class PriceBook:
    """Prices from all three sources; what nobody knows is unpriced."""

    def __init__(self, kinds: KindRegistry, catalogue: PriceCatalogue) -> None:
        self._kinds = kinds
        self._catalogue = catalogue
        self._written: dict[str, Price] = {}

    def set_written(self, specs: Iterable[PriceSpec]) -> None:
        """Take the prices that people wrote; they go before all others."""
        self._written = {spec.model: spec.price for spec in specs}

    def written(self) -> list[PriceSpec]:
        """Return the prices that people wrote."""
        return [PriceSpec(model=model, price=price) for model, price in self._written.items()]

    def of(self, configured: Configured, info: ModelInfo) -> tuple[Price | None, bool]:
        """Return a price and whether that is all that can be known."""
        for key in (f"{configured.spec.name}/{info.id}", f"{configured.kind.name}/{info.id}"):
            if key in self._written:
                return self._written[key], True
        if info.price is not None:
            return info.price, True
        if configured.kind.local:
            return FREE, True
        if configured.kind.prices_as is None:
            return None, True
        found = self._catalogue.known(configured.kind.prices_as, info.id)
        return (found.price, True) if found is not None else (None, False)

    async def look_up(self, targets: Sequence[Target]) -> None:
        """Ask the price tables about every one of ``targets`` that was not asked about yet."""
        unknown = [target for target in targets if not target.price_known]
        wanted = [(self._kinds.get(target.link.kind).prices_as, target.model) for target in unknown]
        await self._catalogue.ask(wanted)
        for target, key in zip(unknown, wanted, strict=True):
            found = self._catalogue.known(*key)
            if found is not None:
                target.price = found.price
                target.context_tokens = target.context_tokens or found.context_tokens
            target.price_known = True
