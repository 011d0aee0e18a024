"""Ollama's own client asks for one prompt's answer, of providers of every dialect."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import ollama
import orjson
import pytest

from salon.testing.questions import PIXEL
from salon.testing.scene import DIALECTS, Scene, model_of

STREAMS = pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
OF_EACH = pytest.mark.parametrize("provider", DIALECTS)
Ask = Callable[..., list[Any]]


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[ollama.Client]:
    """The official client."""
    client = ollama.Client(host=scene.house.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
    yield client
    client.close()


@pytest.fixture
def ask(client: ollama.Client) -> Ask:
    """Ask for an answer, as the parts it came in."""

    def ask(provider: str, prompt: str, *, stream: bool, **fields: Any) -> list[Any]:
        answer: Any = client.generate(model_of(provider), prompt, stream=stream, **fields)
        return list(answer) if stream else [answer]

    return ask


@STREAMS
@OF_EACH
def test_text_thoughts_and_counts_arrive_whole(scene: Scene, ask: Ask, provider: str, stream: bool) -> None:
    words = "{{fake text=Grüße 👋🏽;think=5}}"
    parts = ask(provider, words, stream=stream, think=True, system="Be brief.", keep_alive="5m")
    assert "".join(part.response or "" for part in parts) == "Grüße 👋🏽"
    assert "".join(part.thinking or "" for part in parts) == "tok " * 5
    last, exchange = parts[-1], scene.fake.journal.exchanges[-1]
    assert (last.done, last.done_reason) == (True, "stop")
    assert (last.prompt_eval_count, last.eval_count) == (exchange.input_tokens, exchange.tokens_sent)
    assert b"Be brief." in exchange.body


@OF_EACH
def test_a_picture_a_limit_and_a_shape_reach_the_provider(scene: Scene, ask: Ask, provider: str) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    (answer,) = ask(provider, "Where?", stream=False, images=[PIXEL], format=schema)
    assert orjson.loads(answer.response) == {"city": "Zürich"}
    sent = scene.fake.journal.exchanges[-1].body.decode()
    assert PIXEL in sent or PIXEL.replace("+", "-").replace("/", "_") in sent
    (short,) = ask(provider, "{{fake tokens=9}}", stream=False, options={"num_predict": 2})
    assert (short.response, short.done_reason) == ("tok " * 2, "length")


def test_an_ollama_gets_the_request_as_it_is(scene: Scene, ask: Ask) -> None:
    fields: dict[str, Any] = {"raw": True, "template": "x", "suffix": "end", "context": [4, 5]}
    (answer,) = ask("ollama", "hi", stream=False, keep_alive=60, options={"num_ctx": 4096}, **fields)
    exchange = scene.fake.journal.exchanges[-1]
    sent = orjson.loads(exchange.body)
    assert exchange.target == "/api/generate"
    assert sent == {
        **fields, "model": "fake", "prompt": "hi", "stream": False, "keep_alive": 60,
        "options": {"num_ctx": 4096},
    }  # fmt: skip
    assert answer.context == [1, 2, 3]


@STREAMS
@OF_EACH
def test_without_a_prompt_a_model_is_loaded(scene: Scene, ask: Ask, provider: str, stream: bool) -> None:
    (answer,) = ask(provider, "", stream=stream, keep_alive="10m")
    assert (answer.response, answer.done, answer.done_reason) == ("", True, "load")
    asked = [orjson.loads(exchange.body)["keep_alive"] for exchange in scene.fake.journal.exchanges]
    assert asked == (["10m"] if provider == "ollama" else [])


def test_a_load_goes_to_the_one_that_can(scene: Scene, client: ollama.Client) -> None:
    assert client.generate("team", "").done_reason == "load"
    assert [exchange.target for exchange in scene.fake.journal.exchanges] == ["/api/generate"]


@STREAMS
def test_failures_are_told_in_its_words(ask: Ask, stream: bool) -> None:
    cases = [("ollama", "429", 429), ("openai", "400", 400), ("anthropic", "404", 404)]
    for provider, fault, status in cases:
        with pytest.raises(ollama.ResponseError) as caught:
            ask(provider, f"{{{{fake fault={fault}}}}}", stream=stream)
        assert caught.value.status_code == status
        assert "fake failure" in caught.value.error
    with pytest.raises(ollama.ResponseError) as caught:
        ask("openai", "hi", stream=stream, suffix="end")
    assert caught.value.status_code == 400
    assert "suffix" in caught.value.error
    with pytest.raises(ollama.ResponseError) as caught:
        ask("nobody", "hi", stream=stream)
    assert caught.value.status_code == 404


@OF_EACH
def test_a_failure_in_the_middle_ends_the_stream_with_it(ask: Ask, provider: str) -> None:
    with pytest.raises(ollama.ResponseError, match="fake failure in the stream"):
        ask(provider, "{{fake tokens=40;fault=error-in-stream}}", stream=True)


def test_what_is_lost_is_named_and_the_ledger_has_the_request(scene: Scene, key: str) -> None:
    wish = {"model": "openai-fake/fake", "prompt": "hi", "stream": False, "context": [1], "raw": False}
    head = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = Request(f"{scene.house.url}/api/generate", data=orjson.dumps(wish), headers=head)
    with urlopen(request, timeout=60) as answer:
        assert "context" in answer.headers["x-salon-lost"].split(", ")
        assert "raw" not in answer.headers["x-salon-lost"].split(", ")
        request_id = answer.headers["x-salon-request-id"]
    query = f"SELECT dialect, operation, status FROM ledger_requests WHERE request_id = '{request_id}'"
    deadline = time.monotonic() + 60
    while not (rows := scene.house.rows(query)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert rows == [("ollama-generate", "chat", "ok")]


def test_what_answered_is_listed_as_running(scene: Scene, client: ollama.Client, ask: Ask) -> None:
    never_asked = "openai-fake/never-asked"
    alias = {"targets": [never_asked]}
    assert scene.house.request("PUT", "/salon/v1/aliases/never-asked", alias)[0] == 200
    ask("anthropic", "hi", stream=False)
    assert "never-asked" in {model.model for model in client.list().models}
    running = {model.model: model for model in client.ps().models}
    assert "anthropic-fake/fake" in running
    assert "never-asked" not in running
    assert running["anthropic-fake/fake"].expires_at is not None
