"""OpenAI's count of input tokens, as the fake provider makes it."""

import orjson

from salon.testing.fake_provider import responses
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.frames import Frame

PATH_END = "/responses/input_tokens"
STREAM_TYPE = responses.STREAM_TYPE
PING = None

error_value = responses.error_value
stream_error = responses.stream_error


def read(body: JsonObject) -> Asked:
    """Read a request; a count is never streamed."""
    asked = responses.read(body)
    asked.stream = False
    return asked


def body(answer: Answer) -> bytes:
    """Write a count."""
    return orjson.dumps({"object": "response.input_tokens", "input_tokens": answer.input_tokens})


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Return nothing: see ``read``."""
    del answer, asked
    return []
