"""Google's own client against providers of every dialect, and the others' clients against a Gemini."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import orjson
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.gemini_client import GeminiCaller
from salon.testing.house import PATIENT, House, HouseSetup, ProviderSetup, provider_for
from salon.testing.scene import Scene
from salon.testing.sdk_clients import PIXEL, WEATHER_ARGUMENTS, Said, SdkCaller, caller

OTHERS = ("openai", "anthropic", "ollama")
PAIRS = [
    ("gemini", "gemini"),
    *(("gemini", other) for other in OTHERS),
    *((other, "gemini") for other in OTHERS),
]
STREAMS = pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
STOPPED = {"openai": "stop", "anthropic": "end_turn", "ollama": "stop", "gemini": "STOP"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A house that reaches one fake provider in four dialects."""
    with FakeProvider().in_thread() as fake:
        gemini = ProviderSetup(name="gemini-fake", kind="gemini", url=fake.url)
        setup = HouseSetup(
            providers=(*(provider_for(dialect, fake.url) for dialect in OTHERS), gemini),
            settings={"gateway": dict(PATIENT)},
        )
        with House(tmp_path_factory.mktemp("house") / "data", setup) as house:
            yield Scene(fake, house)


@pytest.fixture(scope="module")
def key(scene: Scene) -> str:
    """A key without limits."""
    return scene.house.create_key("sdk")


@pytest.fixture(params=PAIRS, ids="-".join)
def asking(
    scene: Scene, key: str, request: pytest.FixtureRequest
) -> Iterator[tuple[SdkCaller, str, FakeProvider]]:
    """A client, the model it asks, and the provider behind it."""
    dialect, provider = request.param
    scene.fake.journal.clear()
    url = scene.house.url
    client: SdkCaller = GeminiCaller(url, key) if dialect == "gemini" else caller(dialect, url, key)
    try:
        yield client, f"{provider}-fake/fake", scene.fake
    finally:
        client.close()


Asking = tuple[SdkCaller, str, FakeProvider]


def counted(said: Said, fake: FakeProvider) -> bool:
    """Tell whether a client read the counts the provider sent."""
    exchange = fake.journal.exchanges[-1]
    return (said.input_tokens, said.output_tokens) == (exchange.input_tokens, exchange.tokens_sent)


@STREAMS
def test_text_and_usage_arrive_whole(asking: Asking, stream: bool) -> None:
    client, model, fake = asking
    said = client.ask("{{fake text=Grüße 👋🏽 aus Zürich,\n\n  naïve}}", model=model, stream=stream)
    assert (said.text, said.finish) == ("Grüße 👋🏽 aus Zürich,\n\n  naïve", STOPPED[client.dialect])
    assert counted(said, fake)


@STREAMS
def test_reasoning_is_told_from_the_answer(asking: Asking, stream: bool) -> None:
    client, model, fake = asking
    said = client.ask("{{fake tokens=3;think=5}}", model=model, stream=stream, think=True)
    assert (said.thinking, said.text) == ("tok " * 5, "tok " * 3)
    assert counted(said, fake)


@STREAMS
def test_a_tool_makes_the_round_trip(asking: Asking, stream: bool) -> None:
    client, model, fake = asking
    prompt = "What weather? {{fake call}}"
    first = client.ask(prompt, model=model, stream=stream, tool=True)
    assert [(name, value) for _, name, value in first.calls] == [("weather", WEATHER_ARGUMENTS)]
    second = client.ask(prompt, model=model, stream=stream, tool=True, answer_tool=(first, "sunny, 21°"))
    assert second.text == "The tool said: sunny, 21°"
    assert counted(second, fake)


@STREAMS
def test_a_picture_reaches_the_provider(asking: Asking, stream: bool) -> None:
    client, model, fake = asking
    assert client.ask("What is this?", model=model, stream=stream, image=True).text == "tok " * 8
    sent = fake.journal.exchanges[-1].body.decode()
    assert PIXEL in sent or PIXEL.replace("+", "-").replace("/", "_") in sent


def test_googles_client_lists_and_finds_models(scene: Scene, key: str) -> None:
    client = GeminiCaller(scene.house.url, key)
    try:
        assert "gemini-fake/fake" in client.models()
        found = client.client.models.get(model="gemini-fake/fake")
        assert found.name == "models/gemini-fake/fake"
    finally:
        client.close()


def test_googles_client_raises_what_happened(scene: Scene, key: str) -> None:
    from google.genai import errors

    client = GeminiCaller(scene.house.url, key)
    cases = [
        ("gemini-fake/fake", "{{fake fault=429:2}}", 429, "RESOURCE_EXHAUSTED"),
        ("openai-fake/fake", "{{fake fault=400}}", 400, "INVALID_ARGUMENT"),
        ("nothing", "hi", 404, "NOT_FOUND"),
    ]
    try:
        for stream in (False, True):
            for model, words, status, word in cases:
                with pytest.raises(errors.APIError) as caught:
                    client.ask(words, model=model, stream=stream)
                assert (caught.value.code, caught.value.status) == (status, word)
    finally:
        client.close()


def ask(scene: Scene, address: str, key: str | None, words: str = "hi") -> tuple[int, str, bytes]:
    """Send one request; return status, media type and body."""
    body = orjson.dumps({"contents": [{"parts": [{"text": words}]}]})
    headers = {"content-type": "application/json", **({"x-goog-api-key": key} if key else {})}
    request = Request(f"{scene.house.url}/v1beta/models/{address}", data=body, headers=headers)
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except OSError as error:
        return error.code, error.headers["content-type"], error.read()  # type: ignore[attr-defined]


def test_a_stream_without_events_is_one_array(scene: Scene, key: str) -> None:
    for provider in ("gemini", "openai"):
        status, kind, body = ask(scene, f"{provider}-fake/fake:streamGenerateContent", key)
        chunks = json.loads(body)
        assert (status, kind) == (200, "application/json")
        parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
        assert "".join(part["text"] for part in parts) == "tok " * 8
        assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    status, _, body = ask(scene, "gemini-fake/fake:streamGenerateContent", key, "{{fake fault=404}}")
    assert (status, [item["error"]["code"] for item in json.loads(body)]) == (404, [404])


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "HEAD"])
def test_what_is_no_stream_is_no_array(scene: Scene, method: str) -> None:
    status, body = scene.house.request(method, "/v1beta/models/demo:streamGenerateContent")
    assert status in {204, 404, 405}
    assert not body.startswith(b"[")
    assert "Traceback" not in scene.house.log_text()


def test_a_failure_in_the_middle_is_the_arrays_last_item(scene: Scene, key: str) -> None:
    words = "{{fake tokens=40;fault=error-in-stream}}"
    status, _, body = ask(scene, "openai-fake/fake:streamGenerateContent", key, words)
    assert status == 200
    assert json.loads(body)[-1]["error"]["code"] >= 500


def test_a_key_in_the_address_is_refused_and_kept_out_of_the_log(scene: Scene, key: str) -> None:
    status, _, body = ask(scene, f"gemini-fake/fake:generateContent?key={key}", None)
    assert (status, json.loads(body)["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert key.encode() not in body
    assert key not in scene.house.log_text()
