"""How many recordings are read as the official clients read them, by the rules of the collection's README.

Each of the recordings with an official reading is judged here on its own, whatever other tests say of it, so
that the count in docs/recordings.md is one that was taken.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import (
    UpstreamAuth,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamModelMissing,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamServerError,
)
from salon.gateway.protocols import openai
from salon.gateway.protocols.base import InStreamError, SpokenDialect

CUTS = (0, 1, 2, 3, 7, 1009)
PAGE = Path(__file__).parents[2] / "docs" / "recordings.md"
CLASSES: dict[int, tuple[type[UpstreamError], ...]] = {
    400: (UpstreamRefused, UpstreamContextTooLong),
    401: (UpstreamAuth,),
    404: (UpstreamModelMissing,),
    429: (UpstreamRateLimited,),
}
"""Rule 13: the class of a failure goes by its status."""
BY_BODY: dict[str, type[UpstreamError]] = {
    # Rule 13: for Gemini by the code in the body; a key that is wrong and a model that is missing come as 400.
    "gemini/gemini/google-google-429-retry-info-67c91b": UpstreamRateLimited,
    "gemini/gemini/input-authentication-error-stream-google-gemini-2-5-flash-d7bf31": UpstreamAuth,
    "openai/responses/input-model-not-found-openai-gpt-4o-responses-c3a615": UpstreamModelMissing,
    "openai/responses/model-name-suggestions-model-name-suggestion-openai-responses-9c9d8d": UpstreamModelMissing,
}
IN_STREAMS: dict[str, type[UpstreamError]] = {
    "tool_use_failed": UpstreamRefused,
    "400": UpstreamRefused,
    "unknown-error": UpstreamServerError,
}
MISREAD = {
    "cerebras/chat/cerebras-cererebras-structured-output-tools-1-515800",
    "anthropic/messages/anthropic-spliced-message-start-1d5d0f",
    "anthropic/messages/anthropic-anthropic-tool-search-bm25-1-bb2158",
    "azure/responses/azure-azure-reasoning-encrypted-content-1-4f1296",
    "openai/chat/tools-streaming-tools-streaming-variant-a-804407",
    "mistral/chat/mistral-mistral-reasoning-21e9fd",
}
"""What the client made of these is not what was sent; our own reading of each is pinned beside."""
TEXT_ALONE = {"mistral/chat/mistral-mistral-model-thinking-part-iter-4ce9a7"}
"""Rule 9: its content comes as lists, and the client's reading lacks the thinking."""
OTHERWISE: dict[str, tuple[SpokenDialect, str]] = {
    "groq/chat/groq-speech-to-text-verbose-1-c48f99": (
        openai.TRANSCRIPTIONS,
        "The quick brown fox jumps over the lazy dog.",
    ),
    "mistral/chat/mistral-speech-to-text-simple-1-3c7c38": (
        openai.TRANSCRIPTIONS,
        "Simple transcription without usage data.",
    ),
    "mistral/chat/mistral-speech-to-text-usage-1-7ac9c4": (
        openai.TRANSCRIPTIONS,
        "This is a sample transcription with usage data.",
    ),
    "openai/chat/openai-moderation-image-base64-1-7ca5ff": (openai.MODERATIONS, "not flagged"),
}
"""Answers of another operation, in whose dialect they are read; and what they say, read by hand."""
NO_CHAT = frozenset({"text", "refusal", "thinking", "finish", "tool_calls"})
"""What a chat client looks for in them, and they do not have."""
NO_ANSWER = {
    "azure/chat/openai-traces-azure-prompt-content-filtering-with-events-with-content-be775d",
}
"""A refusal under status 200, which the client returns as an empty answer."""


def _other_gaps(recording: Any, wire: Any) -> list[str]:
    """Compare what an answer of another operation and one of chat both have: model and counts."""
    dialect, said = OTHERWISE[recording.id]
    answer = dialect.decode_response(recording.body)
    ours = {"model": answer.model, "usage": answer.usage.raw if answer.usage else None}
    gaps = wire.differences(recording.expected, ours, skip=NO_CHAT)
    told = answer.text if dialect is openai.TRANSCRIPTIONS else "not flagged"
    if dialect is openai.MODERATIONS and any(one.flagged for one in answer.results):
        told = "flagged"
    return gaps if told == said else [*gaps, f"it says {told!r}"]


def _failure_gaps(recording: Any) -> list[str]:
    """Rule 13."""
    error = recording.dialect.decode_error(recording.status, recording.headers, recording.body, provider="p")
    status = recording.expected["status_code"]
    kinds = (BY_BODY[recording.id],) if recording.id in BY_BODY else CLASSES[status]
    body = json.loads(recording.body)
    said = body.get("error") or {"message": body.get("detail")}
    message = (error.upstream_message or "")[: len(said["message"])]  # OpenRouter's reason stands behind it
    told = (error.fields["upstream_status"], message, error.upstream_type)
    kind = said.get("type", said.get("status"))
    wanted = (status, said["message"], kind)
    return [] if type(error) in kinds and told == wanted else [f"{type(error).__name__} {told} for {wanted}"]


def _stream_gaps(recording: Any, wire: Any, cut: int) -> list[str]:
    """Rule 14."""
    collector = wire.collect(recording.dialect, recording.body, cut)
    error, expected = collector.error, recording.expected
    found = InStreamError(message=error.message, type=error.type, code=error.code, status=error.status)
    kind = type(recording.dialect.classify_stream_error(found, provider="p"))
    told = (error.message, str(error.code), kind)
    code = expected["status_code"]
    wanted = (expected["message"], code, IN_STREAMS[code])
    sent = re.search(rb'"usage":\{', recording.body)
    if sent and collector.response().usage is None:
        return ["the usage in the error event does not count"]
    return [] if told == wanted else [f"{told} for {wanted}"]


def _skipped(recording: Any) -> frozenset[str]:
    return frozenset({"thinking"}) if recording.id in TEXT_ALONE else frozenset()


def verdict(recording: Any, wire: Any, cut: int) -> str:
    """Return under which heading a recording counts; one that differs counts under its own name."""
    if recording.id in NO_ANSWER:
        return "no answer"
    if recording.id in MISREAD:
        return "misread by the client"
    if recording.id in OTHERWISE:
        gaps = _other_gaps(recording, wire)
        return f"{recording.id}: {gaps}" if gaps else "answers of another operation"
    raises = "raises" in recording.expected
    if not raises:
        gaps = wire.differences(recording.expected, wire.read(recording, cut), skip=_skipped(recording))
        heading = "answers"
    elif isinstance(recording.expected["status_code"], int):
        gaps, heading = _failure_gaps(recording), "failures by status"
    else:
        gaps, heading = _stream_gaps(recording, wire, cut), "failures inside a stream"
    return heading if not gaps else f"{recording.id}: {gaps}"


@pytest.mark.parametrize("cut", CUTS)
def test_every_official_reading_is_judged_and_counted(cut: int, recordings: Any, wire: Any) -> None:
    judged = [one for one in recordings() if one.expected is not None]
    counted = Counter(verdict(one, wire, cut) for one in judged)
    rows = re.findall(
        r"^\| (\w[^|]*?) \| (\d+) \|", PAGE.read_text("utf-8").partition("## Without")[0], re.MULTILINE
    )
    assert dict(counted) == {heading: int(count) for heading, count in rows}
    assert len(judged) == 497


def test_every_other_recording_is_counted_by_its_api(shared_dir: Path) -> None:
    lines = (shared_dir / "recorded-streams" / "index.jsonl").read_text("utf-8").splitlines()
    others = Counter(row["api"] for row in map(json.loads, lines) if not row["expected"])
    rows = re.findall(
        r"^\| ([a-z]\S*) \| (\d+) \|", PAGE.read_text("utf-8").partition("## Without")[2], re.MULTILINE
    )
    assert {api: int(count) for api, count in rows} == dict(others)
    assert others.total() == 151
