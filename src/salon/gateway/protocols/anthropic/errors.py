"""Error bodies and in-stream errors of the messages dialect."""

from salon.foundation.kit.errors import (
    BudgetExceeded,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Overloaded,
    RateLimited,
    SalonError,
    TooLarge,
    UnknownModel,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from salon.gateway.protocols.wire_json import JsonObject, dumps

_WORDS: tuple[tuple[type[SalonError], str], ...] = (
    # the first class that fits
    (UnknownModel, "not_found_error"),
    (TooLarge, "request_too_large"),
    (InvalidRequest, "invalid_request_error"),
    (NotSignedIn, "authentication_error"),
    (NotAllowed, "permission_error"),
    (NotFound, "not_found_error"),
    (Conflict, "invalid_request_error"),
    (RateLimited, "rate_limit_error"),
    (BudgetExceeded, "billing_error"),
    (Overloaded, "overloaded_error"),
    (UpstreamModelMissing, "not_found_error"),
    (UpstreamRefused, "invalid_request_error"),
    (UpstreamQuota, "rate_limit_error"),
    (UpstreamRateLimited, "rate_limit_error"),
    (UpstreamOverloaded, "overloaded_error"),
    (UpstreamTimeout, "timeout_error"),
)


def error_type(error: SalonError) -> str:
    """Return this dialect's word for a failure."""
    return next((word for cls, word in _WORDS if isinstance(error, cls)), "api_error")


def error_value(error: SalonError, *, request_id: str | None) -> JsonObject:
    """Return the error body for a failure."""
    return {
        "type": "error",
        "error": {"type": error_type(error), "message": error.message},
        "request_id": request_id,
    }


def encode_error(error: SalonError, *, request_id: str | None) -> bytes:
    """Write an error body."""
    return dumps(error_value(error, request_id=request_id))


def encode_stream_error(error: SalonError, *, request_id: str | None) -> bytes:
    """Write an error as the last event of a stream."""
    return b"event: error\ndata: " + encode_error(error, request_id=request_id) + b"\n\n"
