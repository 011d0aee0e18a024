"""Reads the price tables in a process of its own and prints what was asked for.

The tables take 100 MB and 0.4 s to load, which neither the door's memory nor its event loop can spare
for a handful of numbers. Reads a JSON list of ``[tables' provider name or null, model]`` from standard
input; writes a JSON list with an object or null for each.
"""

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.money import UNIT
from salon.gateway.pricing.price import Price, PriceTier, rate


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the tables know of one model."""

    price: Price | None = None
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


def _compile(prices: Any, version: str) -> Price | None:
    rates = cast(dict[str, Any], vars(prices))
    if _at(rates.get("input_mtok"), 0) is None and _at(rates.get("output_mtok"), 0) is None:
        return None
    tiered = [value for value in rates.values() if hasattr(value, "tiers")]
    starts: set[int] = {0, *(int(tier.start) for value in tiered for tier in value.tiers)}

    def one(name: str, above: int) -> int | None:
        found = _at(rates.get(name), above)
        return None if found is None else rate(found)

    tiers = tuple(
        PriceTier(
            above=start,
            input=one("input_mtok", start) or 0,
            output=one("output_mtok", start) or 0,
            cached=one("cache_read_mtok", start),
            cache_write=one("cache_write_mtok", start),
            audio_input=one("input_audio_mtok", start),
            audio_output=one("output_audio_mtok", start),
        )
        for start in sorted(starts)
    )
    fee = _at(rates.get("requests_kcount"), 0)
    return Price(tiers=tiers, version=version, request_e10=0 if fee is None else int(fee * UNIT / 1000))


def look_up(wanted: list[tuple[str | None, str]]) -> list[Found | None]:
    """Return what the price tables know of each wanted model at this time."""
    import genai_prices  # noqa: PLC0415 - heavy
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - heavy

    snapshot = get_snapshot()
    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    version = f"genai-prices {genai_prices.__version__} {now:%Y-%m-%d}"
    found: list[Found | None] = []
    for provider, model in wanted:
        try:
            _, info = snapshot.find_provider_model(model, None, provider, None)
        except LookupError:
            found.append(None)
            continue
        price = _compile(info.get_prices(now), version)
        found.append(Found(price=price, context_tokens=info.context_window))
    return found


def main() -> None:
    """Answer one question on standard input."""
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=list[tuple[str | None, str]])
    sys.stdout.buffer.write(msgspec.json.encode(look_up(wanted)))


if __name__ == "__main__":
    main()
