"""Prices that a person wrote, as the management API shows and takes them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.money import to_decimal
from salon.gateway.pricing import Price, price_per_million
from salon.gateway.registry.models import PriceSpec, Source

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]
_VERSION = "set by hand"


class PriceDesk:
    """What models cost, where the price tables do not say or are wrong."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def prices(self, caller: Caller) -> Sequence[Json]:
        """List the prices that go before those of the tables."""
        del caller
        return [_shown(spec, source) for spec, source in self._house.providers.prices.all()]

    async def put_price(self, caller: Caller, model: str, body: Mapping[str, Any]) -> Json:
        """Say what a model costs. Raises: InvalidRequest for what is no amount."""
        try:
            price = price_per_million(**body, version=_VERSION)
        except ValueError as error:
            raise InvalidRequest(field="price", problem=f"{error}.") from error
        spec = PriceSpec(model=model, price=price)
        await self._house.providers.prices.set(caller, spec)
        return _shown(spec, "database")

    async def remove_price(self, caller: Caller, model: str) -> None:
        """Go back to what the tables say."""
        await self._house.providers.prices.remove(caller, model)


def per_million(price: Price, side: str) -> str | None:
    """Return one rate of the first tier as a plain decimal; None where the price has none."""
    rate = getattr(price.tiers[0], side)
    if rate is None:
        return None
    text = f"{to_decimal(rate):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(spec: PriceSpec, source: Source) -> Json:
    sides = ("input", "output", "cached", "cache_write")
    rates = {side: per_million(spec.price, side) for side in sides}
    return {
        "model": spec.model,
        **rates,
        "currency": spec.price.currency,
        "source": "file" if source == "file" else "api",
    }
