"""Errors that real providers told inside a stream reach callers of every dialect with the type that is theirs."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols.base import Dialect, EncodeContext, InStreamError
from salon.testing.raw_http import RawAnswer
from salon.testing.readings import error_of
from salon.testing.verdicts import judge

TOLD = {
    "groq-tool-use-failed-error-streaming-e2243d": ("invalid_request_error", "INVALID_ARGUMENT"),
    "openrouter-openrouter-stream-error-e50d09": ("invalid_request_error", "INVALID_ARGUMENT"),
    "openai-stream-unknown-error-responses-1-a43b11": ("server_error", "INTERNAL"),
}
"""Recording -> the type in OpenAI's words, and in Gemini's."""
ANTHROPIC = {"server_error": "api_error"}
CHATS = [one for one in DIALECTS.values() if one.operation == "chat" and one.name != "responses-compact"]
"""Those that can be streamed."""
CONTEXT = EncodeContext(request_id="req_1", model="m", created_at_s=1)


def failure(recording: Any, wire: Any) -> UpstreamError:
    """Read the error of a recorded stream as the gateway does."""
    error = wire.collect(recording.dialect, recording.body, 7).error
    found = InStreamError(message=error.message, type=error.type, code=error.code, status=error.status)
    return recording.dialect.classify_stream_error(found, provider="p")


def expected(name: str, dialect: Dialect) -> str:
    openai_type, gemini_status = TOLD[name]
    if dialect.name.startswith("ollama"):
        return "error"
    if dialect.name == "anthropic":
        return ANTHROPIC.get(openai_type, openai_type)
    return gemini_status if dialect.name == "gemini" else openai_type


@pytest.mark.parametrize("dialect", CHATS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_recorded_error_has_its_type_in_every_dialect(
    dialect: Dialect, name: str, recordings: Any, wire: Any
) -> None:
    recording = next(r for r in recordings() if r.id.endswith(name))
    error = failure(recording, wire)
    body = dialect.stream_encoder(CONTEXT).error(error)
    verdict = judge(dialect.name, RawAnswer(status=200, body=body, complete=True), stream=True)
    assert (verdict.ending, verdict.error_type) == ("error", expected(name, dialect))
    assert error.upstream_message in (verdict.error_message or "")
    whole = error_of(dialect.name, json.loads(dialect.encode_error(error, request_id="req_1")))
    assert (whole["type"], whole["message"]) == (verdict.error_type, verdict.error_message)
