"""Error bodies of the Gemini dialect: Google's ``{error: {code, message, status, details}}``."""

import re
from collections.abc import Mapping
from typing import Any

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
    UnknownModel,
    UpstreamContentFiltered,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.classify import ErrorBody, build_error, read_error_body, read_retry_after
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_list,
    is_object,
    loads_lenient,
    objects_in,
)

_TYPE = "type.googleapis.com/google.rpc."
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")

_WORDS: tuple[tuple[type[SalonError], str], ...] = (
    # the first class that fits
    (UnknownModel, "NOT_FOUND"),
    (Conflict, "ABORTED"),
    (NotFound, "NOT_FOUND"),
    (UpstreamModelMissing, "NOT_FOUND"),
    (InvalidRequest, "INVALID_ARGUMENT"),
    (NotSignedIn, "UNAUTHENTICATED"),
    (NotAllowed, "PERMISSION_DENIED"),
    (RateLimited, "RESOURCE_EXHAUSTED"),
    (BudgetExceeded, "RESOURCE_EXHAUSTED"),
    (Overloaded, "UNAVAILABLE"),
    (UpstreamContextTooLong, "INVALID_ARGUMENT"),
    (UpstreamContentFiltered, "INVALID_ARGUMENT"),
    (UpstreamRefused, "INVALID_ARGUMENT"),
    (UpstreamQuota, "RESOURCE_EXHAUSTED"),
    (UpstreamRateLimited, "RESOURCE_EXHAUSTED"),
    (UpstreamOverloaded, "UNAVAILABLE"),
    (UpstreamTimeout, "DEADLINE_EXCEEDED"),
)
_BY_STATUS = {404: "NOT_FOUND", 409: "ABORTED", 499: "CANCELLED", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE"}

STATUS_OF = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "DATA_LOSS": 500,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""Google's status words, and the HTTP status each stands for."""


# -- written --------------------------------------------------------------------------------------
def error_object(error: SalonError, *, request_id: str) -> JsonObject:
    """Return the ``error`` object for a failure."""
    word = next((word for cls, word in _WORDS if isinstance(error, cls)), None)
    word = word or _BY_STATUS.get(error.status) or ("INTERNAL" if error.status >= 500 else "INVALID_ARGUMENT")
    details: list[JsonObject] = [
        {"@type": _TYPE + "ErrorInfo", "reason": error.code.upper(), "domain": "salon"},
        {"@type": _TYPE + "RequestInfo", "requestId": request_id},
    ]
    if error.param is not None:
        violation = {"field": error.param, "description": error.message}
        details.append({"@type": _TYPE + "BadRequest", "fieldViolations": [violation]})
    if error.retry_after_s is not None:
        seconds = f"{max(0.0, error.retry_after_s):.3f}".rstrip("0").rstrip(".")
        details.append({"@type": _TYPE + "RetryInfo", "retryDelay": f"{seconds}s"})
    return {"code": error.status, "message": error.message, "status": word, "details": details}


def encode_error(error: SalonError, *, request_id: str) -> bytes:
    """Write an error body."""
    return dumps({"error": error_object(error, request_id=request_id)})


def encode_stream_error(error: SalonError, *, request_id: str) -> bytes:
    """Write an error as the last event of a stream."""
    return b"data: " + encode_error(error, request_id=request_id) + b"\n\n"


# -- read -----------------------------------------------------------------------------------------
def _error_in(value: Any) -> JsonObject | None:
    if is_list(value) and value:
        value = value[-1]  # a JSON array that streams ends with its error
    inner = value.get("error") if is_object(value) else None
    return inner if is_object(inner) else None


def read_error(inner: JsonObject) -> tuple[int | None, ErrorBody, float | None]:
    """Return status, words and wait of one ``error`` object; the status goes by its own code."""
    word, code, message = inner.get("status"), inner.get("code"), inner.get("message")
    word = word if isinstance(word, str) else None
    found = code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code <= 599 else None
    body = ErrorBody(
        message=message if isinstance(message, str) else None,
        type=word,
        code=str(code) if isinstance(code, int | str) and not isinstance(code, bool) else None,
    )
    return found or STATUS_OF.get(word or ""), body, _retry_delay(inner)


def _retry_delay(inner: JsonObject) -> float | None:
    for detail in objects_in(inner.get("details")):
        delay = detail.get("retryDelay", detail.get("retry_delay"))
        match = _DURATION.fullmatch(delay) if isinstance(delay, str) else None
        if match is not None:
            return float(match[1])
    return None


def _reason(inner: JsonObject) -> str | None:
    for detail in objects_in(inner.get("details")):
        reason = detail.get("reason")
        if isinstance(reason, str):
            return reason
    return None


def classify(
    inner: JsonObject, http_status: int | None, *, provider: str, retry_after_s: float | None = None
) -> UpstreamError:
    """Classify one ``error`` object. Its own code decides: a 429 may come under HTTP 400."""
    status, body, delay_s = read_error(inner)
    wait_s = delay_s if delay_s is not None else retry_after_s
    kind = body.code
    if _reason(inner) == "API_KEY_INVALID":
        status = 401  # told as 400 INVALID_ARGUMENT
    elif body.type == "RESOURCE_EXHAUSTED" and (wait_s is not None or _is_rate(inner)):
        kind = "rate_limit_exceeded"  # the same words are used when the money is gone
    told = ErrorBody(message=body.message, type=body.type, code=kind)
    error = build_error(status or http_status, told, provider=provider, retry_after_s=wait_s)
    error.upstream_code = body.code
    error.fields["upstream_status"] = http_status or status
    return error


def _is_rate(inner: JsonObject) -> bool:
    for detail in objects_in(inner.get("details")):
        for violation in objects_in(detail.get("violations")):
            if "Per" in str(violation.get("quotaId", "")):
                return True
    return False


def decode_error(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> UpstreamError:
    """Classify a provider's error answer."""
    wait_s = read_retry_after(headers)
    try:
        inner = _error_in(loads_lenient(body))
    except BrokenJsonError:
        inner = None
    if inner is None or not isinstance(inner.get("status"), str):
        return build_error(status, read_error_body(body), provider=provider, retry_after_s=wait_s)
    return classify(inner, status, provider=provider, retry_after_s=wait_s)


def classify_stream_error(error: InStreamError, *, provider: str) -> UpstreamError:
    """Classify an error found inside a stream."""
    kind = "rate_limit_exceeded" if error.type == "RESOURCE_EXHAUSTED" else error.code
    told = ErrorBody(message=error.message, type=error.type, code=kind)
    found = build_error(error.status or STATUS_OF.get(error.type or ""), told, provider=provider)
    found.upstream_code = error.code
    return found
