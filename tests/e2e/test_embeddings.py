"""The official clients ask for embeddings, moderations and rankings, of providers of every dialect."""

from collections.abc import Iterator
from typing import Any

import ollama
import openai
import orjson
import pytest
from google import genai

from salon.testing.fake_provider.embeddings import vector
from salon.testing.scene import Scene, model_of

PROVIDERS = pytest.mark.parametrize("provider", ["openai", "ollama", "gemini"])
TEXTS = ["north", "Grüße 👋🏽", "south"]
VECTORS = [vector(text) for text in TEXTS]


@pytest.fixture
def openai_client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def ollama_client(scene: Scene, key: str) -> Iterator[ollama.Client]:
    client = ollama.Client(host=scene.house.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
    yield client
    client.close()


@pytest.fixture
def google_client(scene: Scene, key: str) -> Iterator[Any]:
    options = genai.types.HttpOptions(base_url=scene.house.url, timeout=60_000)
    with genai.Client(api_key=key, http_options=options) as client:
        yield client


@PROVIDERS
def test_openais_client_reads_numbers_and_base64(openai_client: openai.OpenAI, provider: str) -> None:
    create = openai_client.embeddings.create
    packed = create(model=model_of(provider), input=TEXTS)
    plain = create(model=model_of(provider), input=TEXTS, encoding_format="float", dimensions=4)
    assert [one.embedding for one in sorted(packed.data, key=lambda one: one.index)] == VECTORS
    read = [one.embedding for one in sorted(plain.data, key=lambda one: one.index)]
    assert read == [vector(text, 4) for text in TEXTS]
    assert packed.usage.prompt_tokens == packed.usage.total_tokens > 0


@PROVIDERS
def test_ollamas_client_reads_both_forms(ollama_client: ollama.Client, provider: str) -> None:
    answer = ollama_client.embed(model_of(provider), TEXTS, dimensions=4, truncate=True, keep_alive="5m")
    assert [list(one) for one in answer.embeddings] == [vector(text, 4) for text in TEXTS]
    assert answer.prompt_eval_count
    assert list(ollama_client.embeddings(model_of(provider), TEXTS[0]).embedding) == VECTORS[0]


@PROVIDERS
def test_googles_client_reads_vectors(google_client: Any, provider: str) -> None:
    config = genai.types.EmbedContentConfig(output_dimensionality=4, task_type="RETRIEVAL_QUERY")
    answer = google_client.models.embed_content(model=model_of(provider), contents=TEXTS, config=config)
    assert answer.embeddings is not None
    assert [one.values for one in answer.embeddings] == [vector(text, 4) for text in TEXTS]


def test_a_failure_has_the_class_each_client_has_for_it(
    openai_client: openai.OpenAI, ollama_client: ollama.Client, google_client: Any
) -> None:
    with pytest.raises(openai.RateLimitError):
        openai_client.embeddings.create(model=model_of("gemini"), input="{{fake fault=429:0}}")
    with pytest.raises(ollama.ResponseError) as refused:
        ollama_client.embed(model_of("anthropic"), "a")
    assert (refused.value.status_code, "does not make embeddings" in refused.value.error) == (400, True)
    with pytest.raises(genai.errors.ClientError) as missing:
        google_client.models.embed_content(model="nothing", contents="a")
    assert (missing.value.code, missing.value.status) == (404, "NOT_FOUND")


def test_openais_client_reads_judgements(openai_client: openai.OpenAI) -> None:
    for model in (model_of("openai"), "demo"):
        answer = openai_client.moderations.create(model=model, input=["violence demo:flag violence", "calm"])
        bad, good = answer.results
        assert (bad.flagged, bad.categories.violence, bad.category_scores.violence) == (True, True, 1.0)
        assert (good.flagged, good.categories.violence) == (False, False)


@pytest.mark.parametrize("path", ["/v1/rerank", "/v2/rerank"])
@pytest.mark.parametrize("model", ["demo", model_of("openai")])
def test_documents_are_ranked_at_both_addresses(scene: Scene, key: str, path: str, model: str) -> None:
    body = {"model": model, "query": "north star", "documents": ["red", "the north star"], "top_n": 1}
    headers = {"authorization": f"Bearer {key}"}
    status, told = scene.house.request("POST", path, body, headers=headers)
    assert status == 200, told
    assert [one["index"] for one in orjson.loads(told)["results"]] == [1]


def test_listings_say_what_a_model_is_for(ollama_client: ollama.Client, google_client: Any) -> None:
    assert {"completion", "embedding", "rerank"} <= set(ollama_client.show("demo").capabilities or [])
    shown = google_client.models.get(model="demo")
    assert {"generateContent", "embedContent"} <= set(shown.supported_actions or [])
