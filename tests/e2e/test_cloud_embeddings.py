"""OpenAI's client asks a whole house for embeddings that Bedrock and Vertex make."""

import json
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from tests.gateway.providers.test_clouds import private_key

from salon.testing.columns import Column
from salon.testing.fake_provider.embeddings import vector
from salon.testing.house import ProviderSetup
from salon.testing.scene import Scene, usual_scene

MODELS = {
    "aws/amazon.titan-embed-text-v2:0": 3,
    "aws/amazon.nova-2-multimodal-embeddings-v1:0": 3,
    "aws/eu.cohere.embed-v4:0": 1,
    "google/text-embedding-005": 1,
}
"""Models, and in how many requests each is asked for three texts."""
TEXTS = ["north", "Grüße 👋🏽", "south"]


def clouds(url: str) -> list[ProviderSetup]:
    """Declare the fake as both clouds."""
    account = {
        "type": "service_account",
        "client_email": "salon@project.iam.gserviceaccount.com",
        "private_key_id": "kid-1",
        "private_key": private_key(),
        "token_uri": f"{url}/token",
    }
    aws, google = {"region": "eu-central-1"}, {"project": "my-project", "location": "europe-west4"}
    return [
        ProviderSetup(name="aws", kind="bedrock", url=url, models=(), options=aws),
        ProviderSetup(
            name="google", kind="vertex", url=url, models=(), options=google, api_key=json.dumps(account)
        ),
    ]


@pytest.fixture
def scene(tmp_path: Path, column: Column) -> Iterator[Scene]:
    """A house that knows both clouds."""
    with usual_scene(tmp_path, column=column, more=clouds) as scene:
        yield scene


def test_openais_client_reads_the_vectors_of_clouds_and_their_counts(scene: Scene) -> None:
    key = scene.house.create_key("sdk")
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        for model, number in MODELS.items():
            packed = client.embeddings.create(model=model, input=TEXTS)
            plain = client.embeddings.create(model=model, input=TEXTS, dimensions=4, encoding_format="float")
            assert [one.embedding for one in packed.data] == [vector(text) for text in TEXTS]
            assert [one.embedding for one in plain.data] == [vector(text, 4) for text in TEXTS]
            counted = sum(one.input_tokens for one in list(scene.fake.journal.exchanges)[-number:])
            assert packed.usage.prompt_tokens == plain.usage.total_tokens == counted > 0
        with pytest.raises(openai.BadRequestError, match="token"):
            client.embeddings.create(model="aws/amazon.titan-embed-text-v2:0", input=[[1, 2], [3]])
        with pytest.raises(openai.RateLimitError):
            client.embeddings.create(model="google/text-embedding-005", input="{{fake fault=429:0}}")
