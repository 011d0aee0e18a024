"""The one endpoint table: every address Salon serves, who may call it and how much it takes.

Both doors, the OpenAPI document and the permission matrix are made from it. A row without a policy
cannot be written, and a route without a row refuses to start.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import ConfigError
from salon.gateway.operations import OPERATIONS
from salon.gateway.protocols.base import DialectName

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Policy = Right | Literal["public", "signed-in"]

CHAT_BODY_BYTES: Final = 64 * 1024 * 1024
"""Chat bodies carry images and files as base64."""
_GEMINI_EMBEDS: Final[tuple[tuple[str, DialectName, str], ...]] = (
    ("embedContent", "gemini-embed", "an embedding"),
    ("batchEmbedContents", "gemini-embed-batch", "embeddings"),
)
SMALL_BODY_BYTES: Final = 1024 * 1024
_FILE_BODY_BYTES: Final = 512 * 1024 * 1024
"""As told; how large a file may be is a setting, and is counted as it comes."""
_SHARED: Final = "in OpenAI's, Anthropic's or Gemini's words, by the caller's headers"
_GOOGLE: Final = "in the words of Gemini"
_FILES: Final[tuple[tuple[Literal["GET", "POST", "DELETE"], str, DialectName | None, str], ...]] = (
    ("POST", "/v1/files", None, f"Store a file, {_SHARED}."),
    ("GET", "/v1/files", None, f"List the files, {_SHARED}."),
    ("GET", "/v1/files/{file_id}:download", "gemini", f"The bytes of a file; errors {_GOOGLE}."),
    ("GET", "/v1/files/{file_id}", None, f"Describe a file, {_SHARED}."),
    ("DELETE", "/v1/files/{file_id}", None, f"Delete a file, {_SHARED}."),
    ("GET", "/v1/files/{file_id}/content", None, f"The bytes of a file; errors {_SHARED}."),
    ("POST", "/v1/uploads", "openai", "Begin a file that comes in parts, in the words of OpenAI."),
    ("POST", "/v1/uploads/{upload_id}/parts", "openai", "Add a part, in the words of OpenAI."),
    ("POST", "/v1/uploads/{upload_id}/complete", "openai", "Join the parts, in the words of OpenAI."),
    ("POST", "/v1/uploads/{upload_id}/cancel", "openai", "Let go of the parts, in the words of OpenAI."),
    ("POST", "/upload/v1/files", "gemini", f"Begin a file that comes in parts, {_GOOGLE}."),
    ("POST", "/upload/v1beta/files", "gemini", f"Begin a file that comes in parts, {_GOOGLE}."),
    ("GET", "/v1beta/files", "gemini", f"List the files, {_GOOGLE}."),
    ("GET", "/v1beta/files/{file_id}:download", "gemini", f"The bytes of a file; errors {_GOOGLE}."),
    ("GET", "/v1beta/files/{file_id}", "gemini", f"Describe a file, {_GOOGLE}."),
    ("DELETE", "/v1beta/files/{file_id}", "gemini", f"Delete a file, {_GOOGLE}."),
)
"""Method, path, dialect, summary."""
BATCHES: Final = "batches"
"""What the rows of batches are called as an operation."""
BATCH_BODY_BYTES: Final = 256 * 1024 * 1024
"""Anthropic's own bound; ``batches.max_bytes`` is mostly below it."""
_MESSAGE_BATCHES: Final[tuple[tuple[Method, str, str], ...]] = (
    ("POST", "", "Hand in many requests at once, in the words of Anthropic."),
    ("GET", "", "List batches, in the words of Anthropic."),
    ("GET", "/{batch_id}", "Show a batch, in the words of Anthropic."),
    ("DELETE", "/{batch_id}", "Delete a batch and its answers, in the words of Anthropic."),
    ("POST", "/{batch_id}/cancel", "Stop a batch, in the words of Anthropic."),
    ("GET", "/{batch_id}/results", "What became of each request of a batch, in the words of Anthropic."),
)
_BATCHES: Final[tuple[tuple[Method, str, str], ...]] = (
    ("POST", "", "Hand in a file of requests, in the words of OpenAI."),
    ("GET", "", "List batches, in the words of OpenAI."),
    ("GET", "/{batch_id}", "Show a batch, in the words of OpenAI."),
    ("POST", "/{batch_id}/cancel", "Stop a batch, in the words of OpenAI."),
)


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    method: Method
    path: str
    """``{name}`` stands for one segment, ``{name:path}`` for the rest."""
    policy: Policy
    """``public`` needs no credential, ``signed-in`` any valid one, a right needs one that holds it."""
    summary: str
    operation: str
    """What it does; keys can be limited to operations."""
    dialect: DialectName | None = None
    """Whose words errors and answers use; ``None`` is Salon's own."""
    form: DialectName | None = None
    """Whose words a request uses that is a form; where it is ``dialect`` too, it must be one."""
    max_body_bytes: int = SMALL_BODY_BYTES
    hot: bool = False
    """Served below ASGI when it can be."""
    why_public: str = ""
    """Public rows only: what makes it harmless to strangers."""
    realtime: Literal["session", "secret"] | None = None
    """``session`` is a WebSocket, ``secret`` makes a key for one."""

    @property
    def is_served(self) -> bool:
        """Tell whether the gateway answers it."""
        return self.operation in OPERATIONS and self.realtime is None

    @property
    def key(self) -> tuple[str, str]:
        """Return method and path, which name the row."""
        return self.method, self.path


CORE: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="POST",
        path="/v1/chat/completions",
        dialect="openai",
        summary="Chat, in the words of OpenAI Chat Completions.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/completions",
        dialect="completions",
        summary="Answer one prompt, in the words of OpenAI's older completions.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/responses",
        dialect="responses",
        summary="Chat, in the words of OpenAI Responses; nothing is stored.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/responses/compact",
        dialect="responses-compact",
        summary="Say a conversation in short, in the words of OpenAI Responses; nothing is stored.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/responses/input_tokens",
        dialect="responses-count",
        summary="Count a request's tokens, in the words of OpenAI Responses; an estimate is marked as one.",
        policy=Right.USE_MODELS,
        operation="count",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/messages",
        dialect="anthropic",
        summary="Chat, in the words of Anthropic Messages.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/messages/count_tokens",
        dialect="anthropic-count",
        summary="Count a request's tokens, in the words of Anthropic; an estimate is marked as one.",
        policy=Right.USE_MODELS,
        operation="count",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/api/chat",
        dialect="ollama",
        summary="Chat, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/api/generate",
        dialect="ollama-generate",
        summary="Answer one prompt, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="chat",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/{version}/models/{{model:path}}:{method}",
            dialect="gemini",
            summary=f"Chat{streamed}, in the words of Gemini generateContent.",
            policy=Right.USE_MODELS,
            operation="chat",
            max_body_bytes=CHAT_BODY_BYTES,
        )
        for version in ("v1beta", "v1")
        for method, streamed in (("generateContent", ""), ("streamGenerateContent", ", streamed"))
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/{version}/models/{{model:path}}:countTokens",
            dialect="gemini-count",
            summary="Count a request's tokens, in the words of Gemini; an estimate is marked as one.",
            policy=Right.USE_MODELS,
            operation="count",
            max_body_bytes=CHAT_BODY_BYTES,
        )
        for version in ("v1beta", "v1")
    ),
    Endpoint(
        method="POST",
        path="/v1/embeddings",
        dialect="openai-embeddings",
        summary="Make embeddings, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="embeddings",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/api/embed",
        dialect="ollama-embed",
        summary="Make embeddings, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="embeddings",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/api/embeddings",
        dialect="ollama-embeddings",
        summary="Make the embedding of one text, in Ollama's older words.",
        policy=Right.USE_MODELS,
        operation="embeddings",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/{version}/models/{{model:path}}:{method}",
            dialect=dialect,
            summary=f"Make {what}, in the words of Gemini.",
            policy=Right.USE_MODELS,
            operation="embeddings",
            max_body_bytes=CHAT_BODY_BYTES,
        )
        for version in ("v1beta", "v1")
        for method, dialect, what in _GEMINI_EMBEDS
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/{version}/rerank",
            dialect="rerank",
            summary="Rank documents by a question, in the words of Cohere and Jina.",
            policy=Right.USE_MODELS,
            operation="rerank",
            hot=True,
            max_body_bytes=CHAT_BODY_BYTES,
        )
        for version in ("v1", "v2")
    ),
    Endpoint(
        method="POST",
        path="/v1/moderations",
        dialect="openai-moderations",
        summary="Judge texts and pictures, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="moderations",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    *(
        Endpoint(
            method=method,
            path=f"/v1/messages/batches{path}",
            dialect="anthropic",
            summary=summary,
            policy=Right.USE_MODELS,
            operation=BATCHES,
            max_body_bytes=BATCH_BODY_BYTES,
        )
        for method, path, summary in _MESSAGE_BATCHES
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
        for method, path, summary in _BATCHES
    ),
    Endpoint(
        method="POST",
        path="/v1/images/generations",
        dialect="openai-images",
        summary="Make pictures, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="images",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/images/edits",
        dialect="openai-image-edits-json",
        form="openai-image-edits",
        summary="Change pictures, in the words of OpenAI: a form with files, or JSON.",
        policy=Right.USE_MODELS,
        operation="image-edits",
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/images/variations",
        dialect="openai-image-variations",
        form="openai-image-variations",
        summary="Make pictures like another one, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="image-variations",
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/audio/speech",
        dialect="openai-speech",
        summary="Speak a text, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="speech",
        hot=True,
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/audio/transcriptions",
        dialect="openai-transcriptions",
        form="openai-transcriptions",
        summary="Write a recording down, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="transcriptions",
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="POST",
        path="/v1/audio/translations",
        dialect="openai-translations",
        form="openai-translations",
        summary="Write a recording down in English, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="translations",
        max_body_bytes=CHAT_BODY_BYTES,
    ),
    Endpoint(
        method="GET",
        path="/v1/realtime",
        dialect="openai-realtime",
        summary="Hold a realtime session over WebSocket, in the words of OpenAI.",
        policy=Right.USE_MODELS,
        operation="realtime",
        realtime="session",
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/v1/realtime/{name}",
            dialect="openai-realtime",
            summary=f"Make a short-lived key for a browser's realtime sessions, {form}.",
            policy=Right.USE_MODELS,
            operation="realtime",
            realtime="secret",
        )
        for name, form in (
            ("client_secrets", "in the words of OpenAI"),
            ("sessions", "in the words of OpenAI's beta"),
        )
    ),
    Endpoint(
        method="GET",
        path="/v1beta/models",
        dialect="gemini",
        summary="List models, in the words of Gemini.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/v1beta/models/{model:path}",
        dialect="gemini",
        summary="Show one model, in the words of Gemini.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/v1/models",
        summary="List models; OpenAI's, Anthropic's or Gemini's words, by the caller's headers.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/v1/models/{model:path}",
        summary="Show one model; OpenAI's, Anthropic's or Gemini's words, by the caller's headers.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/api/tags",
        dialect="ollama",
        summary="List models, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/api/ps",
        dialect="ollama",
        summary="List models that answered in the last five minutes, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="POST",
        path="/api/show",
        dialect="ollama",
        summary="Show one model, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    Endpoint(
        method="GET",
        path="/api/version",
        dialect="ollama",
        summary="The version, in the words of Ollama.",
        policy=Right.USE_MODELS,
        operation="models",
    ),
    *(
        Endpoint(
            method=method,
            path=path,
            dialect=dialect,
            summary=summary,
            policy=Right.USE_MODELS,
            operation="files",
            max_body_bytes=_FILE_BODY_BYTES if method == "POST" else SMALL_BODY_BYTES,
        )
        for method, path, dialect, summary in _FILES
    ),
    Endpoint(
        method="POST",
        path="/upload/v1beta/files/{session}",
        dialect="gemini",
        summary=f"Send part of a file, {_GOOGLE}.",
        policy="public",
        operation="files",
        max_body_bytes=_FILE_BODY_BYTES,
        why_public="The address is a secret that was given to whoever began the file, whose clients send no "
        "key to it. It takes the announced bytes of that one file, for a day, while its key works.",
    ),
    Endpoint(
        method="GET",
        path="/healthz",
        summary="Whether the process lives.",
        policy="public",
        operation="health",
        why_public="Says “ok” and nothing else.",
    ),
    Endpoint(
        method="GET",
        path="/readyz",
        summary="Whether requests can be served now.",
        policy="public",
        operation="health",
        why_public="Names the parts that are ready or not, without any detail.",
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        summary="Figures for Prometheus.",
        policy=Right.READ_SYSTEM,
        operation="metrics",
    ),
    Endpoint(
        method="GET",
        path="/{page:path}",
        summary="The web app.",
        policy="public",
        operation="page",
        why_public="The same files for everyone; what they show comes from other endpoints.",
    ),
)

_managed: dict[tuple[str, str], Endpoint] = {}


def management(
    method: Method,
    path: str,
    policy: Policy,
    *,
    summary: str,
    operation: str = "manage",
    max_body_bytes: int = SMALL_BODY_BYTES,
    why_public: str = "",
    below: str = "/salon/v1",
) -> Endpoint:
    """Add the row of a management route; call it beside the route. ``path`` is below ``/salon/v1``.

    Adding the same row again changes nothing. Raises: ConfigError for a second, different row.
    """
    row = Endpoint(
        method=method,
        path=below + path,
        policy=policy,
        summary=summary,
        operation=operation,
        max_body_bytes=max_body_bytes,
        why_public=why_public,
    )
    check_rows((row,))
    known = _managed.setdefault(row.key, row)
    if known != row:
        raise ConfigError(key=f"{method} {row.path}", problem="has two policies.", fix="Keep one row.")
    return row


def endpoints() -> tuple[Endpoint, ...]:
    """Return every row known now; management rows appear when their routes are loaded."""
    return CORE + tuple(_managed.values())


def check_rows(rows: Iterable[Endpoint]) -> None:
    """Refuse rows that would open a door unseen. Raises: ConfigError."""
    for row in rows:
        if (row.policy == "public") != bool(row.why_public):
            raise ConfigError(
                key=f"{row.method} {row.path}",
                problem="is public without a reason, or has a reason without being public.",
                fix="Give it a policy, or say why it is public.",
            )


check_rows(CORE)


class Matched(msgspec.Struct, frozen=True):
    """A row that a path belongs to, and what its parameters are."""

    endpoint: Endpoint
    parameters: dict[str, str]


class RowMatcher:
    """Finds the row for a method and a decoded path. Exact paths first, then in the order of the table."""

    def __init__(self, rows: Sequence[Endpoint]) -> None:
        self._exact = {row.key: row for row in rows if "{" not in row.path}
        self._patterns = [(row, _pattern(row.path)) for row in rows if "{" in row.path]

    def match(self, method: str, path: str) -> Matched | None:
        """Return the row for ``method`` and ``path``; HEAD is served by GET."""
        method = "GET" if method == "HEAD" else method
        row = self._exact.get((method, path))
        if row is not None:
            return Matched(row, {})
        for row, pattern in self._patterns:
            found = pattern.fullmatch(path) if row.method == method else None
            if found is not None:
                return Matched(row, found.groupdict())
        return None

    def methods(self, path: str) -> list[str]:
        """Return the methods that ``path`` takes, for 405 and OPTIONS; without the catch-all page."""
        found = {method for method, exact in self._exact if exact == path}
        found |= {
            row.method
            for row, pattern in self._patterns
            if row.operation != "page" and pattern.fullmatch(path)
        }
        if "GET" in found:
            found.add("HEAD")
        return sorted(found)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(:path)?\}", path)
    text = ""
    for index in range(0, len(parts), 3):
        text += re.escape(parts[index])
        if index + 1 < len(parts):
            text += f"(?P<{parts[index + 1]}>{'.*' if parts[index + 2] else '[^/]+'})"
    return re.compile(text, re.DOTALL)
