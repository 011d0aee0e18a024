"""Reads the price tables in a process of its own and prints what was asked for.

The tables take 100 MB and 0.4 s to load, which neither the door's memory nor its event loop can spare
for a handful of numbers. Reads a JSON list of ``[tables' provider name or null, model]`` from standard
input; writes a JSON list with an object or null for each.
"""

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, cast

import msgspec

from salon.foundation.kit.clock import SystemClock
from salon.foundation.messages.usage import STANDARD_SERVICE
from salon.gateway.pricing.price import NEVER_MS, Price, PriceTier, rate
from salon.gateway.pricing.written import scaled

_RATES: Final = (
    ("cached", "cache_read_mtok"),
    ("cache_write", "cache_write_mtok"),
    ("cache_write_1h", "cache_write_1h_mtok"),
    ("reasoning", "output_reasoning_mtok"),
    ("audio_input", "input_audio_mtok"),
    ("audio_cached", "cache_audio_read_mtok"),
    ("audio_output", "output_audio_mtok"),
    ("image_input", "input_image_mtok"),
    ("image_cached", "cache_image_read_mtok"),
    ("image_output", "output_image_mtok"),
)
_SERVICES: Final = frozenset({"service_tier", "processing", "speed"})
"""What the tables tell prices apart by, as far as it is a way to be served."""
_BACK: Final = timedelta(hours=12)
"""A request that began so long ago is priced right still."""
_AHEAD: Final = timedelta(hours=36)


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the tables know of one model."""

    prices: tuple[Price, ...] = ()
    """In the order of the spans of time in which they are in force; empty when none is known."""
    context_tokens: int | None = None


def _at(value: Any, above: int) -> Decimal | None:
    """Return a plain or tiered rate as it is above ``above`` input tokens."""
    if value is None or isinstance(value, Decimal):
        return value
    chosen = value.base
    for tier in value.tiers:
        if above >= tier.start:
            chosen = tier.price
    return chosen


def _tiers(rates: dict[str, Any]) -> tuple[PriceTier, ...] | None:
    if _at(rates.get("input_mtok"), 0) is None and _at(rates.get("output_mtok"), 0) is None:
        return None
    tiered = [value for value in rates.values() if hasattr(value, "tiers")]
    starts: set[int] = {0, *(int(tier.start) for value in tiered for tier in value.tiers)}

    def one(name: str, above: int) -> int | None:
        found = _at(rates.get(name), above)
        return None if found is None else rate(found)

    return tuple(
        PriceTier(
            above=start,
            **{ours: found for ours, theirs in _RATES if (found := one(theirs, start)) is not None},
            **{
                ours: one(theirs, start) or 0
                for ours, theirs in (("input", "input_mtok"), ("output", "output_mtok"))
            },
        )
        for start in sorted(starts)
    )


def _piece(rates: dict[str, Any], name: str) -> int | None:
    found = _at(rates.get(name), 0)
    return None if found is None else rate(found / 1000)


def _services(info: Any, at: datetime) -> dict[str, tuple[PriceTier, ...]]:
    """Return the rates of service tiers, of batches and of fast answers, where the tables have them."""
    found: dict[str, tuple[PriceTier, ...]] = {}
    for variant in info.price_variants or ():
        ((key, name), *others) = variant.when.items()
        if others or key not in _SERVICES or name in STANDARD_SERVICE:
            continue
        if variant.constraint is not None and not variant.constraint.active(at):
            continue
        tiers = _tiers(cast(dict[str, Any], vars(info.get_prices(at, {key: name}))))
        if tiers is not None:
            found.setdefault(name, tiers)
    return found


def _price(info: Any, at: datetime, until: datetime, *, provider: str | None, version: str) -> Price | None:
    rates = cast(dict[str, Any], vars(info.get_prices(at)))
    tiers = _tiers(rates)
    if tiers is None:
        return None
    services = _services(info, at)
    if provider == "anthropic":
        # Answers made in the United States alone cost a tenth more, whatever the class of token.
        # https://platform.claude.com/docs/en/about-claude/pricing (2026-11-21)
        services["us"] = tuple(scaled(tier, Decimal("1.1")) for tier in tiers)
    return Price(
        tiers=tiers,
        version=version,
        request_e10=_piece(rates, "requests_kcount") or 0,
        search_e10=_piece(rates, "web_searches_kcount"),
        services=services,
        valid_from_ms=int(at.timestamp() * 1000),
        valid_until_ms=int(until.timestamp() * 1000),
    )


def _edges(info: Any, now: datetime) -> list[datetime]:
    """Return the moments around ``now`` at which a price of the model may change, with both ends."""
    first, last = now - _BACK, now + _AHEAD
    found = {first, last}
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    prices: Any = info.prices
    conditions: tuple[Any, ...] = tuple(prices) if hasattr(prices, "__iter__") else ()
    for constraint in (one.constraint for one in (*conditions, *(info.price_variants or ()))):
        for day in (midnight + timedelta(days=shift) for shift in range(-2, 4)):
            if hasattr(constraint, "start_date") and day.date() == constraint.start_date:
                found.add(day)
            for name in ("start_time", "end_time"):
                moment = getattr(constraint, name, None)
                if moment is not None:
                    found.add(datetime.combine(day.date(), moment, moment.tzinfo or UTC).astimezone(UTC))
    return sorted(edge for edge in found if first <= edge <= last)


def _prices(info: Any, now: datetime, *, provider: str | None, version: str) -> tuple[Price, ...]:
    """Return the prices that are in force one after the other, some hours back and some days ahead."""
    edges = _edges(info, now)
    found: list[Price] = []
    for start, end in pairwise(edges):
        price = _price(info, start, end, provider=provider, version=version)
        if price is None:
            continue
        if found and msgspec.structs.replace(
            found[-1], valid_until_ms=price.valid_until_ms
        ) == msgspec.structs.replace(price, valid_from_ms=found[-1].valid_from_ms):
            price = msgspec.structs.replace(price, valid_from_ms=found.pop().valid_from_ms)
        found.append(price)
    if not found:
        return ()
    # Beyond what was looked at the last word stands: it is asked again long before.
    found[0] = msgspec.structs.replace(found[0], valid_from_ms=0)
    found[-1] = msgspec.structs.replace(found[-1], valid_until_ms=NEVER_MS)
    return tuple(found)


def look_up(wanted: list[tuple[str | None, str]], now_ms: int | None = None) -> list[Found | None]:
    """Return what the price tables know of each wanted model, around ``now_ms`` or this time."""
    import genai_prices  # noqa: PLC0415 - heavy
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - heavy

    snapshot = get_snapshot()
    now = datetime.fromtimestamp((SystemClock().now_ms() if now_ms is None else now_ms) / 1000, UTC)
    version = f"genai-prices {genai_prices.__version__} {now:%Y-%m-%d}"
    found: list[Found | None] = []
    for provider, model in wanted:
        try:
            _, info = snapshot.find_provider_model(model, None, provider, None)
        except LookupError:
            found.append(None)
            continue
        prices = _prices(info, now, provider=provider, version=version)
        found.append(Found(prices=prices, context_tokens=info.context_window))
    return found


def main() -> None:
    """Answer one question on standard input."""
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=list[tuple[str | None, str]])
    sys.stdout.buffer.write(msgspec.json.encode(look_up(wanted)))


if __name__ == "__main__":
    main()
