"""What the dialects of all operations other than chat share: one question, one answer.

``dialect`` is how such a dialect is declared: it takes the module that reads and writes it, and fills in that
there is no stream of events between dialects. The functions below are for those whose request is JSON with
its model in the field ``model``; those for forms are in ``forms``.
"""

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

import msgspec

from salon.foundation.kit.errors import InvalidRequest, Unsupported, UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, Finish, OperationName, OperationResponse, Usage
from salon.gateway.protocols import classify
from salon.gateway.protocols.base import (
    Dialect,
    DialectName,
    EncodeContext,
    EncodedRequest,
    Envelope,
    ErrorEncoder,
    ErrorReader,
    Quirks,
    RelayMaker,
    RequestEncoder,
    RequestRewriter,
    SpokenDialect,
    StreamErrorReader,
)
from salon.gateway.protocols.fields import field_value, invalid, join_fields, read_fields
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, loads_lenient

DONE = Finish(reason="stop")
Answer = tuple[Usage | None, Finish | None, int]
"""What is read of an answer that is passed on as it is: usage, its end if it is one, and bytes of text."""


class Codec(Protocol):
    """What a module has that reads and writes such a dialect: the table's functions, by their names."""

    def read_envelope(self, body: bytes, /) -> Envelope:
        """As in ``Dialect``, as are the others."""
        ...

    def decode_request(self, envelope: Envelope, /) -> Any:
        """Read the whole request."""
        ...

    def encode_response(self, response: Any, context: EncodeContext, /) -> EncodedRequest:
        """Write an answer."""
        ...

    def encode_request(self, request: Any, /, *, quirks: Quirks) -> EncodedRequest:
        """Write a request for a provider."""
        ...

    def decode_response(self, body: bytes, /) -> OperationResponse:
        """Read a provider's answer."""
        ...

    def read_answer(self, body: bytes, /) -> Answer:
        """Look at an answer that is passed on."""
        ...


def dialect(
    codec: Codec,
    *,
    name: DialectName,
    operation: OperationName,
    title: str,
    encode_error: ErrorEncoder,
    rewrite_request: RequestRewriter | None = None,
    request_type: bytes = b"application/json",
    relay: RelayMaker | None = None,
    id_header: bytes | None = None,
    own_answer: Callable[[Envelope], OperationResponse | None] | None = None,
    decode_error: ErrorReader = classify.http_error,
    classify_stream_error: StreamErrorReader = classify.stream_error,
) -> Dialect:
    """Return the declaration of a dialect whose answers come whole, or are passed on by ``relay``.

    ``rewrite_request``: where the model is not the field ``model`` of a JSON object.
    """
    return Dialect(
        name=name,
        operation=operation,
        title=title,
        request_type=request_type,
        streams=False,
        stream_media_type=b"application/json",
        id_header=id_header,
        read_envelope=codec.read_envelope,
        decode_request=codec.decode_request,
        encode_response=codec.encode_response,
        stream_encoder=_no_stream,
        encode_error=encode_error,
        own_answer=own_answer,
        encode_request=codec.encode_request,
        decode_response=codec.decode_response,
        stream_decoder=_no_stream,
        decode_error=decode_error,
        classify_stream_error=classify_stream_error,
        rewrite_request=rewrite_request or rewrite_model,
        stream_tap=_no_stream,
        read_answer=codec.read_answer,
        relay=relay,
    )


def spoken(
    *,
    name: DialectName,
    operation: OperationName,
    title: str,
    encode_request: RequestEncoder,
    decode_response: Callable[[bytes], OperationResponse],
    request_type: bytes = b"application/json",
    decode_error: ErrorReader = classify.http_error,
) -> SpokenDialect:
    """Return the declaration of a dialect that no caller speaks to us; its answers come whole."""
    return SpokenDialect(
        name=name,
        operation=operation,
        title=title,
        request_type=request_type,
        streams=False,
        encode_request=encode_request,
        decode_response=decode_response,
        stream_decoder=_no_stream,
        decode_error=decode_error,
        classify_stream_error=classify.stream_error,
    )


def _no_stream(*_: object, **__: object) -> NoReturn:
    raise UpstreamBroken(provider="The provider", detail="it streams what has no stream")


# -- served ---------------------------------------------------------------------------------------
def envelope_of(body: bytes, *, required: str) -> Envelope:
    """Read what routing needs of a request with a model and a field that must be there.

    Raises: InvalidRequest naming the field.
    """
    return envelope_of_fields(read_fields(body), body, required=required)


def envelope_of_fields(fields: dict[str, msgspec.Raw], body: bytes, *, required: str) -> Envelope:
    """Do as ``envelope_of`` with the fields of ``body``. Raises: InvalidRequest naming the field."""
    model = field_value(fields, "model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "It must be a string that names a model.")
    if required not in fields:
        raise invalid(required, "It is missing.")
    return Envelope(
        fields=fields,
        model=model,
        stream=False,
        # Nothing is written: one token is the least that can be held.
        max_output_tokens=1,
        wants_usage=False,
        size_bytes=len(body),
        body=body,
    )


def rewrite_model(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's body with another model."""
    if model == envelope.model:
        return envelope.body
    return join_fields(envelope.fields, {"model": model})


def one_or_more(value: int | None, field: str) -> int | None:
    """Return a count that must not be below one. Raises: InvalidRequest."""
    if value is not None and value < 1:
        raise InvalidRequest(field=field, problem="It must be 1 or more.")
    return value


def texts_of(request: EmbeddingRequest) -> list[str]:
    """Return what is to be embedded, as texts. Raises: Unsupported for token numbers."""
    texts = [one for one in request.inputs if isinstance(one, str)]
    if len(texts) < len(request.inputs):
        raise Unsupported(
            field="input", problem="This provider takes texts, not token numbers. Send the texts themselves."
        )
    return texts


# -- spoken ---------------------------------------------------------------------------------------
def answer_object(body: bytes, *, provider: str, field: str) -> JsonObject:
    """Return an answer that has ``field``. Raises: UpstreamBroken, or the error that came with status 200."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider=provider, detail=f"its answer cannot be read: {error}") from error
    if is_object(value) and field in value:
        return value
    told = classify.error_of(value)
    if told.message or told.code or told.type:
        raise classify.build_error(classify.status_in(value), told, provider=provider)
    raise UpstreamBroken(provider=provider, detail=f"its answer has no “{field}”")


def input_usage(value: Any, *names: str) -> Usage | None:
    """Return the count of an answer that has only tokens in; ``names`` are tried in order."""
    if not is_object(value):
        return None
    for name in names:
        count = value.get(name)
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return Usage(input_tokens=count, raw=value)
    return None
