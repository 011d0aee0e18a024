"""The strategies: in which order the targets of one route are tried. A lower rank always goes first."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from salon.foundation.kit.clock import Clock
from salon.gateway.pricing import Price
from salon.gateway.registry.models import Strategy
from salon.gateway.registry.plan import Choice, Route
from salon.gateway.registry.target import Target
from salon.gateway.routing.meter import Meter

STALE_S: Final = 60.0
"""A target that nobody asked for so long is asked once more, to know how fast it is now."""
_UNUSED: Final = Meter()
Key = tuple[float, ...]


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """What strategies weigh."""

    clock: Clock
    tokens: tuple[int, int]
    """In and out, as far as can be expected."""
    price: Callable[[Target], Price | None]
    """What a target costs now."""
    used: Callable[[Target], float]
    """The share of the limits of a target's provider that is used."""


def arrange(route: Route, weighing: Weighing) -> Sequence[Target]:
    """Return the route's targets in the order to try them."""
    if not route.needs_order:
        return route.targets
    key = _KEYS[route.strategy]
    keyed = [
        (choice.priority, *key(choice, weighing, route), place) for place, choice in enumerate(route.choices)
    ]
    return [route.targets[int(found[-1])] for found in sorted(keyed)]


def _in_line(choice: Choice, weighing: Weighing, route: Route) -> Key:
    return ()


def _by_weight(choice: Choice, weighing: Weighing, route: Route) -> Key:
    # Efraimidis-Spirakis: sorted by u^(1/w), the first is chosen with its weight's share.
    return (-(random.random() ** (1.0 / choice.weight)) if choice.weight > 0 else 1.0,)  # noqa: S311 - shares load


def _least_busy(choice: Choice, weighing: Weighing, route: Route) -> Key:
    busy = (choice.target.meter or _UNUSED).open
    weight = choice.weight or 1.0
    return busy / weight, _chance()


def _lowest_latency(choice: Choice, weighing: Weighing, route: Route) -> Key:
    """Weigh the time to the first byte, longer by failures; who was not asked lately goes first."""
    target = choice.target
    health, meter = target.health, target.meter or _UNUSED
    is_quiet = weighing.clock.monotonic_s() - meter.sent_s >= STALE_S
    if is_quiet and not target.breaker.open_until_s:
        return 0.0, 0.0, _chance()
    if health.first_token_ms is None:
        return 2.0, 0.0, _chance()  # asked, and nothing heard yet
    return 1.0, health.first_token_ms / max(0.05, 1.0 - health.error_rate), _chance()


def _cheapest(choice: Choice, weighing: Weighing, route: Route) -> Key:
    """Weigh the expected cost; then come those in another currency, then those without a price."""
    price = weighing.price(choice.target)
    estimate = price.estimate(*weighing.tokens) if price is not None else None
    if price is None or estimate is None:
        return 2.0, 0.0
    first = next(found.currency for one in route.targets if (found := weighing.price(one)) is not None)
    return 0.0 if price.currency == first else 1.0, float(estimate)


def _most_room(choice: Choice, weighing: Weighing, route: Route) -> Key:
    return weighing.used(choice.target), _chance()


def _chance() -> float:
    return random.random()  # noqa: S311 - shares load among equals


_KEYS: Final[Mapping[Strategy, Callable[[Choice, Weighing, Route], Key]]] = {
    "priority": _in_line,
    "weight": _by_weight,
    "least-busy": _least_busy,
    "lowest-latency": _lowest_latency,
    "cheapest": _cheapest,
    "rate-limit": _most_room,
}
