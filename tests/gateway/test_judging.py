"""Rankings and moderations, between callers and every provider that has them."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, alias

Play = Callable[..., None]
QUERY = "where is the north star"
DOCUMENTS: list[Any] = ["the south", {"text": "the north star is there"}, "nothing"]


async def add(bench: GatewayBench, name: str, kind: str, url: str) -> None:
    """Declare the fake provider as one of another kind."""
    spec = ProviderSpec(name=name, kind=kind, base_url=url, api_key="k", allow_private=True)
    await bench.service.add(OWNER.caller, spec)


def ranking(model: str, **fields: Any) -> bytes:
    """Return a request to rank the documents."""
    return orjson.dumps({"model": model, "query": QUERY, "documents": DOCUMENTS, **fields})


def test_documents_are_ranked_and_paid_for(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("rerank", ranking("openai/fake", top_n=2))
        assert [one["index"] for one in reply.json()["results"]] == [1, 0]
        entry, attempts = await bench.row()
        assert (entry.operation, entry.dialect, entry.status, len(attempts)) == ("rerank", "rerank", "ok", 1)
        assert entry.cost_e10
        assert entry.input_tokens > 0

    play(scene)


def test_the_demo_ranks_by_words_and_gives_the_documents_back(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("rerank", ranking("demo", return_documents=True))
        first, *_others = reply.json()["results"]
        assert (first["index"], first["document"]) == (1, DOCUMENTS[1])
        assert 0.5 < first["relevance_score"] <= 1
        assert [one["index"] for one in reply.json()["results"]] == [1, 0, 2]

    play(scene)


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"documents": []}, "documents"), ({"documents": [1]}, "documents[0]"), ({"top_n": 0}, "top_n")],
)
def test_a_broken_ranking_is_refused_as_coheres_clients_read_it(play: Play, fields: Any, named: str) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("rerank", ranking("demo", **fields))
        assert reply.status == 400
        assert named in reply.json()["message"]
        assert reply.json()["detail"] == reply.json()["message"]

    play(scene)


def test_a_provider_without_rankings_is_passed_over(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("rerank", ranking("anthropic/fake"))
        assert (reply.status, reply.json()["error"]["code"]) == (400, "wrong_model")
        assert "does not rank documents" in reply.json()["message"]
        reply = await bench.send("rerank", ranking("either"))
        assert reply.headers["x-salon-route"] == "openai/fake"

    play(scene, aliases=[alias("either", "gemini/fake", "openai/fake")])


@pytest.mark.parametrize("text", ["calm", "some violence"])
@pytest.mark.parametrize("model", ["openai/fake", "mistral/mistral-moderation"])
def test_texts_are_judged_by_every_provider(play: Play, model: str, text: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "mistral", "mistral", f"{fake.url}/v1")
        body = orjson.dumps({"model": model, "input": [text, "calm"]})
        reply = await bench.send("openai-moderations", body)
        results = reply.json()["results"]
        assert [one["flagged"] for one in results] == ["violence" in text, False]
        told = {name for name, is_so in results[0]["categories"].items() if is_so}
        assert told == ({"violence"} if "violence" in text else set())
        entry, _ = await bench.row()
        assert (entry.operation, entry.status) == ("moderations", "ok")

    play(scene)


def test_the_demo_flags_what_it_is_told_to(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        body = orjson.dumps({"model": "demo", "input": ["demo:flag hate", "love"]})
        bad, good = (await bench.send("openai-moderations", body)).json()["results"]
        assert (bad["flagged"], bad["categories"]["hate"], bad["category_scores"]["hate"]) == (True, True, 1)
        assert (good["flagged"], any(good["categories"].values())) == (False, False)

    play(scene)


def test_without_a_model_the_usual_one_is_asked(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-moderations", b'{"input":"demo:flag hate"}')
        assert (reply.status, reply.json()["results"][0]["flagged"]) == (200, True)
        assert reply.headers["x-salon-route"] == "demo/demo"

    play(scene, aliases=[alias("omni-moderation-latest", "demo/demo")])


def test_a_picture_goes_only_to_who_judges_pictures(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "mistral", "mistral", f"{fake.url}/v1")
        picture = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
        parts = [{"type": "text", "text": "calm"}, picture]
        for model, status in (("openai/fake", 200), ("mistral/fake", 400)):
            body = orjson.dumps({"model": model, "input": parts})
            assert (await bench.send("openai-moderations", body)).status == status
        assert orjson.loads(fake.journal.exchanges[-1].body)["input"] == parts

    play(scene)


@pytest.mark.parametrize("status", [429, 503])
def test_the_demo_fails_when_it_is_told_to(play: Play, status: int) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        for dialect, fields in (("openai-embeddings", {"input": f"demo:fail {status}"}),):
            reply = await bench.send(dialect, orjson.dumps({"model": "demo", **fields}))
            assert reply.status == status
            assert f"{status}" in reply.json()["error"]["message"]

    play(scene)


def test_the_demos_vectors_are_near_where_words_are_shared(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        texts = ["the north star", "the star of the north", "red shoes"]
        body = orjson.dumps({"model": "demo", "input": texts, "dimensions": 64})
        first = await bench.send("openai-embeddings", body)
        second = await bench.send("openai-embeddings", body)
        assert first.json()["data"] == second.json()["data"]
        one, two, other = (item["embedding"] for item in first.json()["data"])
        near = sum(a * b for a, b in zip(one, two, strict=True))
        assert near > sum(a * b for a, b in zip(one, other, strict=True))
        assert len(one) == 64
        assert abs(sum(number * number for number in one) - 1) < 1e-9

    play(scene)
