"""Prices in lists of models; a form that does not say its unit is no price."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

import msgspec

from salon.gateway.configuration.listed import Item
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.pricing.written import fingerprint

_MILLION: Final = 1_000_000
_BY_MILLION: Final = "usd_per_1m_tokens"


def read_price(value: Any) -> Price | None:
    """Read OpenRouter's prices, in dollars per token, or Perplexity's, which name their unit."""
    if not isinstance(value, dict):
        return None
    prices = cast(Item, value)
    try:
        price = _by_million(prices) if prices.get("unit") == _BY_MILLION else _by_token(prices)
    except (InvalidOperation, TypeError, ValueError):
        return None
    if price is None:
        return None
    return msgspec.structs.replace(price, version=f"the provider's list {fingerprint(price)}")


def _by_million(prices: Item) -> Price | None:
    entry, output = _amount(prices, "input"), _amount(prices, "output")
    if entry is None or output is None:
        return None
    tier = PriceTier(
        input=rate(entry),
        output=rate(output),
        cached=_rate(prices, "cache_read", 1),
        cache_write=_rate(prices, "cache_write", 1),
    )
    return Price(tiers=(tier,), version="")


def _by_token(prices: Item) -> Price | None:
    entry, output = _rate(prices, "prompt", _MILLION), _rate(prices, "completion", _MILLION)
    if entry is None or output is None:
        return None
    tier = PriceTier(
        input=entry,
        output=output,
        cached=_rate(prices, "input_cache_read", _MILLION),
        cache_write=_rate(prices, "input_cache_write", _MILLION),
        reasoning=_rate(prices, "internal_reasoning", _MILLION) or None,
        audio_input=_rate(prices, "audio", _MILLION) or None,
    )
    return Price(
        tiers=(tier,),
        version="",
        request_e10=_rate(prices, "request", 1) or 0,
        search_e10=_rate(prices, "web_search", 1),
    )


def _amount(prices: Item, name: str) -> Decimal | None:
    """Return an amount of dollars; None for none, and for the negative one that stands for "it depends"."""
    said = prices.get(name)
    if not isinstance(said, str | int | float) or isinstance(said, bool) or said == "":
        return None
    amount = Decimal(str(said))
    return amount if amount >= 0 else None


def _rate(prices: Item, name: str, factor: int) -> int | None:
    amount = _amount(prices, name)
    return None if amount is None else rate(amount * factor)
