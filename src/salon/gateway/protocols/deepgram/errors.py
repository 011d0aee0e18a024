"""Deepgram's errors: ``err_code`` and ``err_msg``, or ``category`` and ``message``."""

from collections.abc import Mapping
from typing import Final

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.protocols import classify
from salon.gateway.protocols.wire_json import BrokenJsonError, is_object, loads_lenient

_CODES: Final[Mapping[str, str]] = {
    "INVALID_AUTH": "invalid_api_key",
    "INSUFFICIENT_PERMISSIONS": "permission_error",
    "ASR_PAYMENT_REQUIRED": "insufficient_quota",
    "TOO_MANY_REQUESTS": "too_many_requests",
}
"""Its words, as the table of failures has them. https://developers.deepgram.com/docs/errors (2026-11-21)"""


def http_error(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> UpstreamError:
    """Classify an error answer."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError:
        value = None
    if not is_object(value) or "err_msg" not in value:
        return classify.http_error(status, headers, body, provider=provider)
    code = str(value.get("err_code"))
    told = classify.ErrorBody(message=str(value["err_msg"]), code=_CODES.get(code, code))
    return classify.build_error(
        status, told, provider=provider, retry_after_s=classify.read_retry_after(headers)
    )
