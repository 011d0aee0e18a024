"""Embeddings of Vertex's ``predict`` and of Bedrock's InvokeModel: what each is asked, and what callers read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.gateway.providers.test_clouds import service_account

from salon.foundation.egress import EgressBroken, EgressError, Headers
from salon.gateway.dialects import ONLY_SPOKEN
from salon.gateway.protocols.base import DialectName
from salon.gateway.providers.bedrock.invoke_count import InvokeCount, counts_outside
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.embeddings import vector
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
SPOKEN = ("vertex-embed", "titan-embed", "nova-embed", "bedrock-cohere-embed")
TITAN, PICTURES = "eu.amazon.titan-embed-text-v2:0", "amazon.titan-embed-image-v1"
NOVA, COHERE, OLDER = (
    "amazon.nova-2-multimodal-embeddings-v1:0",
    "eu.cohere.embed-v4:0",
    "cohere.embed-english-v3",
)
BELOW = "/v1beta1/projects/my-project/locations/europe-west4/publishers/google/models/"
TARGETS = {
    TITAN: "/model/eu.amazon.titan-embed-text-v2%3A0/invoke",
    PICTURES: "/model/amazon.titan-embed-image-v1/invoke",
    NOVA: "/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke",
    COHERE: "/model/eu.cohere.embed-v4%3A0/invoke",
    OLDER: "/model/cohere.embed-english-v3/invoke",
    **{name: f"{BELOW}{name}:predict" for name in ("text-embedding-005", "gemini-embedding-001")},
}
MANY = (COHERE, OLDER, "text-embedding-005")
every_model = pytest.mark.parametrize("model", TARGETS)


async def add(bench: GatewayBench, model: str, fake: FakeProvider) -> str:
    """Add the model's provider; return the model's name."""
    own: dict[str, Any] = {"api_key": "sk-canary", "options": {"region": "eu-central-1"}}
    is_amazons = TARGETS[model].endswith("/invoke")
    fields = own if is_amazons else service_account(fake.url)
    kind = "bedrock" if is_amazons else "vertex"
    spec = ProviderSpec(name="own", kind=kind, base_url=fake.url, allow_private=True, **fields)
    await bench.service.add(OWNER.caller, spec)
    return f"own/{model}"


async def ask(bench: GatewayBench, name: str, *texts: Any, **more: Any) -> Any:
    """Ask as OpenAI's clients do."""
    body = {"model": name, "input": list(texts), **more}
    return await bench.send("openai-embeddings", json.dumps(body).encode())


@every_model
def test_a_text_gets_its_vector_and_its_count(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        texts = ("north", "Grüße") if model in MANY else ("Grüße",)
        reply = await ask(bench, await add(bench, model, fake), *texts)
        assert reply.status == 200, reply.body
        told = reply.json()
        assert [one["embedding"] for one in told["data"]] == [vector(text) for text in texts]
        assert fake.journal.exchanges[-1].target == TARGETS[model]
        entry, attempts = await bench.row()
        counted = fake.journal.exchanges[-1].input_tokens
        assert (entry.usage_source, entry.input_tokens) == ("provider", counted)
        assert (told["usage"]["prompt_tokens"], len(attempts)) == (counted, 1)

    play(scene)


GOOGLE = {"outputDimensionality": 4, "taskType": "RETRIEVAL_QUERY", "title": "T", "autoTruncate": False}
TEXT = {"truncationMode": "NONE", "value": "north"}
COHERES = {
    "texts": ["north"],
    "input_type": "search_query",
    "embedding_types": ["float"],
    "output_dimension": 4,
}
WORDS: dict[str, tuple[dict[str, Any], str | None]] = {
    TITAN: ({"inputText": "north", "dimensions": 4}, "purpose, title, truncate"),
    PICTURES: (
        {"inputText": "north", "embeddingConfig": {"outputEmbeddingLength": 4}},
        "purpose, title, truncate",
    ),
    NOVA: (
        {
            "taskType": "SINGLE_EMBEDDING",
            "singleEmbeddingParams": {
                "embeddingPurpose": "TEXT_RETRIEVAL",
                "text": TEXT,
                "embeddingDimension": 4,
            },
        },
        "title",
    ),
    COHERE: ({**COHERES, "truncate": "NONE"}, "title"),
    "text-embedding-005": (
        {
            "instances": [{"content": "north", "task_type": "RETRIEVAL_QUERY", "title": "T"}],
            "parameters": {"outputDimensionality": 4, "autoTruncate": False},
        },
        None,
    ),
}


@pytest.mark.parametrize("model", WORDS)
def test_wishes_cross_in_its_words_or_are_named(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        name = await add(bench, model, fake)
        asked = {"model": name, "content": {"parts": [{"text": "north"}]}, **GOOGLE}
        reply = await bench.send("gemini-embed", json.dumps(asked).encode())
        assert reply.json()["embedding"]["values"] == vector("north", 4)
        wire = json.loads(fake.journal.exchanges[-1].body)
        assert (wire, reply.headers.get("x-salon-lost")) == WORDS[model]

    play(scene)


@pytest.mark.parametrize(("model", "word"), [(COHERE, "RIGHT"), (OLDER, "END")])
def test_each_version_of_coheres_cuts_by_its_own_word(play: Play, model: str, word: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        body = {"model": await add(bench, model, fake), "input": "north", "truncate": True}
        reply = await bench.send("ollama-embed", json.dumps(body).encode())
        assert reply.json()["embeddings"] == [vector("north")]
        assert json.loads(fake.journal.exchanges[-1].body)["truncate"] == word

    play(scene)


one_text = pytest.mark.parametrize("model", [TITAN, PICTURES, NOVA])


@one_text
def test_many_texts_are_asked_one_by_one_and_counted_together(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        texts = [f"text {number} " + "more " * number for number in range(20)]
        reply = await ask(bench, await add(bench, model, fake), *texts)
        assert [one["embedding"] for one in reply.json()["data"]] == [vector(text) for text in texts]
        asked = list(fake.journal.exchanges)
        entry, attempts = await bench.row()
        assert (len(asked), len(attempts), {one.target for one in asked}) == (20, 1, {TARGETS[model]})
        counted = sum(one.input_tokens for one in asked)
        assert (entry.input_tokens, entry.usage_source) == (counted, "provider")
        assert reply.json()["usage"] == {"prompt_tokens": counted, "total_tokens": counted}

    play(scene)


@one_text
@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("429:0", "upstream_rate_limited", 429),
        ("bad-json", "upstream_broken", 502),
        ("reset", "upstream_broken", 502),
    ],
)
def test_one_text_that_fails_fails_them_all(
    play: Play, model: str, fault: str, code: str, status: int
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        name = await add(bench, model, fake)
        reply = await ask(bench, name, "a", "b", f"{{{{fake fault={fault}}}}}", "d")
        entry, _ = await bench.row()
        assert (reply.status, entry.error_code) == (status, code)

    play(scene)


@every_model
def test_failures_are_told_and_a_chat_is_refused(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        name = await add(bench, model, fake)
        failed = await ask(bench, name, "{{fake fault=429:0}}")
        assert (failed.status, failed.json()["error"]["type"]) == (429, "rate_limit_error")
        assert (await ask(bench, name, "{{fake fault=error-object}}")).status >= 500
        assert (await ask(bench, name, [1, 2])).status == 400
        sent = len(fake.journal.exchanges)
        chat = await bench.call(name)
        assert (chat.status, chat.json()["error"]["code"]) == (400, "wrong_model")
        assert len(fake.journal.exchanges) == sent

    play(scene)


@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"embedding":[1,"x"]}', b'{"predictions":[{}]}', b"\xff"]
)
def test_what_is_no_embedding_is_a_failure(spoken: DialectName, body: bytes) -> None:
    with pytest.raises(Exception, match="answer") as found:
        ONLY_SPOKEN[spoken].decode_response(body)
    assert type(found.value).__name__ == "UpstreamBroken"


class Heard:
    """A receiver that keeps what it hears."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def on_head(self, status: int, headers: Headers) -> None:
        """Keep the head."""
        self.said.append((status, headers))

    def on_data(self, data: bytes) -> None:
        """Keep part of the body."""
        self.said.append(data)

    def on_end(self) -> None:
        """Keep the end."""
        self.said.append("end")

    def on_error(self, error: EgressError) -> None:
        """Keep the error."""
        self.said.append(error)


COUNT = (b"x-amzn-bedrock-input-token-count", b"7")


@pytest.mark.parametrize(
    ("status", "headers", "body", "told"),
    [
        (200, [COUNT], b'{"a":1}', b'{"x-amzn-bedrock-input-token-count":7,"a":1}'),
        (200, [], b'{"a":1}', b'{"a":1}'),
        (200, [(COUNT[0], b"7,1")], b'{"a":1}', b'{"a":1}'),
        (400, [COUNT], b'{"a":1}', b'{"a":1}'),
        (200, [COUNT], b"<html>", b"<html>"),
    ],
)
def test_a_count_in_a_header_is_put_into_the_answer(
    status: int, headers: Any, body: bytes, told: bytes
) -> None:
    heard = Heard()
    receiver = InvokeCount(heard)
    receiver.on_head(status, headers)
    receiver.on_data(body)
    receiver.on_end()
    broken = EgressBroken(host="h", detail="gone", sent_any_response=True)
    receiver.on_error(broken)
    assert heard.said == [(status, headers), told, "end", broken]
    assert not counts_outside(b"/model/eu.anthropic.claude-x/invoke")


def test_a_missing_count_is_estimated_and_marked(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        name = await add(bench, NOVA, fake)
        place = bench.folder / "un" / "embeddings" / "counted"
        place.mkdir(parents=True)
        (place / "meta.json").write_text('{"status": 200, "transport": "json"}')
        (place / "response.json").write_text('{"embeddings":[{"embeddingType":"TEXT","embedding":[1.0]}]}')
        fake.recordings = bench.folder
        reply = await ask(bench, name, "{{fake recording=un/embeddings/counted}}")
        assert reply.json()["data"][0]["embedding"] == [1.0]
        assert reply.headers["x-salon-count"] == "estimated"

    play(scene)
