"""Looks at a request as a real provider would: what is no Chat Completions request is refused."""

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.protocols.openai import DIALECT

_HOTTEST = 2.0


def problem(body: bytes) -> InvalidRequest | None:
    """Return what is wrong with the request ``body``, naming the field; None when it can be answered."""
    try:
        request = DIALECT.decode_request(DIALECT.read_envelope(body))
    except InvalidRequest as error:
        return error
    if not request.messages:
        return InvalidRequest(field="messages", problem="It must hold at least one message.")
    if request.max_output_tokens is not None and request.max_output_tokens < 1:
        return InvalidRequest(field="max_tokens", problem="It must be 1 or more.")
    if request.temperature is not None and not 0 <= request.temperature <= _HOTTEST:
        return InvalidRequest(field="temperature", problem="It must be from 0 to 2.")
    if request.n not in (None, 1):
        return InvalidRequest(field="n", problem="The demo gives one answer. Leave it out, or ask for 1.")
    return None
