"""Makes plans of aliases: their routes, rules, variants and mirror, from the targets that are there."""

from collections.abc import Callable, Sequence

from salon.gateway.registry.models import AliasSpec, Strategy, TargetSpec
from salon.gateway.registry.plan import WATCHING, Choice, Mirror, Plan, Route, Rule, Split
from salon.gateway.registry.prices import PriceBook
from salon.gateway.registry.target import Target
from salon.gateway.routing.meter import Meter


class Planner:
    """Turns declarations into plans; knows the targets by the functions it is given."""

    def __init__(
        self, prices: PriceBook, *, find: Callable[[str], Target | None], meter: Callable[[str], Meter]
    ) -> None:
        self._prices = prices
        self._find = find
        self._meter = meter

    def single(self, target: Target, names: tuple[str, ...], *, is_guarded: bool) -> Plan:
        """Return the plan that goes to one target."""
        route = Route([Choice(target, weight=1, priority=0)], strategy="priority")
        return Plan(route, names=names, is_guarded=is_guarded)

    def of_alias(self, alias: AliasSpec, *, is_guarded: bool) -> Plan:
        """Return the plan of an alias; its route is empty when none of its targets is there."""
        return Plan(
            self._route(alias.targets, alias.strategy),
            names=(alias.name,),
            rules=self._rules(alias),
            split=self._split(alias),
            mirror=self._mirror(alias, is_guarded=is_guarded),
            is_guarded=is_guarded,
            cache=alias.cache,
            replay_uncertain=alias.replay_uncertain,
            dated=self._prices.of_alias(alias.name),
        )

    def _route(self, specs: Sequence[TargetSpec], strategy: Strategy) -> Route:
        """Return the route to those of the targets that are there."""
        choices: list[Choice] = []
        for place, spec in enumerate(specs):
            target = self._find(spec.model)
            if target is not None:
                rank = _rank(specs, strategy, place)
                choices.append(Choice(target, weight=spec.weight, priority=rank))
                if strategy in WATCHING:
                    target.meter = self._meter(target.name)
        return Route(choices, strategy=strategy)

    def _rules(self, alias: AliasSpec) -> list[Rule]:
        return [
            Rule(rule.name or str(number), rule.when, self._route(rule.targets, rule.strategy))
            for number, rule in enumerate(alias.rules, 1)
        ]

    def _split(self, alias: AliasSpec) -> Split | None:
        if alias.split is None:
            return None
        variants: list[tuple[str, float, Route]] = []
        for variant in alias.split.variants:
            own = {target.model for target in variant.targets}
            rest = [target for target in alias.targets if target.model not in own]
            specs = _in_line([*variant.targets, *rest])
            variants.append((variant.name, variant.weight, self._route(specs, "priority")))
        return Split(alias.split.by, variants)

    def _mirror(self, alias: AliasSpec, *, is_guarded: bool) -> Mirror | None:
        if alias.mirror is None or alias.mirror.share <= 0:
            return None
        target = self._find(alias.mirror.model)
        if target is None:
            return None
        return Mirror(self.single(target, (alias.name,), is_guarded=is_guarded), alias.mirror.share)


def _rank(specs: Sequence[TargetSpec], strategy: Strategy, place: int) -> int:
    """Return the rank of a target: listed order where only the order says which goes first."""
    if strategy != "priority" or any(target.priority for target in specs):
        return specs[place].priority
    return place


def _in_line(specs: Sequence[TargetSpec]) -> list[TargetSpec]:
    """Return the targets one after the other, those of the first rank first."""
    return [TargetSpec(model=spec.model) for spec in sorted(specs, key=lambda spec: spec.priority)]
