"""A conversation in short: the official client asks for it, and goes on from it with a model of any provider."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest

from salon.testing.fake_provider import Plan
from salon.testing.openai_schema import OpenAIDocument
from salon.testing.scene import DIALECTS, Scene, model_of

SHORT = "We launch on Tuesday and tell support first."
SAID: list[Any] = [
    {"role": "user", "content": "We launch on Tuesday."},
    {"role": "assistant", "content": "Then support must know first."},
]


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def compacted(client: openai.OpenAI, scene: Scene, provider: str) -> Any:
    scene.fake.script([f"text={SHORT}"])
    return client.responses.compact(model=model_of(provider), input=SAID)


@pytest.mark.parametrize("provider", DIALECTS)
def test_the_next_request_goes_on_from_the_words(scene: Scene, client: openai.OpenAI, provider: str) -> None:
    short = compacted(client, scene, provider)
    exchange = scene.fake.journal.exchanges[-1]
    assert (short.usage.input_tokens, short.usage.output_tokens) == (
        exchange.input_tokens,
        exchange.tokens_sent,
    )
    assert b"Then support must know first." in exchange.body
    items = [item.model_dump(exclude_none=True) for item in short.output]
    for other in DIALECTS:
        client.responses.create(model=model_of(other), input=[*items, {"role": "user", "content": "When?"}])
        sent = scene.fake.journal.exchanges[-1].body
        assert SHORT.encode() in sent
        assert b"salon-compaction" not in sent


def test_the_answer_follows_openais_document(scene: Scene, shared_dir: Path) -> None:
    document = OpenAIDocument(shared_dir / "suites" / "openai" / "openapi.json")
    asked = {"model": model_of("anthropic"), "input": SAID, "prompt_cache_key": "k"}
    status, body = scene.house.request("POST", "/v1/responses/compact", asked)
    assert status == 200
    assert document.breaches("CompactResource", orjson.loads(body)) == set()


def test_a_model_that_says_nothing_is_a_failure(scene: Scene, client: openai.OpenAI) -> None:
    scene.fake.choose = lambda exchange, asked: Plan(tokens=0)
    with pytest.raises(openai.InternalServerError, match="said nothing in short"):
        client.responses.compact(model=model_of("openai"), input=SAID)


def test_what_is_missing_is_named(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.compact(model=model_of("openai"))
    assert caught.value.param == "input"
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.compact(model=model_of("openai"), previous_response_id="resp_1", input=SAID)
    assert caught.value.param == "previous_response_id"
