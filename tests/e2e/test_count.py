"""Official clients count the tokens of a request, where a provider counts and where nobody does."""

import time
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import orjson
import pytest
from google import genai

from salon.gateway.counting.vocabularies import folder_of
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import PATIENT, House, HouseSetup, ProviderSetup, provider_for
from salon.testing.scene import PRICE, Scene

COUNTING = ("anthropic", "gemini", "official")
ADDRESSES = {
    "official-fake": "/v1/responses/input_tokens",
    "anthropic-fake": "/v1/messages/count_tokens",
    "gemini-fake": "/v1beta/models/fake:countTokens",
}
HELLO = "Grüße aus Zürich, und zwar recht viele"
SAID: Any = [{"role": "user", "content": HELLO}]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[Scene]:
    """A house that reaches one fake provider in every dialect, as OpenAI, too."""
    with FakeProvider(models=("fake", "gpt-4o")).in_thread() as fake:
        official = ProviderSetup(name="official-fake", kind="openai", url=f"{fake.url}/v1")
        others = [provider_for(dialect, fake.url) for dialect in ("anthropic", "gemini", "openai", "ollama")]
        setup = HouseSetup(
            providers=(official, *others),
            aliases={"either": ("openai-fake/fake", "anthropic-fake/fake")},
            prices={"anthropic-fake/fake": PRICE},
            settings={"gateway": dict(PATIENT)},
            column=module_column,
        )
        with House(tmp_path_factory.mktemp("house") / "data", setup) as house:
            yield Scene(fake, house)


@pytest.fixture(scope="module")
def key(scene: Scene) -> str:
    """A key without limits."""
    return scene.house.create_key("sdk")


@pytest.fixture
def messages(scene: Scene, key: str) -> Iterator[Any]:
    """Anthropic's official client's messages."""
    scene.fake.journal.clear()
    with anthropic.Anthropic(base_url=scene.house.url, api_key=key, max_retries=0, timeout=60) as client:
        yield client.messages


def count_by(dialect: str, url: str, key: str, model: str) -> int:
    """Ask the official client of ``dialect``."""
    if dialect == "anthropic":
        with anthropic.Anthropic(base_url=url, api_key=key, max_retries=0) as one:
            return one.messages.count_tokens(model=model, messages=SAID).input_tokens
    if dialect == "responses":
        with openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as two:
            return two.responses.input_tokens.count(model=model, input=HELLO).input_tokens
    three = genai.Client(api_key=key, vertexai=False, http_options={"base_url": url})
    try:
        counted = three.models.count_tokens(model=model, contents=HELLO)
        assert counted.total_tokens is not None
        return counted.total_tokens
    finally:
        three.close()


def ledger_row(scene: Scene, request_id: str) -> tuple[Any, ...]:
    query = (
        "SELECT operation, status, input_tokens, cost_e10, attempts FROM ledger_requests"
        f" WHERE request_id = '{request_id}'"
    )
    deadline = time.monotonic() + 60
    while not (rows := scene.house.rows(query)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return rows[0]


@pytest.mark.parametrize("caller", ["anthropic", "responses", "gemini"])
@pytest.mark.parametrize("provider", COUNTING)
def test_a_provider_that_counts_is_asked(scene: Scene, key: str, caller: str, provider: str) -> None:
    scene.fake.journal.clear()
    counted = count_by(caller, scene.house.url, key, f"{provider}-fake/fake")
    (exchange,) = scene.fake.journal.exchanges
    assert exchange.target == ADDRESSES[f"{provider}-fake"]
    assert counted == exchange.input_tokens == (len(HELLO.encode()) + 3) // 4


@pytest.mark.parametrize("caller", ["anthropic", "responses", "gemini"])
@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_where_nobody_counts_we_do(scene: Scene, key: str, caller: str, provider: str) -> None:
    scene.fake.journal.clear()
    assert 10 <= count_by(caller, scene.house.url, key, f"{provider}-fake/fake") <= 30
    assert not scene.fake.journal.exchanges


@pytest.mark.skipif(folder_of("o200k_base") is None, reason="the vocabularies are not built")
def test_a_model_whose_vocabulary_is_here_is_counted_with_it(scene: Scene, messages: Any) -> None:
    answer = messages.with_raw_response.count_tokens(model="openai-fake/gpt-4o", messages=SAID)
    assert answer.headers["x-salon-count"] == "counted"
    assert answer.parse().input_tokens == 3 + 4 + 10
    assert "estimated" not in orjson.loads(answer.http_response.content)


@pytest.mark.parametrize("model", ["anthropic-fake/fake", "either"])
def test_a_count_of_its_own_dialect_passes_through(scene: Scene, messages: Any, model: str) -> None:
    answer = messages.with_raw_response.count_tokens(model=model, messages=SAID, system="Be brief.")
    (exchange,) = scene.fake.journal.exchanges
    assert answer.parse().input_tokens == exchange.input_tokens > 0
    assert orjson.loads(exchange.body) == {"model": "fake", "messages": SAID, "system": "Be brief."}
    assert "x-salon-count" not in answer.headers
    assert ledger_row(scene, answer.headers["x-salon-request-id"]) == ("count", "ok", 0, 0, 1)


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_an_estimate_is_marked_as_one(scene: Scene, messages: Any, provider: str) -> None:
    ask = messages.with_raw_response.count_tokens
    tools = [{"name": "f", "description": "strange " * 100, "input_schema": {"type": "object"}}]
    short = ask(model=f"{provider}-fake/fake", messages=SAID)
    longer = ask(model=f"{provider}-fake/fake", messages=SAID, tools=tools)
    assert short.headers["x-salon-count"] == "estimated"
    assert orjson.loads(short.http_response.content)["estimated"] is True
    assert longer.parse().input_tokens >= short.parse().input_tokens + 100
    assert ledger_row(scene, short.headers["x-salon-request-id"])[:2] == ("count", "ok")


@pytest.mark.parametrize("model", ["anthropic-fake/fake", "openai-fake/fake"])
def test_mistakes_are_told_in_its_words(messages: Any, model: str) -> None:
    with pytest.raises(anthropic.NotFoundError):
        messages.count_tokens(model="nobody", messages=SAID)
    with pytest.raises(anthropic.BadRequestError) as caught:
        messages.count_tokens(model=model, messages=SAID, extra_body={"model": 5})
    assert "model" in caught.value.message
    assert caught.value.request_id


def test_a_content_that_is_none_is_named_where_we_count(messages: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match=r"messages\[0\]"):
        messages.count_tokens(model="openai-fake/fake", messages=[{"role": "user", "content": 5}])


def test_a_providers_refusal_is_passed_on(messages: Any) -> None:
    faults = [("429:1", anthropic.RateLimitError), ("400", anthropic.BadRequestError)]
    for fault, kind in faults:
        words = [{"role": "user", "content": f"{{{{fake fault={fault}}}}}"}]
        with pytest.raises(kind):
            messages.count_tokens(model="anthropic-fake/fake", messages=words)


def test_a_key_may_be_kept_from_counting(scene: Scene) -> None:
    body = {"name": "chats", "limits": {"operations": ["chat"]}}
    head = {"x-api-key": orjson.loads(scene.house.request("POST", "/salon/v1/keys", body)[1])["secret"]}
    wish = {"model": "openai-fake/fake", "messages": SAID}
    status, body = scene.house.request("POST", "/v1/messages/count_tokens", wish, headers=head)
    assert (status, orjson.loads(body)["error"]["type"]) == (403, "permission_error")
