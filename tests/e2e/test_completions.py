"""OpenAI's own client asks for completions, of providers that have them and of those that only chat."""

from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest

from salon.testing.scene import DIALECTS, Scene, model_of

PROVIDERS = (*DIALECTS, "complete")
STREAMS = pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
OF_EACH = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def parts_of(client: openai.OpenAI, provider: str, prompt: Any, *, stream: bool, **fields: Any) -> list[Any]:
    options: Any = {"stream_options": {"include_usage": True}} if stream else {}
    create: Any = client.completions.create
    answer = create(model=model_of(provider), prompt=prompt, stream=stream, **options, **fields)
    return list(answer) if stream else [answer]


@STREAMS
@OF_EACH
def test_text_and_usage_arrive_whole(
    scene: Scene, client: openai.OpenAI, provider: str, stream: bool
) -> None:
    parts = parts_of(client, provider, "{{fake text=Grüße 👋🏽;think=0}}", stream=stream)
    choices = [choice for part in parts for choice in part.choices]
    assert "".join(choice.text for choice in choices) == "Grüße 👋🏽"
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["stop"]
    assert {part.object for part in parts} == {"text_completion"}
    exchange = scene.fake.journal.exchanges[-1]
    usage = parts[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (exchange.input_tokens, exchange.tokens_sent)


@OF_EACH
def test_a_limit_ends_it(client: openai.OpenAI, provider: str) -> None:
    (answer,) = parts_of(client, provider, ["{{fake tokens=9}}"], stream=False, max_tokens=2)
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("tok tok ", "length")


def test_a_provider_that_has_them_gets_the_request_as_it_is(scene: Scene, client: openai.OpenAI) -> None:
    fields: Any = {"suffix": "end", "echo": True, "best_of": 3, "logprobs": 2, "n": 1}
    parts_of(client, "complete", ["a", "b"], stream=False, **fields)
    exchange = scene.fake.journal.exchanges[-1]
    assert exchange.target == "/v1/completions"
    sent = orjson.loads(exchange.body)
    assert sent == {"model": "fake", "prompt": ["a", "b"], "stream": False, **fields}


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt", ["a", "b"]), ("prompt", [1, 2]), ("suffix", "end"), ("echo", True), ("best_of", 3)],
)
def test_what_a_chat_cannot_do_is_refused_by_name(client: openai.OpenAI, field: str, value: Any) -> None:
    fields: Any = {"model": model_of("openai"), "prompt": "hi", field: value}
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(**fields)
    assert caught.value.body["param"] == field  # type: ignore[index]


@STREAMS
def test_failures_raise_in_the_official_client(client: openai.OpenAI, stream: bool) -> None:
    cases = [("complete", "429:0", openai.RateLimitError), ("anthropic", "400", openai.BadRequestError)]
    for provider, fault, kind in cases:
        with pytest.raises(kind):
            parts_of(client, provider, f"{{{{fake fault={fault}}}}}", stream=stream)
    for provider in PROVIDERS:
        with pytest.raises(openai.APIError):
            parts_of(client, provider, "{{fake tokens=40;fault=error-in-stream}}", stream=True)


def test_thoughts_that_have_no_place_are_named(client: openai.OpenAI) -> None:
    ask = client.completions.with_raw_response.create
    answer = ask(model=model_of("anthropic"), prompt="{{fake think=3;tokens=2}}")
    assert "reasoning" in answer.headers["x-salon-lost"].split(", ")
    assert answer.parse().choices[0].text == "tok tok "
