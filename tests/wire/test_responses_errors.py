"""Failures of the responses dialect, as real providers told them."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import (
    UpstreamAuth,
    UpstreamModelMissing,
    UpstreamRefused,
    UpstreamServerError,
)
from salon.gateway.protocols.base import InStreamError

CUTS = (0, 1, 2, 3, 7, 1009)
KINDS = {
    "input-model-not-found": UpstreamModelMissing,
    "model-name-suggestions": UpstreamModelMissing,
    "error-handles-invalid-api-keys": UpstreamAuth,
}


def test_http_errors_are_classified_by_status_and_body(recordings: Any) -> None:
    chosen = [r for r in recordings("responses") if isinstance(r.expected.get("status_code"), int)]
    assert len(chosen) == 6
    for recording in chosen:
        error = recording.dialect.decode_error(
            recording.status, recording.headers, recording.body, provider="p"
        )
        kind = next((kind for word, kind in KINDS.items() if word in recording.id), UpstreamRefused)
        assert type(error) is kind, recording.id
        said = json.loads(recording.body)["error"]
        assert error.fields["upstream_status"] == recording.expected["status_code"]
        assert (error.upstream_message or "")[:40] == said["message"][:40]
        assert error.upstream_type == said["type"]


@pytest.mark.parametrize("cut", CUTS)
def test_an_error_event_ends_the_stream_with_its_own_words(cut: int, recordings: Any, wire: Any) -> None:
    recording = next(r for r in recordings("responses") if "stream-unknown-error" in r.id)
    error = wire.collect(recording.dialect, recording.body, cut).error
    assert (error.message, error.code) == (recording.expected["message"], recording.expected["status_code"])
    found = InStreamError(message=error.message, type=error.type, code=error.code, status=error.status)
    assert type(recording.dialect.classify_stream_error(found, provider="p")) is UpstreamServerError


def test_reasoning_text_is_kept_where_there_is_no_summary(recordings: Any, wire: Any) -> None:
    recording = next(r for r in recordings("responses") if "raw-cot-stream-openrouter" in r.id)
    response = wire.collect(recording.dialect, recording.body, 7).response()
    assert response.reasoning.startswith('The user asks: "What is 2+2?"')


def test_log_probabilities_are_read_of_streams_and_finished_answers(recordings: Any, wire: Any) -> None:
    for recording in recordings("responses"):
        if "responses-logprobs" in recording.id:
            read = wire.collect(recording.dialect, recording.body).response
            response = read() if recording.is_stream else recording.dialect.decode_response(recording.body)
            tokens = response.provider_data["openai"]["logprobs"]["content"]
            assert "".join(token["token"] for token in tokens) == response.text
