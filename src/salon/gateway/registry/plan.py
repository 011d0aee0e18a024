"""A plan: the targets a name stands for, and how to choose among them."""

from collections.abc import Sequence
from typing import Final

from salon.foundation.messages import UsageDetails
from salon.gateway.pricing import Price, Timeline
from salon.gateway.protocols.base import COUNTS, DialectName
from salon.gateway.protocols.counts import BYTES_PER_TOKEN
from salon.gateway.registry.models import SplitBy, Strategy
from salon.gateway.registry.target import Target
from salon.gateway.routing.conditions import Condition

_ENDLESS: Final = 1 << 62
WATCHING: Final[frozenset[Strategy]] = frozenset({"least-busy", "lowest-latency", "rate-limit"})
"""Strategies that have to know what is under way at their targets."""


class Choice:
    """A target with its place in an alias."""

    __slots__ = ("priority", "target", "weight")

    def __init__(self, target: Target, *, weight: float, priority: int) -> None:
        self.target = target
        self.weight = weight
        self.priority = priority


class Route:
    """Targets to choose from, and how."""

    __slots__ = ("choices", "is_restricted", "needs_order", "roomy_bytes", "strategy", "targets")

    def __init__(self, choices: Sequence[Choice], *, strategy: Strategy) -> None:
        self.choices = sorted(choices, key=lambda choice: choice.priority)
        self.targets: tuple[Target, ...] = tuple(choice.target for choice in self.choices)
        self.strategy: Strategy = strategy
        ranks = {choice.priority for choice in self.choices}
        self.needs_order = strategy != "priority" and len(ranks) < len(self.choices)
        """Their order is another one for each request."""
        self.is_restricted = any(
            False in (target.capabilities.tools, target.capabilities.vision, target.capabilities.structured)
            for target in self.targets
        )
        """Some target is known to be unable to do something."""
        windows = {target.context_tokens for target in self.targets if target.context_tokens}
        self.roomy_bytes = min(windows) * BYTES_PER_TOKEN if len(windows) > 1 else _ENDLESS
        """A request of so many bytes may go anywhere; a larger one may need a larger context."""


class Rule:
    """Where requests go that a condition holds for."""

    __slots__ = ("name", "route", "when")

    def __init__(self, name: str, when: Condition, route: Route) -> None:
        self.name = name
        self.when = when
        self.route = route


class Split:
    """Routes that share the callers."""

    __slots__ = ("by", "variants")

    def __init__(self, by: SplitBy, variants: Sequence[tuple[str, float, Route]]) -> None:
        self.by: SplitBy = by
        self.variants = tuple(variants)
        """Name, weight and route of each."""


class Mirror:
    """Where a share of the requests goes a second time; nobody gets those answers."""

    __slots__ = ("plan", "share")

    def __init__(self, plan: "Plan", share: float) -> None:
        self.plan = plan
        self.share = share


class Plan:
    """What one asked name means, made once and used until the configuration changes."""

    __slots__ = (
        "cache",
        "dated",
        "is_plain",
        "is_simple",
        "mirror",
        "name",
        "names",
        "priced",
        "replay_uncertain",
        "route",
        "route_tag",
        "rules",
        "split",
        "targets",
    )

    def __init__(
        self,
        route: Route,
        *,
        names: tuple[str, ...],
        rules: Sequence[Rule] = (),
        split: Split | None = None,
        mirror: Mirror | None = None,
        is_guarded: bool = False,
        cache: bool = False,
        replay_uncertain: bool = False,
        dated: Timeline | None = None,
    ) -> None:
        """Put a plan together; ``is_guarded``: spaces have constraints that must be looked up."""
        self.route = route
        self.rules = tuple(rules)
        self.split = split
        self.mirror = mirror
        routes = [route, *(rule.route for rule in rules)]
        routes += [one for _, _, one in split.variants] if split is not None else []
        self.targets: tuple[Target, ...] = tuple(
            {target.name: target for one in routes for target in one.targets}.values()
        )
        """Every target that may be gone to, the usual ones first."""
        self.is_simple = not (rules or split or mirror or is_guarded or route.needs_order)
        """Nothing but what a target can do decides where a request goes."""
        self.is_plain = self.is_simple and not route.is_restricted and route.roomy_bytes == _ENDLESS
        """Every request goes to the route's targets, in their order."""
        self.name = names[0]
        self.names = names
        """Names by which a key may be allowed this: the asked one, ``provider/model``, ``kind/model``."""
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
        self,
        input_tokens: int,
        output_tokens: int,
        *,
        at_ms: int,
        service: str | None = None,
        pieces: UsageDetails | None = None,
    ) -> tuple[int | None, str]:
        """Return what so many tokens and ``pieces`` cost at the dearest priced target, and its currency."""
        dearest: int | None = None
        currency, dated = "USD", self.dated
        for target in self.targets:
            price = target.price if dated is target.dated is None else self.price_at(target, at_ms)
            if price is None:
                continue
            estimate = price.estimate(input_tokens, output_tokens, service)
            if pieces is not None and estimate is not None:
                estimate += price.held_for(pieces)
            if estimate is not None and (dearest is None or estimate > dearest):
                dearest, currency = estimate, price.currency
        return dearest, currency

    def speaks(self, dialect: DialectName) -> bool:
        """Tell whether some target understands ``dialect`` itself, or counts tokens as it asks."""
        if dialect in COUNTS:
            return any("count" in target.defaults for target in self.targets)
        return any(dialect in target.link.endpoints for target in self.targets)
