"""Which price is in force at a time, when several sources know one and each may change."""

from bisect import bisect_right
from collections.abc import Sequence

from salon.gateway.pricing.price import NEVER_MS, Price


class Timeline:
    """The prices of one model over time. At each moment the first source that has one decides."""

    __slots__ = ("_prices", "_starts_ms", "sources")

    def __init__(self, sources: Sequence[Sequence[Price]]) -> None:
        """Build the timeline; ``sources`` stand in the order in which they are asked."""
        self.sources: tuple[tuple[Price, ...], ...] = tuple(tuple(prices) for prices in sources)
        edges = {0}
        for prices in sources:
            edges.update(price.valid_from_ms for price in prices)
            edges.update(price.valid_until_ms for price in prices if price.valid_until_ms < NEVER_MS)
        self._starts_ms: list[int] = []
        self._prices: list[Price | None] = []
        for edge_ms in sorted(edges):
            price = _in_force(sources, edge_ms)
            if not self._prices or price is not self._prices[-1]:
                self._starts_ms.append(edge_ms)
                self._prices.append(price)

    @property
    def only(self) -> Price | None:
        """The price that is in force always; None when there is none, or more than one."""
        return self._prices[0] if self.is_constant else None

    @property
    def is_constant(self) -> bool:
        """Tell whether the answer is the same at all times."""
        return len(self._prices) == 1

    def at(self, at_ms: int) -> Price | None:
        """Return the price in force at ``at_ms``; None where nobody knows one."""
        return self._prices[max(0, bisect_right(self._starts_ms, at_ms) - 1)]


def _in_force(sources: Sequence[Sequence[Price]], at_ms: int) -> Price | None:
    for prices in sources:
        valid = [price for price in prices if price.valid_from_ms <= at_ms < price.valid_until_ms]
        if valid:
            return max(valid, key=lambda price: price.valid_from_ms)
    return None
