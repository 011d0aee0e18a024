"""Prices that a person wrote, as the management API shows and takes them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.pricing import written_price
from salon.gateway.pricing.written import amount, day_ms, shown_day, shown_pictures, shown_tier
from salon.gateway.registry.models import PriceSpec, Source

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]
_SOURCE = "set by hand"


class PriceDesk:
    """What models cost, where the price tables do not say or are wrong."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def prices(self, caller: Caller) -> Sequence[Json]:
        """List the prices that go before those of the tables, past and coming ones too."""
        del caller
        prices = self._house.providers.prices
        now_ms = prices.now_ms()
        written = prices.all()
        current: dict[str, int] = {}
        for spec, _ in written:
            if spec.price.valid_from_ms <= now_ms < spec.price.valid_until_ms:
                current[spec.model] = max(current.get(spec.model, 0), spec.price.valid_from_ms)
        return [
            _shown(spec, source, is_past=_is_past(spec, now_ms, current.get(spec.model, 0)))
            for spec, source in written
        ]

    async def put_price(self, caller: Caller, model: str, body: Mapping[str, Any]) -> Json:
        """Say what a model costs, from now or a day on. Raises: InvalidRequest for what is no amount."""
        service = self._house.providers.prices
        now_ms = service.now_ms()
        try:
            price = written_price(body, source=_SOURCE, now_ms=now_ms)
        except ValueError as error:
            raise InvalidRequest(field="price", problem=f"{error}.") from error
        spec = PriceSpec(model=model, price=price)
        await service.set(caller, spec)
        return _shown(spec, "database", is_past=price.valid_until_ms <= now_ms)

    async def remove_price(self, caller: Caller, model: str, *, starts: str | None = None) -> None:
        """Go back to what the tables say, or take one date back."""
        try:
            starts_ms = None if starts is None else day_ms(starts, default=0)
        except ValueError as error:
            raise InvalidRequest(field="starts", problem=f"{error}.") from error
        await self._house.providers.prices.remove(caller, model, starts_ms=starts_ms)


def _is_past(spec: PriceSpec, now_ms: int, current_from_ms: int) -> bool:
    return spec.price.valid_until_ms <= now_ms or spec.price.valid_from_ms < current_from_ms


def _shown(spec: PriceSpec, source: Source, *, is_past: bool) -> Json:
    price = spec.price
    base, *tiers = price.tiers
    return {
        "model": spec.model,
        **shown_tier(base),
        "request": amount(price.request_e10 or None),
        "image": amount(price.image_e10),
        "images": shown_pictures(price),
        "megapixel": amount(price.megapixel_e10),
        "characters": amount(price.characters_e10),
        "minute": amount(price.minute_e10),
        "search": amount(price.search_e10),
        "tiers": [{"above": tier.above, **shown_tier(tier)} for tier in tiers],
        "services": [
            {"name": name, "above": tier.above, **shown_tier(tier)}
            for name, rates in price.services.items()
            for tier in rates
        ],
        "currency": price.currency,
        "starts": shown_day(price.valid_from_ms),
        "ends": shown_day(price.valid_until_ms),
        "is_past": is_past,
        "version": price.version,
        "source": "file" if source == "file" else "api",
    }
