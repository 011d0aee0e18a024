"""What we write in OpenAI's words for each recorded answer of any provider, against OpenAI's own document.

It is broken only where an answer that OpenAI itself sent breaks it, in the same place and the same way: tools,
reasoning, refusals, log probabilities, sound, several answers and citations are all among the recordings.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from salon.gateway.protocols import openai, responses
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import response_events
from salon.gateway.protocols.sse import SseReader
from salon.testing.openai_schema import Breach, OpenAIDocument

CHAT, CHUNK = "CreateChatCompletionResponse", "CreateChatCompletionStreamResponse"
CONTEXT = EncodeContext(request_id="req_0123", model="alias", created_at_s=1_800_000_000)


@pytest.fixture(scope="module")
def document(shared_dir: Path) -> OpenAIDocument:
    return OpenAIDocument(shared_dir / "suites" / "openai" / "openapi.json")


def values(body: bytes) -> Iterator[Any]:
    reader = SseReader()
    for event in [*reader.feed(body), *reader.feed(b"\n\n")]:
        if event.data != b"[DONE]":
            yield orjson.loads(event.data)


def sent_by_openai(recordings: Any, api: str, *, stream: bool) -> list[Any]:
    """Every answer, or event, of OpenAI's own recordings that are no failures."""
    found: list[Any] = []
    for one in recordings(api, stream=stream):
        if one.id.startswith("openai/") and one.status == 200:
            told = values(one.body) if stream else [orjson.loads(one.body)]
            found += (value for value in told if "error" not in value or value.get("object") == "response")
    return found


def answers(recordings: Any, wire: Any) -> Iterator[tuple[str, Any]]:
    """Every recorded answer, decoded, without what a provider of OpenAI's own dialects adds by itself."""
    for one in recordings():
        found = one.expected or {}
        if one.status == 200 and found.get("text") is not None and "raises" not in found:
            if one.is_stream:
                answer = wire.collect(one.dialect, one.body).response()
            else:
                answer = one.dialect.decode_response(one.body)
            kept = tuple(part for part in answer.parts if getattr(part, "dialect", None) is None)
            data = {k: v for k, v in (answer.provider_data or {}).items() if k not in {"openai", "responses"}}
            usage = answer.usage and msgspec.structs.replace(answer.usage, raw=None)
            yield one.id, msgspec.structs.replace(answer, parts=kept, provider_data=data, usage=usage)


def streamed(dialect: Any, answer: Any) -> bytes:
    encoder = dialect.stream_encoder(CONTEXT)
    return encoder.encode(response_events(answer)) + encoder.finish()


def test_chat_answers_break_nothing_that_openai_keeps(
    document: OpenAIDocument, recordings: Any, wire: Any
) -> None:
    theirs = [document.breaches(CHAT, value) for value in sent_by_openai(recordings, "chat", stream=False)]
    allowed: set[Breach] = set().union(*theirs)
    assert theirs
    for name, answer in answers(recordings, wire):
        body = orjson.loads(openai.DIALECT.encode_response(answer, CONTEXT).body)
        assert document.breaches(CHAT, body) <= allowed, name


def test_chat_chunks_break_nothing_that_openai_keeps(
    document: OpenAIDocument, recordings: Any, wire: Any
) -> None:
    theirs = [document.breaches(CHUNK, value) for value in sent_by_openai(recordings, "chat", stream=True)]
    allowed: set[Breach] = set().union(*theirs)
    assert theirs
    for name, answer in answers(recordings, wire):
        for value in values(streamed(openai.DIALECT, answer)):
            assert document.breaches(CHUNK, value) <= allowed, name


@pytest.fixture(scope="module")
def allowed_in_responses(document: OpenAIDocument, recordings: Any) -> set[Breach]:
    """What OpenAI's own answers of the Responses API break, whole and streamed."""
    whole = [
        document.breaches("Response", value)
        for value in sent_by_openai(recordings, "responses", stream=False)
        if value.get("object") == "response"
    ]
    events = [
        document.event_breaches(value) for value in sent_by_openai(recordings, "responses", stream=True)
    ]
    assert whole
    assert events
    return set().union(*whole, *events)


def test_responses_break_nothing_that_openai_keeps(
    document: OpenAIDocument, allowed_in_responses: set[Breach], recordings: Any, wire: Any
) -> None:
    for name, answer in answers(recordings, wire):
        body = orjson.loads(responses.DIALECT.encode_response(answer, CONTEXT).body)
        assert document.breaches("Response", body) <= allowed_in_responses, name


def test_events_of_responses_break_nothing_that_openai_keeps(
    document: OpenAIDocument, allowed_in_responses: set[Breach], recordings: Any, wire: Any
) -> None:
    for name, answer in answers(recordings, wire):
        for value in values(streamed(responses.DIALECT, answer)):
            assert document.event_breaches(value) <= allowed_in_responses, (name, value)
