"""Our OpenAI answers against OpenAI's own document: we break it only where OpenAI's own answers do.

What a recorded answer of any provider becomes is judged in tests/wire; here are the requests that make a house
answer by itself: limits, calls, thinking, shapes, lists, errors, and everything that is no chat.
"""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from salon.testing.openai_schema import Breach, OpenAIDocument
from salon.testing.questions import WEATHER
from salon.testing.raw_http import ask, chat_body, chat_request, request_bytes
from salon.testing.recorded import recordings
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.verdicts import sse_values

CHAT, CHUNK = "CreateChatCompletionResponse", "CreateChatCompletionStreamResponse"
PATHS = {"openai": "/v1/chat/completions", "responses": "/v1/responses"}
SHAPE = {"name": "w", "schema": WEATHER["parameters"], "strict": True}


@pytest.fixture(scope="module")
def document(shared_dir: Path) -> OpenAIDocument:
    return OpenAIDocument(shared_dir / "suites" / "openai" / "openapi.json")


def values(body: bytes) -> list[Any]:
    return [value for _, value in sse_values(body.rstrip() + b"\n\n") if value != "[DONE]"]


@pytest.fixture(scope="module")
def theirs(document: OpenAIDocument, shared_dir: Path) -> dict[str, set[Breach]]:
    """What OpenAI's own recorded answers break, by the dialect."""
    folder = shared_dir / "recorded-streams"
    found: dict[str, set[Breach]] = {"openai": set(), "responses": set()}
    for one in recordings(folder):
        if one.name.startswith("openai/") and one.dialect in found and (one.stream or not one.is_failure):
            body = next((folder / one.name).glob("response.*")).read_bytes()
            for value in values(body) if one.stream else [orjson.loads(body)]:
                found[one.dialect] |= broken(document, one.dialect, value, stream=one.stream)
    return found


def broken(document: OpenAIDocument, dialect: str, value: Any, *, stream: bool) -> set[Breach]:
    if dialect == "openai":
        return document.breaches(CHUNK if stream else CHAT, value)
    return document.event_breaches(value) if stream else document.breaches("Response", value)


PLANS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("openai", "tokens=3", {}),
    ("openai", "tokens=3;think=4", {"reasoning_effort": "low"}),
    ("openai", "call", {"tools": [{"type": "function", "function": dict(WEATHER)}]}),
    ("openai", "tokens=9", {"max_tokens": 2}),
    ("openai", "tokens=2;fault=no-usage", {}),
    ("openai", "tokens=2", {"response_format": {"type": "json_schema", "json_schema": SHAPE}}),
    ("responses", "tokens=3", {"instructions": "Be brief", "metadata": {"a": "b"}}),
    ("responses", "tokens=3;think=4", {"reasoning": {"effort": "low", "summary": "auto"}}),
    ("responses", "call", {"tools": [{"type": "function", "strict": True, **WEATHER}]}),
    ("responses", "call", {"tools": [{"type": "custom", "name": "shell"}]}),
    ("responses", "tokens=9", {"max_output_tokens": 2}),
    ("responses", "tokens=2;fault=no-usage", {}),
    ("responses", "tokens=2", {"text": {"format": {"type": "json_schema", **SHAPE}}}),
    ("responses", "tokens=20;fault=error-in-stream", {}),
)


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize(("dialect", "plan", "fields"), PLANS)
def test_answers_break_nothing_that_openai_keeps(
    scene: Scene,
    document: OpenAIDocument,
    theirs: dict[str, set[Breach]],
    provider: str,
    stream: bool,
    dialect: str,
    plan: str,
    fields: dict[str, Any],
) -> None:
    body = chat_body(dialect, f"{{{{fake {plan}}}}}", model=model_of(provider), stream=stream)
    request = request_bytes("POST", PATHS[dialect], orjson.dumps({**orjson.loads(body), **fields}))
    answer = asyncio.run(ask(scene.house.port, request))
    if not stream and "error" in plan:
        assert document.breaches("ErrorResponse", answer.json()) == set()
        return
    assert answer.status == 200
    told = values(answer.body) if stream else [answer.json()]
    ours = {breach for value in told for breach in broken(document, dialect, value, stream=stream)}
    assert ours <= theirs[dialect], f"only ours: {sorted(ours - theirs[dialect])}"


OTHERS = (
    ("/v1/completions", "complete-fake/fake", {"prompt": "Say"}, "CreateCompletionResponse"),
    ("/v1/completions", "anthropic-fake/fake", {"prompt": "Say"}, "CreateCompletionResponse"),
    ("/v1/embeddings", "openai-fake/fake", {"input": ["a", "b"]}, "CreateEmbeddingResponse"),
    ("/v1/embeddings", "gemini-fake/fake", {"input": "a"}, "CreateEmbeddingResponse"),
    ("/v1/embeddings", "ollama-fake/fake", {"input": "a"}, "CreateEmbeddingResponse"),
    ("/v1/moderations", "demo", {"input": "a"}, "CreateModerationResponse"),
    ("/v1/responses/input_tokens", "openai-fake/fake", {"input": "a"}, "TokenCountsResource"),
)


@pytest.mark.parametrize(("path", "model", "fields", "schema"), OTHERS)
def test_what_is_no_chat_follows_the_document(
    scene: Scene, document: OpenAIDocument, path: str, model: str, fields: dict[str, Any], schema: str
) -> None:
    status, body = scene.house.request("POST", path, {"model": model, **fields})
    assert status == 200, body
    assert document.breaches(schema, orjson.loads(body)) == set()


@pytest.mark.parametrize("fault", ["400", "429:0", "500", "garbage"])
@pytest.mark.parametrize("dialect", ["openai", "responses", "completions"])
def test_errors_and_lists_follow_the_document(
    scene: Scene, document: OpenAIDocument, dialect: str, fault: str
) -> None:
    answer = asyncio.run(ask(scene.house.port, chat_request(dialect, f"{{{{fake fault={fault}}}}}")))
    assert answer.status >= 400
    assert document.breaches("ErrorResponse", answer.json()) == set()
    assert document.breaches("ListModelsResponse", orjson.loads(scene.house.get("/v1/models")[1])) == set()


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/moderations", "/v1/responses", "/v1/nowhere"])
def test_refusals_follow_the_document(scene: Scene, document: OpenAIDocument, path: str) -> None:
    answer = asyncio.run(ask(scene.house.port, request_bytes("POST", path, b"{}")))
    assert answer.status in {400, 404}
    assert document.breaches("ErrorResponse", answer.json()) == set()
