"""Bodies about models and their prices."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body


class Model(BaseModel):
    """One model that can be asked. Prices are decimal text, per million tokens."""

    id: str
    provider: str
    name: str
    context_tokens: int | None
    max_output_tokens: int | None
    capabilities: list[str]
    input_price: str | None
    output_price: str | None
    piece_prices: dict[str, str]
    """What is not paid by the token: ``image``, ``image 1792x1024 hd``, ``megapixel``, ``minute`` ..."""
    currency: str | None
    priced: bool
    price_version: str | None
    """Where its price was found, with a mark of the whole price; null without one."""
    aliases: list[str]


class Models(BaseModel):
    """Every model that can be asked."""

    items: list[Model]


Amount = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,10})?$")]
Unsaid = Amount | Literal[""]
Day = Annotated[str, Field(max_length=40)]


class FineRates(Body):
    """What a million tokens of the narrower classes cost, as decimals; empty is "like the wider one"."""

    cached: Unsaid = ""
    cache_write: Unsaid = ""
    cache_write_1h: Unsaid = ""
    reasoning: Unsaid = ""
    audio_input: Unsaid = ""
    audio_cached: Unsaid = ""
    audio_output: Unsaid = ""
    image_input: Unsaid = ""
    image_cached: Unsaid = ""
    image_output: Unsaid = ""


class TierBody(FineRates):
    """The rates of larger requests."""

    input: Amount
    output: Amount
    above: Annotated[int, Field(ge=1, le=2**40)]
    """From how many input tokens on."""


class ServiceBody(FineRates):
    """A service tier: a factor on the standard rates, or rates of its own."""

    input: Unsaid = ""
    output: Unsaid = ""
    name: Annotated[str, Field(min_length=1, max_length=40)]
    factor: Unsaid = ""


class PictureBody(Body):
    """What one picture of a size and quality costs; what is empty is "of any"."""

    size: Annotated[str, Field(max_length=40)] = ""
    quality: Annotated[str, Field(max_length=40)] = ""
    image: Amount


class PriceBody(FineRates):
    """What a model costs, from now or from a day on."""

    input: Amount
    output: Amount
    request: Unsaid = ""
    image: Unsaid = ""
    images: Annotated[list[PictureBody], Field(max_length=100, default_factory=list)]
    megapixel: Unsaid = ""
    characters: Unsaid = ""
    minute: Unsaid = ""
    search: Unsaid = ""
    tiers: Annotated[list[TierBody], Field(max_length=20, default_factory=list)]
    services: Annotated[list[ServiceBody], Field(max_length=20, default_factory=list)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    starts: Day = ""
    """A day or a moment, like 2026-12-01, in UTC; empty is now."""
    ends: Day = ""


class ShownRates(BaseModel):
    """Rates as they are in force; null is "like the wider class"."""

    input: str
    output: str
    cached: str | None = None
    cache_write: str | None = None
    cache_write_1h: str | None = None
    reasoning: str | None = None
    audio_input: str | None = None
    audio_cached: str | None = None
    audio_output: str | None = None
    image_input: str | None = None
    image_cached: str | None = None
    image_output: str | None = None


class ShownTier(ShownRates):
    """Rates of larger requests."""

    above: int


class ShownService(ShownTier):
    """Rates of a service tier."""

    name: str


class ShownPicture(BaseModel):
    """What one picture of a size and quality costs; null is "of any"."""

    size: str | None
    quality: str | None
    image: str


class PriceRow(ShownRates):
    """A price that a person wrote."""

    model: str
    request: str | None
    image: str | None
    images: list[ShownPicture]
    megapixel: str | None
    characters: str | None
    minute: str | None
    search: str | None
    tiers: list[ShownTier]
    services: list[ShownService]
    currency: str
    starts: str | None
    ends: str | None
    is_past: bool
    """It is no longer in force: it ended, or one that began later took its place."""
    version: str
    """The name under which the ledger knows it."""
    source: Literal["file", "api"]


class Prices(BaseModel):
    """The prices that go before those of the price tables."""

    items: list[PriceRow]
