"""Embeddings: texts in, one vector for each of them out."""

from typing import ClassVar, Literal

from salon.foundation.messages.operations import OperationName, OperationRequest, OperationResponse

EmbeddingPurpose = Literal[
    "query", "document", "classification", "clustering", "similarity", "question", "fact", "code"
]
"""What the vectors are for: ``query`` looks for a ``document``; ``question``, ``fact`` and ``code`` are
queries of a kind."""


class EmbeddingRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """Texts to make vectors of."""

    operation: ClassVar[OperationName] = "embeddings"

    inputs: tuple[str | tuple[int, ...], ...]
    """Texts, or token numbers of the model's own vocabulary."""
    dimensions: int | None = None
    """How long the vectors are to be."""
    purpose: EmbeddingPurpose | None = None
    title: str | None = None
    """The title of the document that all inputs are of."""
    truncate: bool | None = None
    """Cut an input that is too long; False refuses it."""
    user: str | None = None


class EmbeddingResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """Vectors, in the order of the inputs."""

    vectors: tuple[list[float], ...]

    def answers(self, request: object) -> bool:
        """Tell whether there is a vector for each input."""
        return not isinstance(request, EmbeddingRequest) or len(request.inputs) == len(self.vectors)
