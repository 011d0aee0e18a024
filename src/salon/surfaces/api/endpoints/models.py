"""The rows that tell which models there are."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.endpoints.row import Endpoint, Method

_BY_HEADERS: Final = "OpenAI's, Anthropic's or Gemini's words, by the caller's headers"
_READS: Final[tuple[tuple[Method, str, DialectName | None, str], ...]] = (
    ("GET", "/v1beta/models", "gemini", "List models, in the words of Gemini."),
    ("GET", "/v1beta/models/{model:path}", "gemini", "Show one model, in the words of Gemini."),
    ("GET", "/v1/models", None, f"List models; {_BY_HEADERS}."),
    ("GET", "/v1/models/{model:path}", None, f"Show one model; {_BY_HEADERS}."),
    ("GET", "/api/tags", "ollama", "List models, in the words of Ollama."),
    (
        "GET",
        "/api/ps",
        "ollama",
        "List models that answered in the last five minutes, in the words of Ollama.",
    ),
    ("POST", "/api/show", "ollama", "Show one model, in the words of Ollama."),
    ("GET", "/api/version", "ollama", "The version, in the words of Ollama."),
)
"""Method, path, dialect, summary."""

ROWS: Final[tuple[Endpoint, ...]] = tuple(
    Endpoint(
        method=method,
        path=path,
        dialect=dialect,
        summary=summary,
        policy=Right.USE_MODELS,
        operation="models",
    )
    for method, path, dialect, summary in _READS
)
