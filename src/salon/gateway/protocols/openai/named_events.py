"""A whole answer told as a stream of named events, for callers who asked for one."""

from salon.gateway.protocols.base import EncodedRequest
from salon.gateway.protocols.wire_json import JsonObject, dumps


def named_events(*told: JsonObject) -> EncodedRequest:
    """Write events, each with its ``type``, as OpenAI streams them."""
    body = b"".join(b"data: " + dumps(one) + b"\n\n" for one in told)
    return EncodedRequest(body=body, media_type=b"text/event-stream")
