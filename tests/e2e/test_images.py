"""OpenAI's client has pictures made, changed and varied, by providers of both forms and by the demo."""

import base64
from collections.abc import Iterator

import openai
import pytest

from salon.testing.fake_provider.png import picture
from salon.testing.scene import Scene, model_of

PNG = ("before.png", base64.b64decode(picture("before")), "image/png")
OF_GEMINI = f"{model_of('gemini')}-image"
"""Google's list does not say which of its models make pictures; their names do."""
MASK = ("mask.png", base64.b64decode(picture("mask")), "image/png")


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def test_pictures_are_made(client: openai.OpenAI) -> None:
    answer = client.images.generate(
        model=model_of("openai"), prompt="a cat", n=2, size="1024x1024", quality="high", background="auto"
    )
    assert answer.data is not None
    assert [one.b64_json for one in answer.data] == [picture("a cat", 0), picture("a cat", 1)]
    assert answer.usage is not None
    assert answer.usage.output_tokens == 100


@pytest.mark.parametrize("model", [OF_GEMINI, "demo"])
def test_pictures_of_others_are_made(client: openai.OpenAI, model: str) -> None:
    answer = client.images.generate(model=model, prompt="a cat")
    assert answer.data is not None
    assert base64.b64decode(answer.data[0].b64_json or "").startswith(b"\x89PNG")


def test_pictures_are_shown_while_they_are_made(client: openai.OpenAI) -> None:
    stream = client.images.generate(model=model_of("openai"), prompt="a cat", stream=True, partial_images=2)
    events = list(stream)
    assert [one.type for one in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert events[-1].b64_json == picture("a cat")


def test_pictures_are_changed(client: openai.OpenAI) -> None:
    one = client.images.edit(model=model_of("openai"), image=PNG, prompt="a dog")
    several = client.images.edit(model=model_of("openai"), image=[PNG, PNG], mask=MASK, prompt="a dog", n=2)
    assert one.data is not None
    assert several.data is not None
    assert (one.data[0].b64_json, len(several.data)) == (picture("a dog"), 2)
    streamed = client.images.edit(model=model_of("openai"), image=PNG, prompt="a dog", stream=True)
    assert [event.type for event in streamed][-1] == "image_edit.completed"


@pytest.mark.parametrize("model", [OF_GEMINI, "demo"])
def test_pictures_are_changed_by_others(client: openai.OpenAI, model: str) -> None:
    answer = client.images.edit(model=model, image=PNG, prompt="a dog")
    assert answer.data is not None
    assert base64.b64decode(answer.data[0].b64_json or "").startswith(b"\x89PNG")


@pytest.mark.filterwarnings("ignore:.*deprecated")
def test_a_picture_is_varied(client: openai.OpenAI) -> None:
    create = client.images.create_variation  # pyright: ignore[reportDeprecated] - others than OpenAI keep it
    answer = create(model=model_of("openai"), image=PNG, n=2)
    assert answer.data is not None
    assert len(answer.data) == 2


def test_a_failure_has_the_class_the_client_has_for_it(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        client.images.generate(model=model_of("openai"), prompt="{{fake fault=429}}")
    with pytest.raises(openai.InternalServerError):
        client.images.edit(model=model_of("openai"), image=PNG, prompt="{{fake fault=error-object}}")
    with pytest.raises(openai.APIError, match="fake failure"):
        list(
            client.images.generate(
                model=model_of("openai"), prompt="{{fake fault=error-in-stream}}", stream=True
            )
        )
    with pytest.raises(openai.BadRequestError, match="does not make pictures"):
        client.images.generate(model=model_of("anthropic"), prompt="a")
