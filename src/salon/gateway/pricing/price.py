"""A model's price, compiled to integers, so that counting the cost of an answer takes a microsecond.

Counts nest: audio is part of the input, cached audio is part of both the cached tokens and the audio.
Each token is charged once, at the rate of the narrowest class it belongs to that has a rate of its own.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec

from salon.foundation.kit.money import UNIT
from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.pricing.pictures import PicturePrice, of_kind, pixels_of, possible

_MILLION: Final = 1_000_000
_MINUTE_MS: Final = 60_000
NEVER_MS: Final = 2**53


class PriceTier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """Rates in 10⁻¹⁰ of the currency per million tokens, from ``above`` input tokens on."""

    above: int = 0
    input: int
    output: int
    cached: int | None = None
    """None: like ``input``."""
    cache_write: int | None = None
    """Kept for five minutes; None: like ``input``."""
    cache_write_1h: int | None = None
    """None: like ``cache_write``."""
    reasoning: int | None = None
    """None: like ``output``."""
    audio_input: int | None = None
    """None: like ``input``, whether cached or not."""
    audio_cached: int | None = None
    """None: like ``audio_input``."""
    audio_output: int | None = None
    """None: like ``output``."""
    image_input: int | None = None
    """None: like ``input``, whether cached or not."""
    image_cached: int | None = None
    """None: like ``image_input``."""
    image_output: int | None = None
    """None: like ``output``."""


class Price(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs in one span of time. The tier that the input reaches prices all tokens."""

    tiers: tuple[PriceTier, ...]
    """Rising by ``above``; the first begins at 0."""
    version: str
    """Where the price is from and of when; kept with every cost."""
    currency: str = "USD"
    request_e10: int = 0
    """For each request, whatever its size."""
    image_e10: int | None = None
    """For each picture made, beside its tokens if it has any; None is "not known"."""
    images: tuple[PicturePrice, ...] = ()
    """For each picture of a size and quality; the row that says most of it goes before ``image_e10``."""
    megapixel_e10: int | None = None
    """For a million pixels of a picture whose size is known; goes before ``image_e10``."""
    characters_e10: int | None = None
    """For a million characters spoken; None is "not known"."""
    minute_e10: int | None = None
    """For each minute of a recording that is listened to; None is "not known"."""
    search_e10: int | None = None
    """For each search of the web by the provider's own tool; None is "not known"."""
    services: dict[str, tuple[PriceTier, ...]] = {}
    """Rates of the service tiers that have their own: ``batch``, ``flex``, ``priority`` ..."""
    valid_from_ms: int = 0
    valid_until_ms: int = NEVER_MS
    """Exclusive."""

    def cost(self, usage: Usage) -> int | None:
        """Return what ``usage`` costs in 10⁻¹⁰ of the currency, rounded half up; None is "unpriced"."""
        if usage.details is not None:
            return self._detailed(usage, usage.details)
        tiers = self.tiers
        tier = tiers[0] if len(tiers) == 1 else _reached(tiers, usage.input_tokens)
        cached, written, reasoning = usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens
        total = (usage.input_tokens - cached - written) * tier.input + usage.output_tokens * tier.output
        if cached:
            total += cached * (tier.input if tier.cached is None else tier.cached)
        if written:
            total += written * (tier.input if tier.cache_write is None else tier.cache_write)
        if reasoning and tier.reasoning is not None:
            total += reasoning * (tier.reasoning - tier.output)
        # Below zero where a provider counts more as cached than as read; asked by ``if``, a call less.
        return self.request_e10 + ((total + _MILLION // 2) // _MILLION if total > 0 else 0)

    def _detailed(self, usage: Usage, details: UsageDetails) -> int | None:
        """Return the cost of an answer that has rare counts; None when one of them has no rate."""
        tiers = self.tiers if details.service is None else self.services.get(details.service)
        if tiers is None:
            return None
        pieces = self.of_pieces(details, has_tokens=usage.total_tokens > 0)
        if pieces is None:
            return None
        tier = _reached(tiers, usage.input_tokens)
        total = _input(tier, usage, details) + _output(tier, usage, details)
        return self.request_e10 + pieces + max(0, (total + _MILLION // 2) // _MILLION)

    def of_pieces(self, details: UsageDetails, *, has_tokens: bool = False) -> int | None:
        """Return what is not paid by the token, rounded half up; None when a rate for it is not known.

        With ``has_tokens``, what has no rate is paid by its tokens; a search never is.
        """
        if (details.searches and self.search_e10 is None) or (details.uncounted and self.minute_e10 != 0):
            return None
        total = details.searches * (self.search_e10 or 0)
        for count, own_rate, pays in (
            (details.images, *self._of_each_image(details)),
            (details.characters, self.characters_e10, _MILLION),
            (details.audio_input_ms, self.minute_e10, _MINUTE_MS),
        ):
            if count and own_rate is None and not has_tokens:
                return None
            total += (count * (own_rate or 0) + pays // 2) // pays
        return total

    def held_for(self, details: UsageDetails) -> int:
        """Return what ``details`` cost at most, before an answer says of which size its pictures are."""
        known = self.of_pieces(details) or 0
        if not details.images or not (self.images or self.megapixel_e10):
            return known
        return max([known, *(self.of_pieces(one) or 0 for one in possible(self.images, details))])

    def _of_each_image(self, details: UsageDetails) -> tuple[int | None, int]:
        """Return what one of these pictures costs, and what that is to be divided by."""
        if self.images:
            each = of_kind(self.images, details)
            if each is not None:
                return each, 1
        if self.megapixel_e10 is not None:
            pixels = pixels_of(details.image_size)
            if pixels is not None:
                return pixels * self.megapixel_e10, _MILLION
        return self.image_e10, 1

    def estimate(self, input_tokens: int, output_tokens: int, service: str | None = None) -> int | None:
        """Return what so many tokens cost at most, before anything is known of their classes.

        None when the service tier that is asked for has no price here.
        """
        tiers = self.tiers if service is None else self.services.get(service)
        if tiers is None:
            return None
        into, out = _dearest(tiers[0] if len(tiers) == 1 else _reached(tiers, input_tokens))
        return self.request_e10 + (input_tokens * into + output_tokens * out) // _MILLION + 1


@lru_cache(maxsize=4096)
def _dearest(tier: PriceTier) -> tuple[int, int]:
    """Return the highest rate of any token in, and of any token out."""
    into = (tier.input, tier.cache_write, tier.cache_write_1h, tier.audio_input, tier.image_input)
    out = (tier.output, tier.reasoning, tier.audio_output, tier.image_output)
    return max([rate or 0 for rate in into]), max([rate or 0 for rate in out])


def _reached(tiers: tuple[PriceTier, ...], input_tokens: int) -> PriceTier:
    chosen = tiers[0]
    for tier in tiers[1:]:
        if input_tokens <= tier.above:
            break
        chosen = tier
    return chosen


def _input(tier: PriceTier, usage: Usage, details: UsageDetails) -> int:
    """Return the cost of the input in 10⁻¹⁶ of the currency."""
    cached, written = usage.cached_tokens, usage.cache_write_tokens
    hour = min(details.cache_write_1h_tokens, written)
    short_rate = tier.input if tier.cache_write is None else tier.cache_write
    total = (written - hour) * short_rate
    total += hour * (short_rate if tier.cache_write_1h is None else tier.cache_write_1h)
    fresh_left, cached_left = max(0, usage.input_tokens - cached - written), cached
    for tokens, of_cached, fresh_rate, kept_rate in (
        (details.audio_input_tokens, details.audio_cached_tokens, tier.audio_input, tier.audio_cached),
        (details.image_input_tokens, details.image_cached_tokens, tier.image_input, tier.image_cached),
    ):
        if not tokens or fresh_rate is None:
            continue
        # A provider may count the parts of what was cached nowhere; what cannot be fresh was cached.
        kept = min(of_cached, tokens, cached_left)
        fresh = min(tokens - kept, fresh_left)
        total += kept * (fresh_rate if kept_rate is None else kept_rate) + fresh * fresh_rate
        fresh_left -= fresh
        cached_left -= kept
    return (
        total + fresh_left * tier.input + cached_left * (tier.input if tier.cached is None else tier.cached)
    )


def _output(tier: PriceTier, usage: Usage, details: UsageDetails) -> int:
    """Return the cost of the output in 10⁻¹⁶ of the currency."""
    total, left = 0, usage.output_tokens
    for tokens, own_rate in (
        (details.audio_output_tokens, tier.audio_output),
        (details.image_output_tokens, tier.image_output),
        (usage.reasoning_tokens, tier.reasoning),
    ):
        if tokens and own_rate is not None:
            part = min(tokens, left)
            total += part * own_rate
            left -= part
    return total + left * tier.output


def rate(text: str | float | Decimal) -> int:
    """Return an amount in 10⁻¹⁰ units. Raises: ValueError when it is none, or below zero."""
    try:
        value = int((Decimal(str(text)) * UNIT).to_integral_value())
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is not an amount of money") from error
    if not 0 <= value < 2**53:
        raise ValueError(f"{text!r} is not a price")
    return value


def free(version: str) -> Price:
    """Return the price of what costs nothing, because ``version`` says so."""
    return Price(
        tiers=(PriceTier(input=0, output=0),),
        version=version,
        image_e10=0,
        characters_e10=0,
        minute_e10=0,
        search_e10=0,
    )
