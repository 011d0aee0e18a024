"""The rows of what answers with figures: embeddings, rankings, moderations."""

from typing import Final

from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.endpoints.row import Endpoint, asking

_GEMINI: Final[tuple[tuple[str, DialectName, str], ...]] = (
    ("embedContent", "gemini-embed", "an embedding"),
    ("batchEmbedContents", "gemini-embed-batch", "embeddings"),
)

ROWS: Final[tuple[Endpoint, ...]] = (
    asking(
        "/v1/embeddings",
        "openai-embeddings",
        "embeddings",
        "Make embeddings, in the words of OpenAI.",
        hot=True,
    ),
    asking("/api/embed", "ollama-embed", "embeddings", "Make embeddings, in the words of Ollama.", hot=True),
    asking(
        "/api/embeddings",
        "ollama-embeddings",
        "embeddings",
        "Make the embedding of one text, in Ollama's older words.",
        hot=True,
    ),
    *(
        asking(
            f"/{version}/models/{{model:path}}:{method}",
            dialect,
            "embeddings",
            f"Make {what}, in the words of Gemini.",
        )
        for version in ("v1beta", "v1")
        for method, dialect, what in _GEMINI
    ),
    *(
        asking(
            f"/{version}/rerank",
            "rerank",
            "rerank",
            "Rank documents by a question, in the words of Cohere and Jina.",
            hot=True,
        )
        for version in ("v1", "v2")
    ),
    asking(
        "/v1/moderations",
        "openai-moderations",
        "moderations",
        "Judge texts and pictures, in the words of OpenAI.",
        hot=True,
    ),
)
