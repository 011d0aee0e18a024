"""Anthropic's own client counts the tokens of a request, where a provider counts and where nobody does."""

import time
from collections.abc import Iterator
from typing import Any

import anthropic
import orjson
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import PATIENT, House, HouseSetup, provider_for
from salon.testing.scene import PRICE, Scene

PROVIDERS = ("anthropic", "openai", "ollama")
HELLO: Any = [{"role": "user", "content": "Grüße aus Zürich, und zwar recht viele"}]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A house that reaches one fake provider in three dialects."""
    with FakeProvider().in_thread() as fake:
        setup = HouseSetup(
            providers=tuple(provider_for(dialect, fake.url) for dialect in PROVIDERS),
            aliases={"either": ("openai-fake/fake", "anthropic-fake/fake")},
            prices={"anthropic-fake/fake": PRICE},
            settings={"gateway": dict(PATIENT)},
        )
        with House(tmp_path_factory.mktemp("house") / "data", setup) as house:
            yield Scene(fake, house)


@pytest.fixture(scope="module")
def key(scene: Scene) -> str:
    """A key without limits."""
    return scene.house.create_key("sdk")


@pytest.fixture
def messages(scene: Scene, key: str) -> Iterator[Any]:
    """The official client's messages."""
    scene.fake.journal.clear()
    with anthropic.Anthropic(base_url=scene.house.url, api_key=key, max_retries=0, timeout=60) as client:
        yield client.messages


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


@pytest.mark.parametrize("model", ["anthropic-fake/fake", "either"])
def test_a_provider_that_counts_is_asked(scene: Scene, messages: Any, model: str) -> None:
    answer = messages.with_raw_response.count_tokens(model=model, messages=HELLO, system="Be brief.")
    (exchange,) = scene.fake.journal.exchanges
    assert answer.parse().input_tokens == exchange.input_tokens > 0
    assert exchange.target == "/v1/messages/count_tokens"
    assert orjson.loads(exchange.body) == {"model": "fake", "messages": HELLO, "system": "Be brief."}
    assert "x-salon-count" not in answer.headers
    assert ledger_row(scene, answer.headers["x-salon-request-id"]) == ("count", "ok", 0, 0, 1)


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_an_estimate_is_marked_as_one(scene: Scene, messages: Any, provider: str) -> None:
    ask = messages.with_raw_response.count_tokens
    tools = [{"name": "f", "description": "x" * 400, "input_schema": {"type": "object"}}]
    short = ask(model=f"{provider}-fake/fake", messages=HELLO)
    longer = ask(model=f"{provider}-fake/fake", messages=HELLO, tools=tools)
    assert short.headers["x-salon-count"] == "estimated"
    assert 10 <= short.parse().input_tokens <= 30
    assert longer.parse().input_tokens >= short.parse().input_tokens + 100
    assert not scene.fake.journal.exchanges
    assert ledger_row(scene, short.headers["x-salon-request-id"])[:2] == ("count", "ok")


@pytest.mark.parametrize("model", ["anthropic-fake/fake", "openai-fake/fake"])
def test_mistakes_are_told_in_its_words(messages: Any, model: str) -> None:
    with pytest.raises(anthropic.NotFoundError):
        messages.count_tokens(model="nobody", messages=HELLO)
    with pytest.raises(anthropic.BadRequestError) as caught:
        messages.count_tokens(model=model, messages=HELLO, extra_body={"model": 5})
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
    wish = {"model": "openai-fake/fake", "messages": HELLO}
    status, body = scene.house.request("POST", "/v1/messages/count_tokens", wish, headers=head)
    assert (status, orjson.loads(body)["error"]["type"]) == (403, "permission_error")
