"""Embeddings between every dialect and every provider that has them."""

import base64
import struct
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.foundation.accounts import KeyLimits
from salon.gateway.configuration.listing import read_listing
from salon.gateway.protocols.base import DialectName
from salon.gateway.registry.models import Listing, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.embeddings import vector
from salon.testing.gateway_bench import OWNER, GatewayBench, MemoryReply, alias, key_identity

Play = Callable[..., None]
PROVIDERS = ("openai", "ollama", "gemini")
MANY: tuple[DialectName, ...] = ("openai-embeddings", "ollama-embed", "gemini-embed-batch")
ONE: tuple[DialectName, ...] = (*MANY, "ollama-embeddings", "gemini-embed")


def question(dialect: DialectName, model: str, *texts: str, length: int | None = None, **more: Any) -> bytes:
    """Return a request for the vectors of ``texts``."""
    body: dict[str, Any] = {"model": model, **more}
    google = {"outputDimensionality": length} if length else {}
    contents = [{"content": {"parts": [{"text": text}]}, **google, **more} for text in texts]
    match dialect:
        case "gemini-embed":
            body |= contents[0]
        case "gemini-embed-batch":
            body = {"model": model, "requests": [{"model": f"models/{model}", **one} for one in contents]}
        case "ollama-embeddings":
            body["prompt"] = texts[0]
        case _:
            body |= {"input": list(texts), **({"dimensions": length} if length else {})}
    return orjson.dumps(body)


def vectors_in(dialect: DialectName, reply: MemoryReply) -> Any:
    """Return the vectors that a caller reads."""
    assert reply.status == 200, reply.body
    told = reply.json()
    match dialect:
        case "gemini-embed":
            return [told["embedding"]["values"]]
        case "gemini-embed-batch":
            return [one["values"] for one in told["embeddings"]]
        case "ollama-embeddings":
            return [told["embedding"]]
        case "ollama-embed":
            return told["embeddings"]
        case _:
            return [one["embedding"] for one in sorted(told["data"], key=lambda one: one["index"])]


@pytest.mark.parametrize("caller", ONE)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_caller_gets_every_providers_vectors(play: Play, caller: DialectName, provider: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        texts = ("north", "south", "Grüße") if caller in MANY else ("north",)
        length = None if caller == "ollama-embeddings" else 5
        reply = await bench.send(caller, question(caller, f"{provider}/fake", *texts, length=length))
        assert vectors_in(caller, reply) == [vector(text, length or 8) for text in texts]
        entry, attempts = await bench.row()
        assert (entry.operation, entry.dialect, entry.status) == ("embeddings", caller, "ok")
        assert (entry.route, entry.output_tokens, len(attempts)) == (f"{provider}/fake", 0, 1)
        assert entry.input_tokens > 0
        assert entry.cost_e10

    play(scene)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_vectors_come_as_base64_to_who_asks_for_it(play: Play, provider: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        asked = question("openai-embeddings", f"{provider}/fake", "a", "b", encoding_format="base64")
        reply = await bench.send("openai-embeddings", asked)
        packed = vectors_in("openai-embeddings", reply)
        read = [list(struct.unpack("<8f", base64.b64decode(one))) for one in packed]
        assert read == [vector("a"), vector("b")]
        assert reply.json()["usage"]["prompt_tokens"] == 1

    play(scene)


def test_a_purpose_crosses_by_its_own_name(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        asked = question("openai-embeddings", "gemini/fake", "a", input_type="search_query", user="ada")
        reply = await bench.send("openai-embeddings", asked)
        (sent,) = orjson.loads(fake.journal.exchanges[-1].body)["requests"]
        assert (sent["taskType"], sent["model"]) == ("RETRIEVAL_QUERY", "models/fake")
        assert reply.headers["x-salon-lost"] == "user"
        asked = question("gemini-embed", "ollama/fake", "a", taskType="RETRIEVAL_QUERY", title="T")
        reply = await bench.send("gemini-embed", asked)
        assert reply.headers["x-salon-lost"] == "purpose, title"

    play(scene)


@pytest.mark.parametrize(("provider", "status"), [("openai", 200), ("ollama", 400), ("gemini", 400)])
def test_token_numbers_go_only_where_they_mean_something(play: Play, provider: str, status: int) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        body = {"model": f"{provider}/fake", "input": [[1, 2], [3]]}
        reply = await bench.send("openai-embeddings", orjson.dumps(body))
        assert reply.status == status
        if status == 400:
            assert "token numbers" in reply.json()["error"]["message"]
            assert reply.json()["error"]["param"] == "input"

    play(scene)


BROKEN: list[tuple[DialectName, dict[str, Any], str]] = [
    ("openai-embeddings", {}, "input"),
    ("openai-embeddings", {"input": []}, "input"),
    ("openai-embeddings", {"input": ["a", 1]}, "input[1]"),
    ("openai-embeddings", {"input": "a", "encoding_format": "hex"}, "encoding_format"),
    ("openai-embeddings", {"input": "a", "dimensions": 0}, "dimensions"),
    ("ollama-embed", {"input": [1]}, "input[0]"),
    ("gemini-embed", {}, "content"),
    ("gemini-embed", {"content": {"parts": []}}, "content.parts"),
    ("gemini-embed-batch", {"requests": {}}, "requests"),
]


@pytest.mark.parametrize(("caller", "fields", "named"), BROKEN)
def test_what_is_wrong_is_named(play: Play, caller: DialectName, fields: dict[str, Any], named: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        # Of another dialect than all of these callers, so that the request is read.
        model = "ollama/fake" if caller != "ollama-embed" else "gemini/fake"
        reply = await bench.send(caller, orjson.dumps({"model": model, **fields}))
        assert reply.status == 400
        assert named in reply.body.decode()
        assert not fake.journal.exchanges

    play(scene)


def test_who_has_no_embeddings_says_so_and_is_passed_over(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-embeddings", question("openai-embeddings", "anthropic/fake", "a"))
        told = reply.json()["error"]
        assert (reply.status, told["code"], told["param"]) == (400, "wrong_model", "model")
        assert "“anthropic/fake” does not make embeddings" in told["message"]
        reply = await bench.send("openai-embeddings", question("openai-embeddings", "either", "a"))
        assert (reply.status, reply.headers["x-salon-route"]) == (200, "ollama/fake")
        assert reply.headers["x-salon-attempts"] == "1"

    play(scene, aliases=[alias("either", "anthropic/fake", "ollama/fake")])


def test_a_failing_provider_is_replaced(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=503"])
        reply = await bench.send("ollama-embed", question("ollama-embed", "both", "a"))
        assert vectors_in("ollama-embed", reply) == [vector("a")]
        entry, attempts = await bench.row()
        assert [one.status for one in attempts] == ["error", "ok"]
        assert (entry.route, entry.attempts) == ("gemini/fake", 2)

    play(scene, aliases=[alias("both", "openai/fake", "gemini/fake")])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", ["garbage", "html", "error-object", "bad-json"])
def test_an_answer_without_vectors_is_a_failure(play: Play, provider: str, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for caller in ("openai-embeddings", "ollama-embed"):
            asked = question(caller, f"{provider}/fake", f"{{{{fake fault={fault}}}}}")
            reply = await bench.send(caller, asked)
            assert reply.status >= 500, reply.body
            assert reply.json()["error"]
        entries = [entry.error_code for entry, _ in await bench.rows()]
        assert all(code is not None and code.startswith("upstream_") for code in entries)

    play(scene)


def test_an_identical_request_is_answered_from_the_cache(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        asked = question("openai-embeddings", "kept", "a")
        first = await bench.send("openai-embeddings", asked)
        second = await bench.send("openai-embeddings", asked)
        assert [one.headers["x-salon-cache"] for one in (first, second)] == ["miss", "hit"]
        assert first.body == second.body
        assert len(fake.journal.exchanges) == 1

    play(scene, aliases=[alias("kept", "gemini/fake", cache=True)])


def test_a_key_for_chat_alone_makes_no_embeddings(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:

        identity = key_identity(limits=KeyLimits(operations=("chat",)))
        asked = question("openai-embeddings", "openai/fake", "a")
        reply = await bench.send("openai-embeddings", asked, identity=identity)
        assert reply.status == 403
        assert "embeddings" in reply.json()["error"]["message"]

    play(scene)


@pytest.mark.parametrize("caller", ONE)
def test_coheres_own_dialect_is_spoken_to_cohere(play: Play, caller: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        spec = ProviderSpec(name="co", kind="cohere", base_url=fake.url, api_key="k", allow_private=True)
        await bench.service.add(OWNER.caller, spec)
        reply = await bench.send(caller, question(caller, "co/embed-x", "north"))
        assert vectors_in(caller, reply) == [vector("north")]
        exchange = fake.journal.exchanges[-1]
        sent = orjson.loads(exchange.body)
        assert exchange.target == "/v2/embed"
        assert (sent["texts"], sent["input_type"]) == (["north"], "search_document")
        entry, _ = await bench.row()
        assert (entry.input_tokens, entry.usage_source) == (2, "provider")

    play(scene)


@pytest.mark.parametrize("told", [None, "embedding", "chat"])
def test_a_model_known_for_something_else_refuses_and_says_what_it_is_for(
    play: Play, told: str | None
) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        body = {"data": [{"id": "fake", **({"type": told} if told else {})}]}
        models, _after = read_listing("openai", orjson.dumps(body), provider="openai")
        bench.registry.set_listing("openai", Listing(models=tuple(models), fetched_at_ms=1 << 50))
        chat = await bench.call("openai/fake")
        embed = await bench.send("openai-embeddings", question("openai-embeddings", "openai/fake", "a"))
        expected = {None: (200, 200), "embedding": (400, 200), "chat": (200, 400)}
        assert (chat.status, embed.status) == expected[told]
        refused = chat if chat.status == 400 else embed
        if told:
            message = refused.json()["error"]["message"]
            assert ("It can make embeddings (POST /v1/embeddings)" in message) is (told == "embedding")
            assert ("does not make embeddings" in message) is (told == "chat")

    play(scene)


def test_an_unknown_count_is_estimated_and_marked(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        asked = question("ollama-embeddings", "ollama/fake", "north")
        assert (await bench.send("ollama-embeddings", asked)).status == 200
        entries = {entry.dialect: entry for entry, _ in await bench.rows()}
        entry = entries["ollama-embeddings"]
        assert (entry.usage_source, entry.input_tokens) == ("estimated", -(-len(asked) // 4))

    play(scene)


def test_an_answer_that_is_too_short_is_no_answer(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        # A provider that leaves a vector out: the one that the fake provider makes for one text alone.
        fake.recordings = bench.folder
        place = bench.folder / "short" / "embeddings" / "x"
        place.mkdir(parents=True)
        (place / "meta.json").write_text('{"status": 200, "transport": "json"}')
        (place / "response.json").write_text('{"data":[{"index":0,"embedding":[1.0]}]}')
        text = "{{fake recording=short/embeddings/x}}"
        reply = await bench.send("ollama-embed", question("ollama-embed", "openai/fake", text, "b"))
        assert reply.status == 502
        assert "not as long as the question" in reply.json()["error"]

    play(scene)
