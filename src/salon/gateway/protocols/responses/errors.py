"""The error inside an answer that failed."""

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.wire_json import JsonObject

_CODES = {"rate_limit_exceeded", "invalid_prompt", "server_error", "insufficient_quota"}


def failure(error: SalonError) -> JsonObject:
    """Return the ``error`` of an answer that failed, in the closed set of its codes."""
    said = error_object(error)
    code = said["code"] if said["code"] in _CODES else "server_error"
    return {"code": code, "message": said["message"]}
