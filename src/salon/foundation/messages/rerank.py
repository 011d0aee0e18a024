"""Reranking: a question and documents in, how relevant each document is out."""

from typing import ClassVar

import msgspec

from salon.foundation.messages.operations import OperationName, OperationRequest, OperationResponse


class RerankRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """Documents to put in order by what they have to do with a question."""

    operation: ClassVar[OperationName] = "rerank"

    query: str
    documents: tuple[str, ...]
    top: int | None = None
    """How many of the most relevant are wanted; all if None."""
    truncate: bool | None = None
    """Cut what is too long; False refuses it."""


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """One document as the model sees it."""

    index: int
    """Its place among the documents asked about."""
    score: float
    """How relevant it is: higher is more. Scores of two models cannot be compared."""


class RerankResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """The documents, most relevant first."""

    results: tuple[Ranked, ...]

    def answers(self, request: object) -> bool:
        """Tell whether every result is one of the documents, and none comes twice."""
        places = {one.index for one in self.results}
        if not isinstance(request, RerankRequest):
            return len(places) == len(self.results)
        return len(places) == len(self.results) and places <= set(range(len(request.documents)))
