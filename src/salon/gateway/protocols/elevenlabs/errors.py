"""ElevenLabs' errors: ``detail`` with a status and a message, or a list of what is wrong with the request."""

from collections.abc import Mapping
from typing import Final

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.protocols import classify
from salon.gateway.protocols.wire_json import BrokenJsonError, is_list, is_object, loads_lenient

_WORDS: Final[Mapping[str, tuple[int, str]]] = {
    # It says 401 to what is no matter of the key.
    "quota_exceeded": (429, "insufficient_quota"),
    "voice_not_found": (400, "voice_not_found"),
    "max_character_limit_exceeded": (400, "string_above_max_length"),
    "too_many_concurrent_requests": (429, "too_many_requests"),
    "system_busy": (503, "overloaded"),
    "model_not_found": (404, "model_not_found"),
}
"""Its words, with the status and code they mean. https://elevenlabs.io/docs/developers/resources/error-messages"""


def http_error(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> UpstreamError:
    """Classify an error answer."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError:
        value = None
    detail = value.get("detail") if is_object(value) else None
    if is_list(detail) and detail:
        detail = detail[0]
    if not is_object(detail):
        return classify.http_error(status, headers, body, provider=provider)
    word = str(detail.get("status") or detail.get("code") or "")
    meant, code = _WORDS.get(word, (status, word))
    message = detail.get("message") or detail.get("msg")
    told = classify.ErrorBody(message=None if message is None else str(message), code=code or None)
    return classify.build_error(
        meant, told, provider=provider, retry_after_s=classify.read_retry_after(headers)
    )
