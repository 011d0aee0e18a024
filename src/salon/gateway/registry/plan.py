"""A plan: the targets a name stands for, and the order to try them in."""

import random
from typing import Literal

from salon.gateway.pricing import Price, Timeline
from salon.gateway.protocols.base import COUNTS, DialectName
from salon.gateway.registry.target import Target


class Choice:
    """A target with its place in an alias."""

    __slots__ = ("priority", "target", "weight")

    def __init__(self, target: Target, *, weight: float, priority: int) -> None:
        self.target = target
        self.weight = weight
        self.priority = priority


class Plan:
    """What one asked name means, made once and used until the configuration changes."""

    __slots__ = (
        "_by_weight",
        "_choices",
        "cache",
        "dated",
        "is_restricted",
        "names",
        "priced",
        "replay_uncertain",
        "route_tag",
        "targets",
    )

    def __init__(
        self,
        choices: list[Choice],
        *,
        strategy: Literal["priority", "weight"],
        names: tuple[str, ...],
        cache: bool = False,
        replay_uncertain: bool = False,
        dated: Timeline | None = None,
    ) -> None:
        choices = sorted(choices, key=lambda choice: choice.priority)
        self._choices = choices
        ranks = {choice.priority for choice in choices}
        self._by_weight = strategy == "weight" and len(ranks) < len(choices)
        self.targets: tuple[Target, ...] = tuple(choice.target for choice in choices)
        self.names = names
        """Names by which a key may be allowed this: the asked one, ``provider/model``, ``kind/model``."""
        self.is_restricted = any(
            False in (target.capabilities.tools, target.capabilities.vision, target.capabilities.structured)
            for target in self.targets
        )
        """Some target is known to be unable to do something."""
        self.priced = all(target.price_known for target in self.targets)
        """Nothing is left to be asked about prices."""
        self.cache = cache
        self.replay_uncertain = replay_uncertain
        self.dated = dated
        """Prices of the name itself, in place of those of its targets."""
        self.route_tag = " ".join(target.name for target in self.targets)
        """Every target by name; part of what a cached answer is found by."""

    def price_at(self, target: Target, at_ms: int) -> Price | None:
        """Return what ``target`` costs a request for this name at ``at_ms``; None is "unpriced"."""
        own = None if self.dated is None else self.dated.at(at_ms)
        return target.price_at(at_ms) if own is None else own

    def estimate(
        self, input_tokens: int, output_tokens: int, *, at_ms: int, service: str | None = None
    ) -> tuple[int | None, str]:
        """Return what so many tokens cost at the dearest priced target, and its currency."""
        dearest: int | None = None
        currency = "USD"
        for target in self.targets:
            price = self.price_at(target, at_ms)
            if price is None:
                continue
            estimate = price.estimate(input_tokens, output_tokens, service)
            if estimate is not None and (dearest is None or estimate > dearest):
                dearest, currency = estimate, price.currency
        return dearest, currency

    def speaks(self, dialect: DialectName) -> bool:
        """Tell whether some target understands ``dialect`` itself, or counts tokens as it asks."""
        if dialect in COUNTS:
            return any("count" in target.defaults for target in self.targets)
        return any(dialect in target.link.endpoints for target in self.targets)

    def order(self) -> tuple[Target, ...]:
        """Return the targets in the order to try them."""
        if not self._by_weight:
            return self.targets
        # Efraimidis-Spirakis: sorted by u^(1/w), the first is chosen with its weight's share.
        draw = random.random
        keyed = [
            (choice.priority, -(draw() ** (1.0 / choice.weight)) if choice.weight > 0 else 1.0, place)
            for place, choice in enumerate(self._choices)
        ]
        return tuple(self._choices[place].target for _, _, place in sorted(keyed))
