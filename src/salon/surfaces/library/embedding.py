"""Vectors for the library: what a person passes, and what comes back."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import cast, get_args, overload

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.money import to_decimal
from salon.foundation.messages import EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse, Usage
from salon.gateway.operations import guessed
from salon.surfaces.library.results import KnownModel

PURPOSES: tuple[str, ...] = get_args(EmbeddingPurpose)


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """Vectors, one for each text, in the same order: a sequence of lists of numbers."""

    vectors: tuple[list[float], ...]
    model: str
    """The model that made them, as ``provider/model``. Vectors of two models cannot be compared."""
    usage: Usage | None
    cost: Decimal | None
    """In whole units of ``currency``; None is "unpriced"."""
    currency: str
    request_id: str | None

    @property
    def vector(self) -> list[float]:
        """The first vector: all there is for one text."""
        return self.vectors[0]

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> Iterator[list[float]]:
        return iter(self.vectors)

    @overload
    def __getitem__(self, place: int) -> list[float]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[list[float], ...]: ...
    def __getitem__(self, place: int | slice) -> list[float] | tuple[list[float], ...]:
        return self.vectors[place]


def embeddings_of(
    response: EmbeddingResponse,
    *,
    model: str,
    cost_e10: int | None,
    currency: str,
    request_id: str | None,
) -> Embeddings:
    """Return what the person gets."""
    return Embeddings(
        vectors=response.vectors,
        model=model,
        usage=response.usage,
        cost=None if cost_e10 is None else to_decimal(cost_e10),
        currency=currency,
        request_id=request_id,
    )


def embedding_request(
    texts: str | Sequence[str], *, model: str, dimensions: int | None, purpose: str | None
) -> EmbeddingRequest:
    """Return the request. Raises: InvalidRequest naming what is wrong."""
    inputs = (texts,) if isinstance(texts, str) else tuple(texts)
    if not inputs or not all(isinstance(one, str) for one in inputs):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not be typed
        raise InvalidRequest(field="texts", problem="must be a text or a list of texts, and not empty.")
    if purpose is not None and purpose not in PURPOSES:
        raise InvalidRequest(field="purpose", problem=f"must be one of {', '.join(PURPOSES)}.")
    if dimensions is not None and dimensions < 1:
        raise InvalidRequest(field="dimensions", problem="must be 1 or more.")
    return EmbeddingRequest(
        model=model,
        inputs=inputs,
        dimensions=dimensions,
        purpose=cast("EmbeddingPurpose | None", purpose),
    )


def first_embedding_model(models: Sequence[KnownModel]) -> str:
    """Return the first model whose name says that it makes embeddings; the demo if there is none."""
    return next((one.id for one in models if "embeddings" in (guessed(one.id) or ())), "demo")
