"""Bodies about models, their aliases and their prices."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from salon.surfaces.api.routes.schemas.common import Body, ModelName


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
    currency: str | None
    priced: bool
    aliases: list[str]


class Models(BaseModel):
    """Every model that can be asked."""

    items: list[Model]


class AliasTarget(Body):
    """Where an alias goes; a model's name alone stands for it with its defaults."""

    model: ModelName
    weight: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    priority: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"model": value} if isinstance(value, str) else value


class Alias(BaseModel):
    """A name callers ask for, and where it goes."""

    name: str
    strategy: Literal["priority", "weight"]
    source: str
    targets: list[AliasTarget]


class Aliases(BaseModel):
    """Every alias."""

    items: list[Alias]


class AliasBody(Body):
    """What an alias is to be."""

    strategy: Literal["priority", "weight"] = "priority"
    targets: Annotated[list[AliasTarget], Field(min_length=1, max_length=50)]


Amount = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,10})?$")]


class PriceBody(Body):
    """What a million tokens cost, as decimals."""

    input: Amount
    output: Amount
    cached: Amount | Literal[""] = ""
    cache_write: Amount | Literal[""] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"


class PriceRow(BaseModel):
    """A price that a person wrote."""

    model: str
    input: str
    output: str
    cached: str | None
    cache_write: str | None
    currency: str
    source: Literal["file", "api"]


class Prices(BaseModel):
    """The prices that go before those of the price tables."""

    items: list[PriceRow]
