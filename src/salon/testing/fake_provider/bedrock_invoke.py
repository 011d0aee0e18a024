"""Bedrock's InvokeModel, as the fake provider speaks it: each maker's words in Amazon's frames."""

import base64

import msgspec
import orjson

from salon.testing.fake_provider import anthropic, converse
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.aws import event, exception
from salon.testing.fake_provider.bedrock_families import family_of
from salon.testing.fake_provider.frames import Frame

PATH_END = ("/invoke", "/invoke-with-response-stream")
STREAM_TYPE = b"application/vnd.amazon.eventstream"
PING = None
error_value = converse.error_value


def read(body: JsonObject) -> Asked:
    """Read a request. Raises: ValueError for a body that its model does not read."""
    family = family_of(str(body["model"]))
    if family is not None:
        return family.read(body)
    if body.get("anthropic_version") != "bedrock-2023-05-31":
        raise ValueError("anthropic_version is missing")
    return anthropic.read(body)


def check(body: JsonObject) -> None:
    """Refuse what belongs in the address. Raises: ValueError."""
    if {"model", "stream"} & set(body):
        raise ValueError("model and stream: Extra inputs are not permitted")


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    family = family_of(answer.model)
    return anthropic.body(answer) if family is None else family.body(answer)


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    family = family_of(answer.model)
    if family is not None:
        return [_chunk(orjson.dumps(value), tokens=tokens) for value, tokens in family.events(answer)]
    return [_packed(frame) for frame in anthropic.frames(answer, asked) if frame is not anthropic.PING]


def _packed(frame: Frame) -> Frame:
    data = frame.data.partition(b"data: ")[2].strip()
    return msgspec.structs.replace(frame, data=_chunk(data).data)


def _chunk(data: bytes, *, tokens: int = 0) -> Frame:
    return event("chunk", {"bytes": base64.b64encode(data).decode(), "p": "abcdefgh"}, tokens=tokens)


def stream_error() -> Frame:
    """Return an exception inside a stream that began well."""
    return exception("throttlingException", "fake failure in the stream")
