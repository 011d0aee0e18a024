"""What people say that models cost."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting

_NONE = ""
Amount = str | int | float


class RateSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rates of a tier by input size (with ``above``), or of a service tier (with ``name``)."""

    above: int = 0
    """From how many input tokens on."""
    name: str = _NONE
    """``batch``, ``flex``, ``priority`` ..."""
    factor: Amount = _NONE
    """Of a service tier: times the standard rates, instead of rates of its own."""
    input: Amount = _NONE
    output: Amount = _NONE
    cached: Amount = _NONE
    cache_write: Amount = _NONE
    cache_write_1h: Amount = _NONE
    reasoning: Amount = _NONE
    audio_input: Amount = _NONE
    audio_cached: Amount = _NONE
    audio_output: Amount = _NONE
    image_input: Amount = _NONE
    image_cached: Amount = _NONE
    image_output: Amount = _NONE


class PictureSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one picture of a size and quality costs."""

    size: str = _NONE
    """``1024x1536``; empty: of any."""
    quality: str = _NONE
    """The provider's word, like ``hd``; empty: of any."""
    image: Amount = _NONE


class PriceSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[prices."NAME"]``: what a million tokens cost (``0.15`` or ``"0.15"``).

    NAME is ``provider/model``, ``kind/model``, ``provider/*``, ``kind/*`` or an alias; ``@2026-12-01``
    behind it says from which day on.
    """

    input: Annotated[Amount, setting("A million input tokens.", unit="currency per million")]
    output: Annotated[Amount, setting("A million output tokens.", unit="currency per million")]
    cached: Annotated[Amount, setting("A million tokens read from the provider's cache.")] = _NONE
    cache_write: Annotated[Amount, setting("A million tokens written to it, kept for five minutes.")] = _NONE
    cache_write_1h: Annotated[Amount, setting("A million tokens written to it, kept for an hour.")] = _NONE
    reasoning: Annotated[Amount, setting("A million reasoning tokens, if not like output.")] = _NONE
    audio_input: Annotated[Amount, setting("A million audio tokens in.")] = _NONE
    audio_cached: Annotated[Amount, setting("A million audio tokens read from the cache.")] = _NONE
    audio_output: Annotated[Amount, setting("A million audio tokens out.")] = _NONE
    image_input: Annotated[Amount, setting("A million image tokens in.")] = _NONE
    image_cached: Annotated[Amount, setting("A million image tokens read from the cache.")] = _NONE
    image_output: Annotated[Amount, setting("A million image tokens out.")] = _NONE
    request: Annotated[Amount, setting("One request, whatever its size.")] = _NONE
    image: Annotated[Amount, setting("One picture made.")] = _NONE
    images: Annotated[
        tuple[PictureSettings, ...],
        setting("Pictures of one kind: tables with size, quality or both, and image."),
    ] = ()
    megapixel: Annotated[Amount, setting("A million pixels of a picture made.")] = _NONE
    characters: Annotated[Amount, setting("A million characters spoken.")] = _NONE
    minute: Annotated[Amount, setting("One minute of a recording listened to.")] = _NONE
    search: Annotated[Amount, setting("One search by the provider's own tool.")] = _NONE
    tiers: Annotated[
        tuple[RateSettings, ...],
        setting("Rates for larger requests: tables with above (input tokens), input, output …"),
    ] = ()
    services: Annotated[
        tuple[RateSettings, ...],
        setting("Service tiers: tables with name and factor, or name, input, output …"),
    ] = ()
    currency: Annotated[str, setting("ISO 4217 code.")] = "USD"
    ends: Annotated[str, setting("The day from which on it is no longer in force, like 2027-01-01.")] = _NONE
