"""What a provider's failure means: one table from statuses, types, codes and words to error classes.

The class decides whether the gateway tries again, goes to the next target, or gives up; the provider's
own words are kept for the caller.
"""

import email.utils
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import (
    UpstreamAuth,
    UpstreamBroken,
    UpstreamContentFiltered,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamLoop,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamServerError,
    UpstreamTimeout,
)
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.wire_json import BrokenJsonError, is_list, is_object, loads_lenient

_DETAIL_LIMIT = 1000


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider's error body says, whatever its shape."""

    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None


_BY_WORD: Mapping[str, type[UpstreamError]] = {
    # types and codes of OpenAI, Azure, Anthropic, Groq, OpenRouter, Mistral, DeepSeek
    "context_length_exceeded": UpstreamContextTooLong,
    "context_window_exceeded": UpstreamContextTooLong,
    "string_above_max_length": UpstreamContextTooLong,
    "request_too_large": UpstreamContextTooLong,
    "insufficient_quota": UpstreamQuota,
    "billing_error": UpstreamQuota,
    "billing_hard_limit_reached": UpstreamQuota,
    "billing_not_active": UpstreamQuota,
    "insufficient_balance": UpstreamQuota,
    "rate_limit_error": UpstreamRateLimited,
    "rate_limit_exceeded": UpstreamRateLimited,
    "ratelimitreached": UpstreamRateLimited,
    "tokens_limit_reached": UpstreamRateLimited,
    "too_many_requests": UpstreamRateLimited,
    "authentication_error": UpstreamAuth,
    "invalid_api_key": UpstreamAuth,
    "permission_error": UpstreamAuth,
    "overloaded_error": UpstreamOverloaded,
    "overloaded": UpstreamOverloaded,
    "server_overloaded": UpstreamOverloaded,
    "capacity_exceeded": UpstreamOverloaded,
    "model_not_found": UpstreamModelMissing,
    "deploymentnotfound": UpstreamModelMissing,
    "model_not_available": UpstreamModelMissing,
    "not_found_error": UpstreamModelMissing,
    "content_filter": UpstreamContentFiltered,
    "content_policy_violation": UpstreamContentFiltered,
    "responsibleaipolicyviolation": UpstreamContentFiltered,
    "timeout_error": UpstreamTimeout,
    "api_error": UpstreamServerError,
    "server_error": UpstreamServerError,
    "internal_server_error": UpstreamServerError,
    "request_loop": UpstreamLoop,
    "stream_truncated": UpstreamBroken,
    "invalid_event": UpstreamBroken,
    "event_too_large": UpstreamBroken,
}
_LAST_WORDS: Mapping[str, type[UpstreamError]] = {
    "invalid_request_error": UpstreamRefused,
    "invalid_argument": UpstreamRefused,
    "validationexception": UpstreamRefused,
}
"""What says only whose fault it was: heard where there is neither a status nor a telling message."""
_WEAK = {"api_error", "server_error", "authentication_error", "permission_error", "not_found_error"}
"""Words that several providers use loosely: the status goes first where there is one."""

_BY_STATUS: Mapping[int, type[UpstreamError]] = {
    401: UpstreamAuth,
    402: UpstreamQuota,
    403: UpstreamAuth,
    404: UpstreamModelMissing,
    408: UpstreamTimeout,
    413: UpstreamContextTooLong,
    429: UpstreamRateLimited,
    503: UpstreamOverloaded,
    504: UpstreamTimeout,
    508: UpstreamLoop,
    529: UpstreamOverloaded,
}

_TOO_LONG = re.compile(
    r"maximum context length|context[ _-](?:length|window|size)|prompt is too long|too many (?:input )?tokens"
    r"|input is too long|exceeds? (?:the )?(?:model'?s )?(?:maximum|max) (?:number of )?(?:input )?tokens"
    r"|input length and `max_tokens`|request too large",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"credit balance is too low|insufficient (?:balance|credits|quota|funds)|exceeded your current quota",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model\b.{0,120}\b(?:not found|does not exist|not exist)|unknown model", re.IGNORECASE
)
_FILTERED = re.compile(r"content[ _](?:filter|management policy|policy)", re.IGNORECASE)


_SECRET = re.compile(
    r"\b(?:sk|pk|gsk|csk|xai|pplx|hf|key)[-_][A-Za-z0-9_-]{12,}|\bAIza[\w-]{20,}|\beyJ[\w-]{20,}(?:\.[\w-]+)*"
)
"""What looks like a credential: some providers quote the one they refused."""


def _without_secrets(text: str | None) -> str | None:
    return None if text is None else _SECRET.sub("[hidden]", text)


def _class_of(status: int | None, body: ErrorBody) -> type[UpstreamError]:  # noqa: PLR0911 - one return a kind
    words = [word.lower() for word in (body.code, body.type) if word]
    for word in words:
        if word in _BY_WORD and not (status and status >= 400 and word in _WEAK):
            return _BY_WORD[word]
    message = body.message or ""
    if status is None or 400 <= status < 500:
        if _NO_MONEY.search(message):
            return UpstreamQuota
        if status in {None, 400, 413, 422, 429} and _TOO_LONG.search(message) and status != 429:
            return UpstreamContextTooLong
        if status in {None, 400, 404} and _NO_MODEL.search(message):
            return UpstreamModelMissing
        if status == 400 and _FILTERED.search(message):
            return UpstreamContentFiltered
    if status is None:
        heard = {**_LAST_WORDS, **_BY_WORD}
        return next((heard[word] for word in words if word in heard), UpstreamServerError)
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return UpstreamRefused
    return UpstreamServerError if status >= 500 else UpstreamBroken


def build_error(
    status: int | None, body: ErrorBody, *, provider: str, retry_after_s: float | None = None
) -> UpstreamError:
    """Make the classified error for what a provider said."""
    kind = _class_of(status, body)
    message = _without_secrets(body.message)
    detail = (message or body.code or body.type or "").strip()[:_DETAIL_LIMIT]
    error = kind(
        provider=provider,
        detail=detail,
        upstream_status=status,
        with_status=f" with status {status}" if status else None,
        retry_after_s=retry_after_s,
        phase="the provider's own deadline" if kind is UpstreamTimeout else None,
    )
    error.upstream_message = message
    error.upstream_type = body.type
    error.upstream_code = body.code
    if isinstance(error, UpstreamRefused) and status and 400 <= status < 500:
        error.status = status
    return error


def error_instead(value: Any, *, provider: str) -> UpstreamError:
    """Return the error that came under status 200 in place of an answer: one that broke if it tells none."""
    told = error_of(value)
    if told.message or told.code or told.type:
        return build_error(status_in(value), told, provider=provider)
    return UpstreamBroken(provider=provider, detail="it is no answer of the form that was asked for")


def http_error(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> UpstreamError:
    """Classify a provider's HTTP error answer."""
    return build_error(
        status, read_error_body(body), provider=provider, retry_after_s=read_retry_after(headers)
    )


def stream_error(error: InStreamError, *, provider: str) -> UpstreamError:
    """Classify an error found inside a stream."""
    body = ErrorBody(message=error.message, type=error.type, code=error.code)
    return build_error(error.status, body, provider=provider)


def read_error_body(body: bytes) -> ErrorBody:
    """Read an error body of any shape seen in the wild; a non-JSON body becomes the message."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError:
        text = body[:_DETAIL_LIMIT].decode("utf-8", "replace").strip()
        return ErrorBody(message=text if text and not text.startswith("<") else None)
    return error_of(value)


def error_of(value: Any) -> ErrorBody:
    """Read a parsed error value: ``{"error": {...}}``, ``{"error": "..."}``, ``{"detail": ...}`` ..."""
    if is_list(value) and value:  # Google wraps its error object in an array
        return error_of(value[0])
    if isinstance(value, str):
        return ErrorBody(message=value)
    if not is_object(value):
        return ErrorBody()
    inner = value.get("error")
    if is_object(inner):
        return _from_object(inner)
    if isinstance(inner, str):
        return ErrorBody(message=inner, type=_word(value.get("type")), code=_word(value.get("code")))
    return _from_object(value)


def _from_object(value: dict[str, Any]) -> ErrorBody:
    message = value.get("message")
    if not isinstance(message, str):
        message = value.get("detail") if isinstance(value.get("detail"), str) else None
    metadata = value.get("metadata")
    if is_object(metadata) and isinstance(metadata.get("raw"), str) and message:
        message = f"{message}: {metadata['raw']}"  # OpenRouter puts the real reason there
    return ErrorBody(
        message=message,
        type=_word(value.get("type")),
        code=_word(value.get("code")),
        param=_word(value.get("param")),
    )


def _word(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def status_in(value: Any) -> int | None:
    """Return an HTTP status found in an error object's ``status_code``, ``status`` or numeric ``code``."""
    if not is_object(value):
        return None
    for name in ("status_code", "status", "code"):
        found = value.get(name)
        if isinstance(found, str) and found.isdigit() and len(found) == 3:
            found = int(found)
        if isinstance(found, int) and not isinstance(found, bool) and 400 <= found <= 599:
            return found
    return None


def read_retry_after(headers: Mapping[str, str], *, now_s: float | None = None) -> float | None:
    """Return how long a provider asks us to wait, in seconds, from any form of the header."""
    milliseconds = headers.get("retry-after-ms")
    if milliseconds and (value := _non_negative(milliseconds)) is not None:
        return value / 1000
    text = headers.get("retry-after")
    if not text:
        return None
    if (value := _non_negative(text)) is not None:
        return value
    try:
        when = email.utils.parsedate_to_datetime(text.strip())
        return max(0.0, when.timestamp() - (SystemClock().now_ms() / 1000 if now_s is None else now_s))
    except (ValueError, TypeError, OverflowError):
        return None


def _non_negative(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None
