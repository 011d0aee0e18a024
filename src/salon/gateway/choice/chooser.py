"""Decides where one request goes, and remembers why."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ModelUnavailable, NotAllowedThere, Unsupported
from salon.gateway.accounting import expected_tokens, price_of
from salon.gateway.choice.arrange import Weighing, arrange
from salon.gateway.choice.facts import JobFacts, needs
from salon.gateway.choice.told import line
from salon.gateway.choice.watch import Watch
from salon.gateway.options import GatewayOptions
from salon.gateway.protocols.counts import BYTES_PER_TOKEN
from salon.gateway.registry.plan import Plan, Route
from salon.gateway.registry.registry import Registry
from salon.gateway.registry.target import Target
from salon.gateway.relay.job import Job
from salon.gateway.routing.conditions import why_not
from salon.gateway.routing.residence import Residence, obstacle
from salon.gateway.routing.split import pick

_FIELDS: Final = {"tools": "tools", "vision": "messages", "structured": "response_format"}


class Decision:
    """Where one request goes and why."""

    __slots__ = ("passed", "route", "rule", "small", "targets", "variant")

    def __init__(self, route: Route, *, rule: str | None, variant: str | None) -> None:
        self.route = route
        self.rule = rule
        self.variant = variant
        self.targets: Sequence[Target] = ()
        """In the order to try them."""
        self.passed: dict[str, str] = {}
        """Targets that are passed over, by name, and why."""
        self.small: set[str] = set()
        """Targets that come last because the request may not fit."""

    def told(self) -> str:
        """Return it in one line, for a header and the ledger."""
        return line(
            self.route.strategy,
            rule=self.rule,
            variant=self.variant,
            last=sorted(self.small),
            passed=self.passed,
        )


class Chooser:
    """Chooses for plans that are not plain. One event loop."""

    def __init__(self, registry: Registry, watch: Watch, options: GatewayOptions, clock: Clock) -> None:
        self._registry = registry
        self._watch = watch
        self._options = options
        self._clock = clock

    def choose(self, job: Job, plan: Plan) -> Sequence[Target]:
        """Return the targets in the order to try them; says why in ``job.decision``.

        Raises: Unsupported when none can do what is asked, NotAllowedThere when the request may be taken to
        none, ModelUnavailable when none is there.
        """
        limits, route = job.identity.limits, plan.route
        if plan.is_simple and not (limits.regions or limits.promises) and _fits_all(job, route):
            needed = needs(job) if route.is_restricted else ()
            if not any(_unable(target, needed) for target in route.targets):
                return route.targets
        decision = self.decide(job, plan, JobFacts(job, self._clock.now_ms()))
        job.decision = decision.told()
        return decision.targets

    def decide(self, job: Job, plan: Plan, facts: JobFacts) -> Decision:
        """Do as ``choose``, and return the whole decision."""
        decision = self.routed(plan, facts)
        if not decision.route.targets:
            problem = f"none of the targets of the rule “{decision.rule}” is there."
            raise ModelUnavailable(field="model", model=plan.name, problem=problem)
        weighing = Weighing(
            clock=self._clock, tokens=self.expected(job), price=partial(price_of, job), used=self.used
        )
        missing = self.pass_over(job, facts, decision)
        order = arrange(decision.route, weighing)
        kept = [target for target in order if target.name not in decision.passed]
        if not kept and missing is not None:
            raise Unsupported(field=_FIELDS[missing], problem=f"“{plan.name}” cannot do this ({missing}).")
        if not kept:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in decision.passed.items())
            raise NotAllowedThere(model=plan.name, problem=reasons)
        decision.targets = (
            kept if _fits_all(job, decision.route) else _roomy_first(kept, job, facts, decision)
        )
        return decision

    def variant(self, job: Job, plan: Plan) -> str:
        """Return the variant of a split that the caller gets; empty where a rule decides."""
        return self.routed(plan, JobFacts(job, self._clock.now_ms())).variant or ""

    def routed(self, plan: Plan, facts: JobFacts) -> Decision:
        """Return the route that the rules or the split give, before anything is passed over."""
        for rule in plan.rules:
            if why_not(rule.when, facts) is None:
                return Decision(rule.route, rule=rule.name, variant=None)
        split = plan.split
        if split is None:
            return Decision(plan.route, rule=None, variant=None)
        name, route = pick(split.variants, split=plan.name, unit=facts.unit(split.by))
        return Decision(route, rule=None, variant=name)

    def pass_over(self, job: Job, facts: JobFacts, decision: Decision) -> str | None:
        """Note the targets that the request may not be taken to, or that cannot do what is asked.

        Returns what is missing where one may see the request but cannot do it.
        """
        residences, missing = self.residences(job), None
        for target in decision.route.targets:
            reason = _outside(target, residences)
            if reason is None and (need := _unable(target, facts.needs)) is not None:
                missing, reason = missing or need, f"no {need}"
            if reason is not None:
                decision.passed[target.name] = reason
        return missing

    def allows(self, job: Job, target: Target) -> bool:
        """Tell whether the request may be taken to ``target``."""
        return _outside(target, self.residences(job)) is None

    def residences(self, job: Job) -> list[Residence]:
        """Return the constraints that a request is under; each must be kept."""
        limits, caller = job.identity.limits, job.identity.caller
        found = self._registry.residences_of(caller.space_id)
        if limits.regions or limits.promises:
            found.append(Residence(regions=limits.regions, promises=limits.promises))
        return found

    def expected(self, job: Job) -> tuple[int, int]:
        """Return how many tokens in and out are counted on."""
        return expected_tokens(job, self._options)

    def used(self, target: Target) -> float:
        """Return the share of the limits of a target's provider that is used."""
        return self._watch.used(target)


def _outside(target: Target, residences: Sequence[Residence]) -> str | None:
    link = target.link
    reasons = (obstacle(one, link.region, link.promises) for one in residences)
    return next((reason for reason in reasons if reason is not None), None)


def _unable(target: Target, needed: Sequence[str]) -> str | None:
    """Return what ``target`` is known to be unable to do."""
    return next((need for need in needed if getattr(target.capabilities, need) is False), None)


def _fits_all(job: Job, route: Route) -> bool:
    """Tell whether the request is surely short enough for every target of the route."""
    return job.size_bytes + BYTES_PER_TOKEN * (job.max_output_tokens or 0) <= route.roomy_bytes


def _roomy_first(targets: list[Target], job: Job, facts: JobFacts, decision: Decision) -> list[Target]:
    """Put last what the request seems too long for; it stays, for the estimate may be wrong."""
    tokens = facts.tokens + max(0, job.max_output_tokens or 0)
    small = {one.name for one in targets if one.context_tokens and one.context_tokens < tokens}
    if len(small) == len(targets):
        return sorted(targets, key=lambda one: -(one.context_tokens or 0))
    decision.small = small
    return sorted(targets, key=lambda one: one.name in small)
