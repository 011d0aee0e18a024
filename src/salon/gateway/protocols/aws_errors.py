"""Failures as Bedrock tells them: a sentence, and a status or the name of an exception."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.protocols.classify import build_error, read_error_body, read_retry_after

STATUSES: Final[Mapping[str, int]] = {
    "validationException": 400,
    "throttlingException": 429,
    "internalServerException": 500,
    "modelStreamErrorException": 500,
    "serviceUnavailableException": 503,
    "modelTimeoutException": 504,
}
"""HTTP statuses of the exceptions that a stream may end with."""
_NO_MODEL = re.compile(
    r"model identifier is invalid|model (?:id|identifier) .{0,200}isn.t supported"
    r"|don.t have access to the model|legacy",
    re.IGNORECASE,
)


def decode_error(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> UpstreamError:
    """Classify an error answer; a missing model is told there as a wrong request or as a missing right."""
    found = read_error_body(body)
    if status in {400, 403} and found.message and _NO_MODEL.search(found.message):
        found = msgspec.structs.replace(found, code="model_not_found")
    return build_error(status, found, provider=provider, retry_after_s=read_retry_after(headers))
