"""Why a request would go where it would go, for people: every rule, every target, and what was weighed."""

import msgspec

from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotAllowedThere, Unsupported
from salon.gateway.accounting import price_of
from salon.gateway.choice.chooser import Chooser, Decision
from salon.gateway.choice.facts import JobFacts
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.target import Target
from salon.gateway.relay.job import Job
from salon.gateway.routing.conditions import why_not


class RuleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a rule holds."""

    name: str
    holds: bool
    reason: str | None
    """Why it does not."""


class TargetVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one target, and what it was weighed by."""

    target: str
    place: int | None
    """When it would be tried, from 1; None when it is passed over."""
    reason: str | None
    """Why it is passed over, or comes last."""
    rank: int
    weight: float
    region: str
    promises: tuple[str, ...]
    context_tokens: int | None
    estimate_e10: int | None
    """What the request is expected to cost there; None is unpriced."""
    currency: str | None
    breaker: str
    first_token_ms: float | None
    open: int | None
    """Attempts under way, where they are counted."""
    used: float
    """The share of its provider's limits that is used."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request would go now, and why."""

    model: str
    strategy: str
    rules: tuple[RuleVerdict, ...]
    rule: str | None
    """The rule that decided."""
    variants: tuple[str, ...]
    shares: tuple[float, ...]
    """The share of each variant, from 0 to 1."""
    variant: str | None
    sticks_to: str | None
    """Who stays with the variant, like ``user ann``; None where each request is drawn anew."""
    tokens: int
    """What it gives the model to read, as estimated."""
    needs: tuple[str, ...]
    """What a target must be able to do."""
    regions: tuple[str, ...]
    """Regions it may be taken to, one list after the other; each list must be kept."""
    promises: tuple[str, ...]
    mirror: str | None
    mirror_share: float
    problem: str | None
    """Why it would be refused."""
    targets: tuple[TargetVerdict, ...]
    """Those that are kept, in the order to try them, then those that are passed over."""


def explained(chooser: Chooser, job: Job, plan: Plan, clock: Clock) -> Explanation:
    """Return why ``job`` would go where it would go. Raises: ModelUnavailable."""
    facts = JobFacts(job, clock.now_ms())
    problem: str | None = None
    try:
        decision = chooser.decide(job, plan, facts)
    except (Unsupported, NotAllowedThere) as error:
        problem = error.message
        decision = chooser.routed(plan, facts)
        chooser.pass_over(job, facts, decision)
    residences = chooser.residences(job)
    return Explanation(
        model=plan.name,
        strategy=decision.route.strategy,
        rules=tuple(_rule(rule.name, why_not(rule.when, facts)) for rule in plan.rules),
        rule=decision.rule,
        variants=tuple(name for name, _, _ in plan.split.variants) if plan.split is not None else (),
        shares=_shares(plan),
        variant=decision.variant,
        sticks_to=_sticks_to(plan, facts) if decision.variant is not None else None,
        tokens=facts.tokens,
        needs=facts.needs,
        regions=tuple(" or ".join(one.regions) for one in residences if one.regions),
        promises=tuple(dict.fromkeys(word for one in residences for word in one.promises)),
        mirror=plan.mirror.plan.targets[0].name if plan.mirror is not None else None,
        mirror_share=plan.mirror.share if plan.mirror is not None else 0.0,
        problem=problem,
        targets=_targets(chooser, job, decision, clock),
    )


def _rule(name: str, reason: str | None) -> RuleVerdict:
    return RuleVerdict(name=name, holds=reason is None, reason=reason)


def _shares(plan: Plan) -> tuple[float, ...]:
    weights = [weight for _, weight, _ in plan.split.variants] if plan.split is not None else []
    total = sum(weights)
    return tuple(round(weight / total, 4) for weight in weights) if total else ()


def _sticks_to(plan: Plan, facts: JobFacts) -> str | None:
    by = plan.split.by if plan.split is not None else "request"
    return None if by == "request" else facts.unit(by)


def _targets(chooser: Chooser, job: Job, decision: Decision, clock: Clock) -> tuple[TargetVerdict, ...]:
    choices = {choice.target.name: choice for choice in decision.route.choices}
    kept = [target.name for target in decision.targets]
    rest = [name for name in choices if name not in kept]
    found: list[TargetVerdict] = []
    for name in (*kept, *rest):
        choice = choices[name]
        target, price = choice.target, price_of(job, choice.target)
        found.append(
            TargetVerdict(
                target=name,
                place=kept.index(name) + 1 if name in kept else None,
                reason=_reason(decision, target),
                rank=choice.priority,
                weight=choice.weight,
                region=target.link.region,
                promises=target.link.promises,
                context_tokens=target.context_tokens,
                estimate_e10=price.estimate(*chooser.expected(job)) if price is not None else None,
                currency=price.currency if price is not None else None,
                breaker=target.breaker.state(clock.monotonic_s()),
                first_token_ms=target.health.first_token_ms,
                open=target.meter.open if target.meter is not None else None,
                used=chooser.used(target),
            )
        )
    return tuple(found)


def _reason(decision: Decision, target: Target) -> str | None:
    if target.name in decision.small:
        return "last: the request may not fit its context"
    return decision.passed.get(target.name)
