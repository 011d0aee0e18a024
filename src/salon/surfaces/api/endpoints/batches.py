"""The rows of batches."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints.row import Endpoint, Method

BATCHES: Final = "batches"
"""What the rows of batches are called as an operation."""
_BODY_BYTES: Final = 256 * 1024 * 1024
"""Anthropic's own bound; ``batches.max_bytes`` is mostly below it."""
_ANTHROPIC: Final[tuple[tuple[Method, str, str], ...]] = (
    ("POST", "", "Hand in many requests at once, in the words of Anthropic."),
    ("GET", "", "List batches, in the words of Anthropic."),
    ("GET", "/{batch_id}", "Show a batch, in the words of Anthropic."),
    ("DELETE", "/{batch_id}", "Delete a batch and its answers, in the words of Anthropic."),
    ("POST", "/{batch_id}/cancel", "Stop a batch, in the words of Anthropic."),
    ("GET", "/{batch_id}/results", "What became of each request of a batch, in the words of Anthropic."),
)
"""Method, the path's end, summary."""
_OPENAI: Final[tuple[tuple[Method, str, str], ...]] = (
    ("POST", "", "Hand in a file of requests, in the words of OpenAI."),
    ("GET", "", "List batches, in the words of OpenAI."),
    ("GET", "/{batch_id}", "Show a batch, in the words of OpenAI."),
    ("POST", "/{batch_id}/cancel", "Stop a batch, in the words of OpenAI."),
)
"""Method, the path's end, summary."""

ROWS: Final[tuple[Endpoint, ...]] = (
    *(
        Endpoint(
            method=method,
            path=f"/v1/messages/batches{path}",
            dialect="anthropic",
            summary=summary,
            policy=Right.USE_MODELS,
            operation=BATCHES,
            max_body_bytes=_BODY_BYTES,
        )
        for method, path, summary in _ANTHROPIC
    ),
    *(
        Endpoint(
            method=method,
            path=f"/v1/batches{path}",
            dialect="openai",
            summary=summary,
            policy=Right.USE_MODELS,
            operation=BATCHES,
        )
        for method, path, summary in _OPENAI
    ),
)
