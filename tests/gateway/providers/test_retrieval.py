"""Declared kinds that make vectors or rank: what reaches them, in their words, and what callers read."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from salon.gateway.protocols.base import DialectName
from salon.gateway.providers.declared import KINDS
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.embeddings import vector
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
KIND = {kind.name: kind for kind in KINDS}
MODELS = {"voyage": "voyage-4", "jina": "jina-embeddings-v4", "perplexity": "pplx-embed-v1-4b"}
DOCUMENTS = ["the north wind", "south", "north wind and sun"]


async def add(bench: GatewayBench, name: str, fake: FakeProvider) -> None:
    """Add a provider of the kind whose usual address is the fake's, path and all."""
    url = fake.url + urlsplit(KIND[name].base_url).path
    spec = ProviderSpec(name="own", kind=name, base_url=url, api_key="sk-canary", allow_private=True)
    await bench.service.add(OWNER.caller, spec)


def sent(fake: FakeProvider) -> dict[str, Any]:
    """Return what the provider was asked last."""
    exchange = fake.journal.exchanges[-1]
    assert exchange.header("authorization") == "Bearer sk-canary"
    return json.loads(exchange.body)


def asked(dialect: DialectName, name: str) -> bytes:
    """Return a question for two vectors of four numbers, for searching, in a caller's dialect."""
    model = f"own/{MODELS[name]}"
    if dialect == "gemini-embed-batch":
        one = {"outputDimensionality": 4, "taskType": "RETRIEVAL_QUERY", "model": f"models/{model}"}
        contents = [{**one, "content": {"parts": [{"text": text}]}} for text in ("north", "south")]
        return json.dumps({"model": model, "requests": contents}).encode()
    body = {"model": model, "input": ["north", "south"], "dimensions": 4}
    return json.dumps(body | ({"truncate": True} if dialect == "ollama-embed" else {})).encode()


WORDS: dict[tuple[str, DialectName], dict[str, Any]] = {
    ("voyage", "gemini-embed-batch"): {"output_dimension": 4, "input_type": "query"},
    ("voyage", "ollama-embed"): {"output_dimension": 4, "truncation": True},
    ("voyage", "openai-embeddings"): {"output_dimension": 4},
    ("jina", "gemini-embed-batch"): {"dimensions": 4, "task": "retrieval.query"},
    ("jina", "ollama-embed"): {"dimensions": 4, "truncate": True},
    ("jina", "openai-embeddings"): {"dimensions": 4},
    ("perplexity", "gemini-embed-batch"): {"dimensions": 4, "encoding_format": "base64_int8"},
    ("perplexity", "ollama-embed"): {"dimensions": 4, "encoding_format": "base64_int8"},
    ("perplexity", "openai-embeddings"): {"dimensions": 4, "encoding_format": "base64_int8"},
}


@pytest.mark.parametrize(("name", "caller"), WORDS)
def test_vectors_are_asked_for_in_its_words(play: Play, name: str, caller: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, name, fake)
        reply = await bench.send(caller, asked(caller, name))
        assert reply.status == 200, reply.body
        wire = sent(fake)
        assert (wire.pop("model"), wire.pop("input")) == (MODELS[name], ["north", "south"])
        assert {key: value for key, value in wire.items() if key != "model"} == WORDS[name, caller]
        entry, _ = await bench.row()
        assert (entry.operation, entry.usage_source, entry.input_tokens > 0) == (
            "embeddings",
            "provider",
            True,
        )

    play(scene)


def test_whole_numbers_come_as_the_numbers_they_stand_for(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "perplexity", fake)
        reply = await bench.send("openai-embeddings", asked("openai-embeddings", "perplexity"))
        read = {one["index"]: one["embedding"] for one in reply.json()["data"]}
        assert read == {
            place: [round(number * 128) / 127 for number in vector(text, 4)]
            for place, text in enumerate(("north", "south"))
        }

    play(scene)


@pytest.mark.parametrize(
    ("name", "model", "top"), [("voyage", "voyage-rerank", "top_k"), ("jina", "x", "top_n")]
)
def test_documents_are_ranked_in_its_words(play: Play, name: str, model: str, top: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, name, fake)
        body = {"model": f"own/{model}", "query": "north wind", "documents": DOCUMENTS, "top_n": 2}
        reply = await bench.send("rerank", json.dumps(body).encode())
        assert [one["index"] for one in reply.json()["results"]] == [0, 2]
        assert sent(fake) == {"model": model, "query": "north wind", "documents": DOCUMENTS, top: 2}

    play(scene)


@pytest.mark.parametrize("name", ["voyage", "jina"])
def test_a_chat_is_refused_and_failures_are_told(play: Play, name: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, name, fake)
        reply = await bench.call(f"own/{MODELS[name]}")
        assert (reply.status, reply.json()["error"]["code"]) == (400, "wrong_model")
        assert not fake.journal.exchanges
        words = {"model": f"own/{MODELS[name]}", "input": "{{fake fault=429:0}}"}
        failed = await bench.send("openai-embeddings", json.dumps(words).encode())
        assert (failed.status, failed.json()["error"]["type"]) == (429, "rate_limit_error")

    play(scene)


@pytest.mark.parametrize("name", ["voyage", "jina"])
def test_declared_models_are_listed_with_what_they_do(play: Play, name: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, name, fake)
        listed = {entry.id for entry in bench.registry.models() if entry.provider == "own"}
        assert listed == {f"own/{model}" for model in KIND[name].models}

    play(scene)


def test_a_provider_of_vectors_is_tried_by_making_one(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "voyage", fake)
        trial = await bench.service.test(OWNER, "own")
        assert (trial.ok, trial.steps[-1].name, trial.steps[-1].detail) == (True, "answer", "1 vector")

    play(scene)
