"""The dialect of realtime sessions. Their events pass through: there is nothing to encode or decode."""

from typing import Any, NoReturn

from salon.foundation.kit.errors import Unsupported
from salon.gateway.protocols import classify, openai_errors, whole
from salon.gateway.protocols.base import Dialect, Envelope
from salon.gateway.protocols.fields import read_fields


def read_envelope(body: bytes) -> Envelope:
    """Read the model of a session that is asked about. Raises: InvalidRequest naming the field."""
    return whole.envelope_of_fields(read_fields(body), body, required="model")


def envelope_of(model: str) -> Envelope:
    """Return what routing is told of a session with ``model``."""
    return Envelope(
        fields={},
        model=model,
        stream=True,
        max_output_tokens=None,
        wants_usage=False,
        size_bytes=0,
        body=b"",
    )


def _only_relayed(*_: Any, **__: Any) -> NoReturn:
    raise Unsupported(field="model", problem="A realtime session is relayed, never translated.")


DIALECT = Dialect(
    name="openai-realtime",
    operation="realtime",
    title="OpenAI realtime",
    streams=False,
    stream_media_type=b"application/json",
    id_header=b"x-request-id",
    read_envelope=read_envelope,
    decode_request=_only_relayed,
    encode_response=_only_relayed,
    stream_encoder=_only_relayed,
    encode_error=openai_errors.encode_error,
    encode_request=_only_relayed,
    decode_response=_only_relayed,
    stream_decoder=_only_relayed,
    decode_error=classify.http_error,
    classify_stream_error=classify.stream_error,
    rewrite_request=_only_relayed,
    stream_tap=_only_relayed,
    read_answer=_only_relayed,
)
"""``GET /v1/realtime`` over WebSocket, of OpenAI and those who copy it."""
