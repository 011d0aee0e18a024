"""What else the official clients do: parse by schema, list models, map errors, stop in the middle."""

import asyncio
from typing import Any

import anthropic
import ollama
import openai
import pydantic
import pytest

from salon.testing.load import until
from salon.testing.questions import SdkCaller
from salon.testing.scene import DIALECTS, Scene, model_of


class Weather(pydantic.BaseModel):
    city: str
    days: int


@pytest.fixture
def openai_client(scene: Scene, key: str) -> Any:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def anthropic_client(scene: Scene, key: str) -> Any:
    with anthropic.Anthropic(base_url=scene.house.url, api_key=key, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def ollama_client(scene: Scene, key: str) -> Any:
    client = ollama.Client(host=scene.house.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
    yield client
    client.close()


@pytest.mark.parametrize("sdk", DIALECTS, indirect=True)
def test_models_are_listed_in_the_clients_own_shape(sdk: SdkCaller) -> None:
    listed = sdk.models()
    assert {"fake", "demo"} <= {name.removesuffix(":latest") for name in listed}


@pytest.mark.parametrize("provider", DIALECTS)
def test_openai_parses_an_answer_by_its_schema(openai_client: Any, provider: str) -> None:
    answer = openai_client.chat.completions.parse(
        model=model_of(provider),
        messages=[{"role": "user", "content": "weather?"}],
        response_format=Weather,
    )
    assert answer.choices[0].message.parsed == Weather(city="Zürich", days=7)


@pytest.mark.parametrize("provider", DIALECTS)
def test_ollama_gets_an_answer_by_its_schema(ollama_client: Any, provider: str) -> None:
    answer = ollama_client.chat(
        model=model_of(provider),
        messages=[{"role": "user", "content": "weather?"}],
        format=Weather.model_json_schema(),
    )
    assert Weather.model_validate_json(answer.message.content) == Weather(city="Zürich", days=7)


def test_ollama_describes_a_model(ollama_client: Any) -> None:
    shown = ollama_client.show(model_of("ollama"))
    assert "completion" in shown.capabilities


OPENAI_ERRORS = [
    ("400", openai.BadRequestError),
    ("404", openai.NotFoundError),
    ("429:0", openai.RateLimitError),
    ("500", openai.InternalServerError),
    ("503", openai.InternalServerError),
    ("401", openai.APIStatusError),
]


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize(("fault", "kind"), OPENAI_ERRORS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_openai_raises_its_own_error(
    openai_client: Any, provider: str, fault: str, kind: type[Exception], stream: bool
) -> None:
    messages = [{"role": "user", "content": f"{{{{fake fault={fault}}}}}"}]
    with pytest.raises(kind) as caught:
        openai_client.chat.completions.create(model=model_of(provider), messages=messages, stream=stream)
    assert caught.value.body["message"]  # type: ignore[attr-defined]
    assert isinstance(caught.value.body["type"], str)  # type: ignore[attr-defined]


ANTHROPIC_ERRORS = [
    ("400", anthropic.BadRequestError),
    ("404", anthropic.NotFoundError),
    ("429:0", anthropic.RateLimitError),
    ("500", anthropic.InternalServerError),
    ("529", anthropic.InternalServerError),
]


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize(("fault", "kind"), ANTHROPIC_ERRORS)
def test_anthropic_raises_its_own_error(
    anthropic_client: Any, provider: str, fault: str, kind: type[Exception]
) -> None:
    messages = [{"role": "user", "content": f"{{{{fake fault={fault}}}}}"}]
    with pytest.raises(kind) as caught:
        anthropic_client.messages.create(model=model_of(provider), messages=messages, max_tokens=64)
    assert caught.value.body["error"]["type"].endswith("_error")  # type: ignore[attr-defined]


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("fault", ["400", "404", "429:0", "500"])
def test_ollama_raises_its_own_error(ollama_client: Any, provider: str, fault: str) -> None:
    messages = [{"role": "user", "content": f"{{{{fake fault={fault}}}}}"}]
    with pytest.raises(ollama.ResponseError) as caught:
        ollama_client.chat(model=model_of(provider), messages=messages)
    assert caught.value.error
    assert caught.value.status_code >= 400


@pytest.mark.parametrize("provider", DIALECTS)
def test_an_error_inside_a_stream_is_raised(
    openai_client: Any, anthropic_client: Any, ollama_client: Any, provider: str
) -> None:
    messages = [{"role": "user", "content": "{{fake tokens=20;fault=error-in-stream}}"}]
    with pytest.raises(openai.APIError):
        list(openai_client.chat.completions.create(model=model_of(provider), messages=messages, stream=True))
    with (
        pytest.raises(anthropic.APIError),
        anthropic_client.messages.stream(
            model=model_of(provider), messages=messages, max_tokens=64
        ) as events,
    ):
        list(events)
    with pytest.raises(ollama.ResponseError):
        list(ollama_client.chat(model=model_of(provider), messages=messages, stream=True))


def test_a_wrong_key_is_an_authentication_error(scene: Scene) -> None:
    url, messages, wrong = scene.house.url, [{"role": "user", "content": "hi"}], "sk-salon-wrong"
    one = openai.OpenAI(base_url=f"{url}/v1", api_key=wrong, max_retries=0)
    with one, pytest.raises(openai.AuthenticationError):
        one.chat.completions.create(model="fake", messages=messages)
    two = anthropic.Anthropic(base_url=url, api_key=wrong, max_retries=0)
    with two, pytest.raises(anthropic.AuthenticationError):
        two.messages.create(model="fake", messages=messages, max_tokens=64)
    three = ollama.Client(host=url, headers={"authorization": f"Bearer {wrong}"})
    with pytest.raises(ollama.ResponseError) as caught:
        three.chat(model="fake", messages=messages)
    three.close()
    assert caught.value.status_code == 401
    assert scene.fake.journal.counts["requests"] == 0


def test_an_unknown_model_is_not_found(openai_client: Any, anthropic_client: Any, ollama_client: Any) -> None:
    messages = [{"role": "user", "content": "hi"}]
    with pytest.raises(openai.NotFoundError):
        openai_client.chat.completions.create(model="fakee", messages=messages)
    with pytest.raises(anthropic.NotFoundError):
        anthropic_client.messages.create(model="fakee", messages=messages, max_tokens=64)
    with pytest.raises(ollama.ResponseError) as caught:
        ollama_client.chat(model="fakee", messages=messages)
    assert caught.value.status_code == 404


@pytest.mark.parametrize("provider", DIALECTS)
def test_leaving_a_stream_stops_the_provider(scene: Scene, openai_client: Any, provider: str) -> None:
    messages = [{"role": "user", "content": "{{fake tokens=9000;rate=50}}"}]
    stream = openai_client.chat.completions.create(model=model_of(provider), messages=messages, stream=True)
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            break
    stream.close()
    until(lambda: scene.fake.journal.counts["caller-left"] == 1)
    assert scene.fake.journal.exchanges[-1].tokens_sent < 3000


def test_the_asynchronous_clients_work_too(scene: Scene, key: str) -> None:
    url, messages = scene.house.url, [{"role": "user", "content": "{{fake tokens=4}}"}]

    async def ask_all() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key) as one:
            chunks = await one.chat.completions.create(model="fake", messages=messages, stream=True)
            first = "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])
        two = anthropic.AsyncAnthropic(base_url=url, api_key=key)
        async with two, two.messages.stream(model="fake", messages=messages, max_tokens=64) as events:
            second = await events.get_final_text()
        three = ollama.AsyncClient(host=url, headers={"authorization": f"Bearer {key}"})
        parts = await three.chat(model="fake", messages=messages, stream=True)
        third = "".join([part.message.content or "" async for part in parts])
        await three.close()
        return [first, second, third]

    assert asyncio.run(ask_all()) == ["tok " * 4] * 3
