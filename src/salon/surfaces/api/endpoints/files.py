"""The rows of files."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.endpoints.row import SMALL_BODY_BYTES, Endpoint, Method

_BODY_BYTES: Final = 2 * 1024**3
"""As told; how large a file may be is a setting, and is counted as it comes."""
_SHARED: Final = "in OpenAI's, Anthropic's or Gemini's words, by the caller's headers"
_GOOGLE: Final = "in the words of Gemini"
_FILES: Final[tuple[tuple[Method, str, DialectName | None, str], ...]] = (
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

ROWS: Final[tuple[Endpoint, ...]] = (
    *(
        Endpoint(
            method=method,
            path=path,
            dialect=dialect,
            summary=summary,
            policy=Right.USE_MODELS,
            operation="files",
            max_body_bytes=_BODY_BYTES if method == "POST" else SMALL_BODY_BYTES,
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
        max_body_bytes=_BODY_BYTES,
        why_public="The address is a secret that was given to whoever began the file, whose clients send no "
        "key to it. It takes the announced bytes of that one file, for a day, while its key works.",
    ),
)
