"""Anthropic's count of tokens, as the fake provider makes it."""

import orjson

from salon.testing.fake_provider import anthropic
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame

PATH_END = "/messages/count_tokens"
STREAM_TYPE = anthropic.STREAM_TYPE
PING = None

error_value = anthropic.error_value
stream_error = anthropic.stream_error


def read(body: JsonObject) -> Asked:
    """Read a request; a count is never streamed."""
    asked = anthropic.read(body)
    asked.stream = False
    return asked


def body(answer: Answer) -> bytes:
    """Write a count."""
    return orjson.dumps({"input_tokens": answer.input_tokens})


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Return nothing: see ``read``."""
    del answer, asked
    return []
