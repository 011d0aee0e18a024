"""Error bodies of Ollama's dialect: one sentence."""

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.wire_json import dumps


def encode_error(error: SalonError) -> bytes:
    """Write an error body; the same object ends a stream."""
    return dumps({"error": error.message})
