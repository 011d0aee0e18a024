"""Every recorded answer with an expected reading is read the same, however its bytes are cut."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import (
    UpstreamAuth,
    UpstreamContentFiltered,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamModelMissing,
    UpstreamRateLimited,
    UpstreamRefused,
)
from salon.gateway.protocols.base import InStreamError

CUTS = (0, 1, 2, 3, 7, 1009)

_ALL = frozenset({"all"})
_MISTRAL = (
    frozenset({"text", "thinking"}),
    "the client drops what Mistral sends as a list: the thinking, and the text beside it",
)
SKIPPED: dict[str, tuple[frozenset[str], str]] = {
    "anthropic/messages/anthropic-anthropic-tool-search-bm25-1-bb2158": (
        frozenset({"text", "finish", "block_types", "usage"}),
        "two whole streams in one body: the client appends the second, ours ends at the first message_stop",
    ),
    "anthropic/messages/anthropic-spliced-message-start-1d5d0f": (
        frozenset({"tool_calls"}),
        "a second message_start: the client adds its deltas to the first message's blocks",
    ),
    "cerebras/chat/cerebras-cererebras-structured-output-tools-1-515800": (
        frozenset({"tool_calls"}),
        "two ids on one index are two calls; the client joins them",
    ),
    "azure/responses/azure-azure-reasoning-encrypted-content-1-4f1296": (
        frozenset({"item_types", "text", "thinking", "tool_calls", "usage"}),
        "five whole streams in one body: the client keeps the last, ours ends at the first response.completed",
    ),
    "openai/chat/tools-streaming-tools-streaming-variant-a-804407": (
        frozenset({"tool_calls"}),
        "the provider repeats the whole name in the second delta; the client doubles it",
    ),
    "mistral/chat/mistral-mistral-model-thinking-part-iter-4ce9a7": (
        frozenset({"thinking"}),
        _MISTRAL[1],
    ),
    "mistral/chat/mistral-mistral-reasoning-21e9fd": _MISTRAL,
    "azure/chat/openai-traces-azure-prompt-content-filtering-with-events-with-content-be775d": (
        _ALL,
        "an error body under status 200: the client returns an empty answer, ours raises the error",
    ),
    "groq/chat/groq-speech-to-text-verbose-1-c48f99": (_ALL, "a transcription: read as one in the tally"),
    "mistral/chat/mistral-speech-to-text-simple-1-3c7c38": (
        _ALL,
        "a transcription: read as one in the tally",
    ),
    "mistral/chat/mistral-speech-to-text-usage-1-7ac9c4": (_ALL, "a transcription: read as one in the tally"),
    "openai/chat/openai-moderation-image-base64-1-7ca5ff": (_ALL, "a moderation: read as one in the tally"),
}
"""Recording -> (fields not compared, why); what is ours instead is pinned below."""

PINNED: dict[str, dict[str, Any]] = {
    "azure/responses/azure-azure-reasoning-encrypted-content-1-4f1296": {
        "item_types": ["reasoning", "function_call"],
        "text": "",
        "tool_calls": [
            {
                "id": "call_UdvUeOElp5zdU0DKr6IoyhjE",
                "name": "calculator",
                "arguments": '{"a":12,"b":7,"op":"add"}',
            }
        ],
    },
    "anthropic/messages/anthropic-anthropic-tool-search-bm25-1-bb2158": {
        "text": "I'll search for a weather-related tool to help you get the weather information for San "
        "Francisco.Great! I found a weather tool. Let me get the current weather for San Francisco.",
        "finish": "tool_use",
        "block_types": ["text", "server_tool_use", "tool_search_tool_result", "text", "tool_use"],
    },
    "anthropic/messages/anthropic-spliced-message-start-1d5d0f": {
        "tool_calls": [
            {"id": "toolu_first", "name": "test-tool", "arguments": '{"value":"Spark'},
            {"id": "toolu_second", "name": "test-tool", "arguments": '{"value":"Sparkle Day"}'},
        ],
    },
    "cerebras/chat/cerebras-cererebras-structured-output-tools-1-515800": {
        "tool_calls": [
            {"id": "bbd2b9d98", "name": "nonUsefulTool", "arguments": "{}"},
            {"id": "e0ecf32e0", "name": "nonUsefulTool", "arguments": "{}"},
        ],
    },
    "openai/chat/tools-streaming-tools-streaming-variant-a-804407": {
        "tool_calls": [{"id": "0", "name": "llm_version", "arguments": "{}"}],
    },
    "mistral/chat/chat-mistral-hybrid-reasoning-replays-thinking-chunks-across-turns-ee3e26": {"text": "154"},
    "mistral/chat/chat-mistral-hybrid-reasoning-separates-thinking-from-final-content-436699": {
        "text": "144"
    },
    "mistral/chat/mistral-mistral-reasoning-21e9fd": {
        "text": "2 + 2 = 4",
        "thinking": "The user is asking for 2+2. This is basic arithmetic. 2+2=4.",
    },
}


def _gaps(recording: Any, wire: Any, cut: int) -> list[str]:
    skip, _ = SKIPPED.get(recording.id, (frozenset(), ""))
    if "all" in skip:
        return []
    ours = wire.read(recording, cut)
    return [
        f"{recording.id} cut {cut}: {gap}" for gap in wire.differences(recording.expected, ours, skip=skip)
    ]


@pytest.mark.parametrize("api", ["chat", "messages", "responses", "gemini"])
@pytest.mark.parametrize("cut", CUTS)
def test_streams_equal_the_official_reading(api: str, cut: int, recordings: Any, wire: Any) -> None:
    read = [r for r in recordings(api, stream=True) if r.status == 200 and r.expected is not None]
    chosen = [r for r in read if "raises" not in r.expected]
    gaps = [gap for recording in chosen for gap in _gaps(recording, wire, cut)]
    assert gaps == []


@pytest.mark.parametrize("api", ["chat", "messages", "responses", "gemini"])
def test_finished_answers_equal_the_official_reading(api: str, recordings: Any, wire: Any) -> None:
    chosen = [r for r in recordings(api, stream=False) if r.status == 200 and "raises" not in r.expected]
    gaps = [gap for recording in chosen for gap in _gaps(recording, wire, 0)]
    assert gaps == []


@pytest.mark.parametrize("recording_id", sorted(PINNED))
@pytest.mark.parametrize("cut", CUTS)
def test_what_the_official_client_misreads_has_our_reading(
    recording_id: str, cut: int, recordings: Any, wire: Any
) -> None:
    recording = next(r for r in recordings() if r.id == recording_id)
    ours = wire.read(recording, cut)
    assert {name: ours[name] for name in PINNED[recording_id]} == PINNED[recording_id]


def test_every_skip_names_a_recording_and_a_reason(recordings: Any) -> None:
    known = {recording.id for recording in recordings()}
    assert set(SKIPPED) <= known
    assert all(reason for _, reason in SKIPPED.values())


def test_an_error_under_status_200_is_raised(recordings: Any) -> None:
    recording = next(r for r in recordings("chat") if "filtering-with-events-with-content-be775d" in r.id)
    with pytest.raises(UpstreamContentFiltered) as caught:
        recording.dialect.decode_response(recording.body)
    assert caught.value.upstream_code == "content_filter"
    assert (caught.value.upstream_message or "").startswith("The response was filtered")


STREAM_ERRORS = {
    "groq/chat/groq-tool-use-failed-error-streaming-e2243d": ("tool_use_failed", 400, UpstreamRefused),
    "openrouter/chat/openrouter-openrouter-stream-error-e50d09": ("400", 400, UpstreamRefused),
}


@pytest.mark.parametrize("recording_id", sorted(STREAM_ERRORS))
@pytest.mark.parametrize("cut", CUTS)
def test_an_error_inside_a_stream_is_told_with_what_came_before(
    recording_id: str, cut: int, recordings: Any, wire: Any
) -> None:
    code, status, kind = STREAM_ERRORS[recording_id]
    recording = next(r for r in recordings() if r.id == recording_id)
    collector = wire.collect(recording.dialect, recording.body, cut)
    error = collector.error
    assert error is not None
    assert (error.message, error.code, error.status) == (recording.expected["message"], code, status)
    found = InStreamError(message=error.message, type=error.type, code=error.code, status=error.status)
    assert type(recording.dialect.classify_stream_error(found, provider="p")) is kind
    assert collector.response().reasoning
    if "openrouter" in recording_id:
        assert collector.response().usage.output_tokens == 10


HTTP_ERRORS = {
    "AuthenticationError": UpstreamAuth,
    "NotFoundError": UpstreamModelMissing,
    "BadRequestError": UpstreamRefused,
    "RateLimitError": UpstreamRateLimited,
}


def test_http_errors_are_classified_by_status_and_body(recordings: Any) -> None:
    read = [r for r in recordings() if r.expected and r.api not in {"responses", "gemini"}]
    chosen = [r for r in read if isinstance(r.expected.get("status_code"), int)]
    assert len(chosen) == 17
    for recording in chosen:
        error = recording.dialect.decode_error(
            recording.status, recording.headers, recording.body, provider="p"
        )
        assert isinstance(error, HTTP_ERRORS[recording.expected["raises"]]), recording.id
        assert error.fields["upstream_status"] == recording.expected["status_code"]
        body = json.loads(recording.body)
        said = body.get("error", {})
        assert (error.upstream_message or "").startswith(said.get("message") or body.get("detail"))
        assert error.upstream_type == said.get("type")


GEMINI_ERRORS: dict[str, tuple[type[UpstreamError], float | None]] = {
    "gemini/gemini/enarios-gemini-gemini-2-5-flash-handles-context-length-exceeded-errors-030ec8": (
        UpstreamRateLimited,
        48.0,
    ),
    "gemini/gemini/google-google-429-retry-info-67c91b": (UpstreamRateLimited, 34.4),
    "gemini/gemini/input-authentication-error-stream-google-gemini-2-5-flash-d7bf31": (UpstreamAuth, None),
    "gemini/gemini/input-model-not-found-stream-google-gemini-2-5-flash-70eadf": (UpstreamModelMissing, None),
    "gemini/gemini/model-name-suggestions-model-name-suggestion-google-3926e5": (UpstreamModelMissing, None),
    "vertex/gemini/arios-vertexai-gemini-2-5-flash-handles-context-length-exceeded-errors-c91d1b": (
        UpstreamContextTooLong,
        None,
    ),
}


def test_gemini_errors_are_classified_by_their_own_code(recordings: Any) -> None:
    chosen = [r for r in recordings("gemini") if r.expected and "raises" in r.expected]
    assert {r.id for r in chosen} == set(GEMINI_ERRORS)
    for recording in chosen:
        error = recording.dialect.decode_error(recording.status, {}, recording.body, provider="p")
        said = json.loads(recording.body)["error"]
        assert (type(error), error.retry_after_s) == GEMINI_ERRORS[recording.id], recording.id
        assert error.fields["upstream_status"] == recording.expected["status_code"], recording.id
        assert (error.upstream_message, error.upstream_type) == (said["message"], said["status"])


def test_every_other_answer_decodes_without_an_error(recordings: Any, wire: Any) -> None:
    for recording in recordings():
        if recording.expected is None and recording.transport == "ndjson":
            assert wire.read(recording)["error"] is None, recording.id
