"""Models, as the management API shows them."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from salon.app.listing import capability_words, guess_operations
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import SalonError
from salon.gateway.pricing.written import amount, shown_pieces
from salon.gateway.registry.models import ModelEntry
from salon.gateway.registry.target import Target

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_PRICE_PATIENCE_S = 5.0


class ModelDesk:
    """What can be asked."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def models(self, caller: Caller) -> Sequence[Json]:
        """List the models that can be asked, after a first look at providers that were never asked."""
        del caller
        registry = self._house.gateway.registry
        never = [one.spec.name for one in registry.configured() if registry.listing(one.spec.name) is None]
        await self._house.providers.discovery.refresh(never)
        self._house.providers.discovery.refresh_in_background()
        names: dict[str, list[str]] = {}
        entries = registry.models()
        for entry in entries:
            for target in entry.targets:
                names.setdefault(target, []).append(entry.id)
        found = [(entry, self._target(entry)) for entry in entries if entry.kind == "model"]
        await self._learn_prices([target for _, target in found if target is not None])
        now_ms = self._house.clock.now_ms()
        return [_model(entry, target, names.get(entry.id, []), at_ms=now_ms) for entry, target in found]

    def _target(self, entry: ModelEntry) -> Target | None:
        try:
            return self._house.gateway.registry.plan(entry.id).targets[0]
        except SalonError:
            return None  # its provider is disabled or lacks a credential

    async def _learn_prices(self, targets: Sequence[Target]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PRICE_PATIENCE_S):
                await self._house.gateway.registry.look_up_prices(targets)

    async def refresh_models(self, caller: Caller) -> None:
        """Ask every provider for its models again."""
        del caller
        await self._house.providers.discovery.refresh(force=True)


def _model(entry: ModelEntry, target: Target | None, aliases: Sequence[str], *, at_ms: int) -> Json:
    info, price = entry.info, target.price_at(at_ms) if target else entry.info.price
    capabilities = guess_operations(info.id, target.capabilities if target else info.capabilities)
    words = [word for word in capability_words(capabilities) if word != "completion"]
    return {
        "id": entry.id,
        "provider": entry.provider,
        "name": info.display_name or info.id,
        "context_tokens": target.context_tokens if target else info.context_tokens,
        "max_output_tokens": info.max_output_tokens,
        "capabilities": words,
        "input_price": amount(price.tiers[0].input) if price else None,
        "output_price": amount(price.tiers[0].output) if price else None,
        "piece_prices": shown_pieces(price) if price else {},
        "currency": price.currency if price else None,
        "priced": price is not None,
        "price_version": price.version if price else None,
        "aliases": list(aliases),
    }
