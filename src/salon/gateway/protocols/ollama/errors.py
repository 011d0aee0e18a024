"""Error bodies of Ollama's dialect: one sentence."""

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.wire_json import dumps


def encode_error(error: SalonError, *, request_id: str) -> bytes:
    """Write an error body, which has no place for an id."""
    return error_object(error)


def error_object(error: SalonError) -> bytes:
    """Write the object that is an error body and ends a stream."""
    return dumps({"error": error.message})
