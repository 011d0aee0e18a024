"""Gemini's countTokens, as the fake provider makes it."""

import orjson

from salon.testing.fake_provider import gemini
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject, as_object
from salon.testing.fake_provider.frames import Frame

PATH_END = ":countTokens"
STREAM_TYPE = gemini.STREAM_TYPE
PING = None

error_value = gemini.error_value
stream_error = gemini.stream_error


def read(body: JsonObject) -> Asked:
    """Read the contents, or the whole request around them; a count is never streamed."""
    asked = gemini.read({**body, **as_object(body.get("generateContentRequest"))})
    asked.stream = asked.as_array = False
    return asked


def body(answer: Answer) -> bytes:
    """Write a count."""
    tokens = answer.input_tokens
    details = [{"modality": "TEXT", "tokenCount": tokens}]
    return orjson.dumps({"totalTokens": tokens, "promptTokensDetails": details})


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Return nothing: see ``read``."""
    del answer, asked
    return []
