"""What a provider says itself an answer cost; it goes before any price of ours.

Only kinds that declare it are believed, because a field called ``cost`` means nothing by itself. All of
them tell dollars.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from salon.foundation.kit.money import UNIT

ReportedCost = Callable[[Mapping[str, Any]], int | None]
"""From the usage object as it was sent to a cost in 10⁻¹⁰ dollars; None when it tells none."""


def openrouter(usage: Mapping[str, Any]) -> int | None:
    """Read ``cost``, in credits of a dollar each.

    With a key of one's own at the provider behind it, ``cost`` is OpenRouter's fee alone and the provider
    charges ``upstream_inference_cost`` besides.
    https://openrouter.ai/docs/use-cases/usage-accounting (2026-11-21)
    """
    cost = _dollars(usage.get("cost"))
    if cost is None or usage.get("is_byok") is not True:
        return cost
    details = usage.get("cost_details")
    upstream = _dollars(_object(details).get("upstream_inference_cost"))
    return None if upstream is None else cost + upstream


def xai(usage: Mapping[str, Any]) -> int | None:
    """Read ``cost_in_usd_ticks``, in 10⁻¹⁰ dollars.

    https://docs.x.ai/developers/cost-tracking (2026-11-21)
    """
    ticks = usage.get("cost_in_usd_ticks")
    return ticks if isinstance(ticks, int) and not isinstance(ticks, bool) and ticks >= 0 else None


def perplexity(usage: Mapping[str, Any]) -> int | None:
    """Read ``cost.total_cost``, which includes fees for searching."""
    cost = _object(usage.get("cost"))
    return _dollars(cost.get("total_cost")) if cost.get("currency", "USD") == "USD" else None


def _object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _dollars(value: Any) -> int | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e6:
        return None
    return int((Decimal(repr(value)) * UNIT).to_integral_value())
