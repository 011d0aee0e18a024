"""A model's price, compiled to integers, so that counting the cost of an answer takes a microsecond."""

from decimal import Decimal
from typing import Final

import msgspec

from salon.foundation.kit.money import UNIT
from salon.foundation.messages import Usage

_MILLION: Final = 1_000_000


class PriceTier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rates in 10⁻¹⁰ of the currency per million tokens, from ``above`` input tokens on."""

    above: int = 0
    input: int
    output: int
    cached: int | None = None
    """None: like ``input``."""
    cache_write: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    """None: like ``output``."""


class Price(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs at one time. The tier that the input reaches prices all tokens."""

    tiers: tuple[PriceTier, ...]
    """Rising by ``above``; the first begins at 0."""
    version: str
    """Where the price is from and of when; kept with every cost."""
    currency: str = "USD"
    request_e10: int = 0
    """For each request, whatever its size."""
    valid_from_ms: int = 0

    def cost(self, usage: Usage) -> int:
        """Return what ``usage`` costs in 10⁻¹⁰ of the currency, rounded half up."""
        tier = self._tier(usage.input_tokens)
        cached, written = usage.cached_tokens, usage.cache_write_tokens
        total = (usage.input_tokens - cached - written) * tier.input + usage.output_tokens * tier.output
        if cached:
            total += cached * (tier.input if tier.cached is None else tier.cached)
        if written:
            total += written * (tier.input if tier.cache_write is None else tier.cache_write)
        if usage.audio_input_tokens and tier.audio_input is not None:
            total += usage.audio_input_tokens * (tier.audio_input - tier.input)
        if usage.audio_output_tokens and tier.audio_output is not None:
            total += usage.audio_output_tokens * (tier.audio_output - tier.output)
        return self.request_e10 + max(0, (total + _MILLION // 2) // _MILLION)

    def estimate(self, input_tokens: int, output_tokens: int) -> int:
        """Return what so many tokens cost at most, before anything is known of caches."""
        tier = self._tier(input_tokens)
        dearest = max(tier.input, tier.cache_write or 0)
        return self.request_e10 + (input_tokens * dearest + output_tokens * tier.output) // _MILLION + 1

    def _tier(self, input_tokens: int) -> PriceTier:
        chosen = self.tiers[0]
        for tier in self.tiers[1:]:
            if input_tokens <= tier.above:
                break
            chosen = tier
        return chosen


def price_per_million(
    *,
    input: str | float,  # noqa: A002 - the setting's own name
    output: str | float,
    cached: str | float = "",
    cache_write: str | float = "",
    currency: str = "USD",
    version: str,
) -> Price:
    """Return the price written in whole currency units per million tokens. Raises: ValueError."""
    tier = PriceTier(
        input=rate(input),
        output=rate(output),
        cached=None if cached == "" else rate(cached),
        cache_write=None if cache_write == "" else rate(cache_write),
    )
    return Price(tiers=(tier,), version=version, currency=currency)


def rate(text: str | float | Decimal) -> int:
    """Return an amount per million tokens in 10⁻¹⁰ units. Raises: ValueError when it is no amount."""
    try:
        value = int((Decimal(str(text)) * UNIT).to_integral_value())
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is not an amount of money") from error
    if not 0 <= value < 2**53:
        raise ValueError(f"{text!r} is not a price per million tokens")
    return value


FREE: Final = Price(tiers=(PriceTier(input=0, output=0),), version="local")
"""For models on the person's own machine."""
