"""Titan's texts over InvokeModel: a question, or a dialogue between a user and a bot, and one text back.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html (2026-11).
"""

import re
from collections.abc import Sequence
from typing import Final

from salon.foundation.messages import ModelRequest, Response
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.invoke import texts
from salon.gateway.protocols.invoke.turns import Turn, name_lost, turns_of
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, objects_in

_STOPS: Final = re.compile(r"\|+|User:")
"""The only words it stops at."""
_WORDS: Final = texts.Words(
    text="outputText",
    finish="completionReason",
    given="inputTextTokenCount",
    made="totalOutputTextTokenCount",
    finishes={
        "FINISH": "stop",
        "FINISHED": "stop",
        "STOP_CRITERIA_MET": "stop",
        "RAG_QUERY_WHEN_RAG_DISABLED": "stop",
        "LENGTH": "length",
        "CONTENT_FILTERED": "content-filter",
    },
)


def encode_request(request: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request; model and stream stand in the address it goes to.

    Quirks: none. Raises: Unsupported.
    """
    del quirks
    lost: Lost = {}
    name_lost(request, lost)
    stops = [stop for stop in request.stop if _STOPS.fullmatch(stop)]
    if len(stops) < len(request.stop):
        lost["stop"] = None
    settings: JsonObject = {
        "maxTokenCount": request.max_output_tokens,
        "temperature": request.temperature,
        "topP": request.top_p,
        "stopSequences": stops or None,
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    wire: JsonObject = {"inputText": _prompt(turns_of(request.messages, lost))}
    if settings:
        wire["textGenerationConfig"] = settings
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def _prompt(turns: Sequence[Turn]) -> str:
    """Write a single question as it is, and a dialogue with its speakers."""
    if len(turns) == 1:
        return turns[0][1]
    speakers = {"user": "User: ", "assistant": "Bot: ", "system": ""}
    return "\n".join([*(f"{speakers[author]}{text}" for author, text in turns), "Bot:"])


def _unfold(value: JsonObject) -> JsonObject:
    results = objects_in(value.get("results"))
    made = sum(one["tokenCount"] for one in results if isinstance(one.get("tokenCount"), int))
    return {**value, **results[0], _WORDS.made: made} if results else value


def decode_response(body: bytes) -> Response:
    """Read a finished answer. Raises: UpstreamBroken, or the error it contains."""
    return texts.decode(body, _WORDS, _unfold)


def stream_decoder() -> texts.TextStreamDecoder:
    """Make a decoder for one stream."""
    return texts.TextStreamDecoder(_WORDS)
