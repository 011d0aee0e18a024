"""Error bodies of OpenAI's two dialects."""

from salon.foundation.kit.errors import (
    BudgetExceeded,
    Conflict,
    ContextTooLong,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Overloaded,
    RateLimited,
    SalonError,
    TooLarge,
    UnknownModel,
    UpstreamContentFiltered,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
)
from salon.gateway.protocols.wire_json import JsonObject, dumps

_WORDS: tuple[tuple[type[SalonError], str, str | None], ...] = (
    # class (the first that fits), type, code
    (UnknownModel, "invalid_request_error", "model_not_found"),
    (ContextTooLong, "invalid_request_error", "context_length_exceeded"),
    (TooLarge, "invalid_request_error", "request_too_large"),
    (InvalidRequest, "invalid_request_error", None),
    (NotSignedIn, "authentication_error", "invalid_api_key"),
    (NotAllowed, "permission_error", None),
    (NotFound, "invalid_request_error", "not_found"),
    (Conflict, "invalid_request_error", "conflict"),
    (RateLimited, "rate_limit_error", "rate_limit_exceeded"),
    (BudgetExceeded, "insufficient_quota", "insufficient_quota"),
    (Overloaded, "server_error", "overloaded"),
    (UpstreamContextTooLong, "invalid_request_error", "context_length_exceeded"),
    (UpstreamModelMissing, "invalid_request_error", "model_not_found"),
    (UpstreamContentFiltered, "invalid_request_error", "content_filter"),
    (UpstreamRefused, "invalid_request_error", None),
    (UpstreamQuota, "insufficient_quota", "insufficient_quota"),
    (UpstreamRateLimited, "rate_limit_error", "rate_limit_exceeded"),
    (UpstreamOverloaded, "server_error", "overloaded"),
)


def error_object(error: SalonError) -> JsonObject:
    """Return the ``error`` object for a failure."""
    kind, code = next(
        ((kind, code) for cls, kind, code in _WORDS if isinstance(error, cls)), ("server_error", None)
    )
    if isinstance(error, UpstreamError) and error.upstream_code:
        code = error.upstream_code
    return {
        "message": error.message,
        "type": kind,
        "param": error.param,
        "code": code or error.code,
    }


def encode_error(error: SalonError, *, request_id: str) -> bytes:
    """Write an error body; the id goes in a header."""
    return dumps({"error": error_object(error)})
