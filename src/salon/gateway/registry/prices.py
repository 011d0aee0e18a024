"""What models cost: written by a person, told by the provider's list, or known from the price tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from salon.gateway.pricing import Price, Timeline, free
from salon.gateway.pricing.catalogue import PriceCatalogue
from salon.gateway.providers.base import KindRegistry
from salon.gateway.registry.configured import Configured
from salon.gateway.registry.models import ModelInfo, PriceSpec
from salon.gateway.registry.target import Target

_NOTHING: Final = Timeline([])
_BUILT_IN: Final = (free("built in"),)
_ASK_AHEAD_MS: Final = 4 * 3600 * 1000


class PriceBook:
    """Prices from all sources; what nobody knows is unpriced.

    In this order: written for the alias that was asked, for ``provider/model``, ``kind/model``,
    ``provider/*``, ``kind/*``; told by the provider's list; known from the tables.
    """

    def __init__(self, kinds: KindRegistry, catalogue: PriceCatalogue) -> None:
        self._kinds = kinds
        self._catalogue = catalogue
        self._written: dict[str, tuple[Price, ...]] = {}

    def set_written(self, specs: Iterable[PriceSpec]) -> None:
        """Take the prices that people wrote; they go before all others."""
        by_name: defaultdict[str, list[Price]] = defaultdict(list)
        for spec in specs:
            by_name[spec.model].append(spec.price)
        self._written = {name: tuple(prices) for name, prices in by_name.items()}

    def written(self) -> list[PriceSpec]:
        """Return the prices that people wrote, each model's by the day they begin."""
        return [
            PriceSpec(model=model, price=price)
            for model, prices in self._written.items()
            for price in sorted(prices, key=lambda price: price.valid_from_ms)
        ]

    def of_alias(self, name: str) -> Timeline | None:
        """Return the prices written for an alias, whatever its target; None when there are none."""
        written = self._written.get(name)
        return None if written is None else Timeline([written])

    def of(self, configured: Configured, info: ModelInfo) -> tuple[Timeline, bool]:
        """Return prices and whether that is all that can be known."""
        names = (configured.spec.name, configured.kind.name)
        keys = [f"{name}/{model}" for model in (info.id, "*") for name in names]
        sources: list[Sequence[Price]] = [self._written[key] for key in keys if key in self._written]
        if info.price is not None:
            sources.append((info.price,))
        elif configured.kind.free:
            sources.append(_BUILT_IN)
        elif configured.kind.prices_as is not None and not any(map(_always, sources)):
            found = self._catalogue.known(configured.kind.prices_as, info.id)
            if found is None:
                return Timeline(sources), False
            sources.append(found.prices)
        return (Timeline(sources) if sources else _NOTHING), True

    async def look_up(self, targets: Sequence[Target]) -> None:
        """Ask the price tables about every one of ``targets`` that was not asked about yet."""
        unknown = [target for target in targets if not target.price_known]
        wanted = [(self._kinds.get(target.link.kind).prices_as, target.model) for target in unknown]
        await self._catalogue.ask(wanted)
        for target, key in zip(unknown, wanted, strict=True):
            found = self._catalogue.known(*key)
            if found is not None:
                target.set_prices(Timeline([*target.written, found.prices]))
                target.context_tokens = target.context_tokens or found.context_tokens
            target.price_known = True

    def without_window(self, targets: Iterable[Target]) -> list[Target]:
        """Return those whose window nobody told, though the tables were not asked: their price is known."""
        found: list[Target] = []
        for target in targets:
            prices_as = self._kinds.get(target.link.kind).prices_as
            if not target.context_tokens and prices_as is not None:
                known = self._catalogue.known(prices_as, target.model)
                if known is None:
                    found.append(target)
                else:
                    target.context_tokens = known.context_tokens
        return found

    async def look_up_windows(self, targets: Sequence[Target]) -> None:
        """Ask the price tables how much targets read."""
        await self._catalogue.ask([(self._kinds.get(one.link.kind).prices_as, one.model) for one in targets])
        self.without_window(targets)

    async def ask_again(self) -> bool:
        """Ask the tables anew about what they were asked a day ago; tell whether there was any."""
        old = self._catalogue.old(within_ms=_ASK_AHEAD_MS)
        self._catalogue.forget(old)
        await self._catalogue.ask(old)
        return bool(old)


def _always(prices: Sequence[Price]) -> bool:
    """Tell whether some price of a source is in force at any time, so that no other is asked."""
    return Timeline([prices]).is_constant
