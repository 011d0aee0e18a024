"""The official clients, left to retry as they do out of the box: never what cannot be mended by it."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup, ProviderSetup


class Counted:
    """An official client with its own retries, and how many requests it sent."""

    def __init__(self, dialect: str, url: str, key: str) -> None:
        self.dialect = dialect
        self.requests = 0
        self.client: Any = (
            openai.OpenAI(base_url=f"{url}/v1", api_key=key, timeout=60)
            if dialect == "openai"
            else anthropic.Anthropic(base_url=url, api_key=key, timeout=60)
        )
        self.client._client.event_hooks = {"request": [self._count], "response": []}
        assert self.client.max_retries == 2

    def _count(self, _request: object) -> None:
        self.requests += 1

    def ask(self, model: str, text: str = "again", **options: Any) -> int:
        """Ask once; return the status of the failure."""
        messages: Any = [{"role": "user", "content": text}]
        try:
            if self.dialect == "openai":
                self.client.chat.completions.create(model=model, messages=messages, **options)
            else:
                self.client.messages.create(model=model, messages=messages, max_tokens=9, **options)
        except (openai.APIStatusError, anthropic.APIStatusError) as error:
            return error.status_code
        return 200


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("retries") / "house", HouseSetup())
    itself = ProviderSetup(name="other", kind="salon", url=house.url, models=("ring",), api_key="")
    aliases = {"ring": ("other/ring",), "nowhere": ("absent/x",)}
    house.setup = HouseSetup(providers=(itself,), aliases=aliases, column=module_column)
    with house:
        yield house


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return house.create_key("sdk")


@pytest.fixture(params=["openai", "anthropic"])
def counted(request: pytest.FixtureRequest, house: House, key: str) -> Iterator[Counted]:
    counted = Counted(request.param, house.url, key)
    yield counted
    counted.client.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("model", "status"), [("ring", 508), ("nowhere", 503), ("no-such", 404)])
def test_what_only_a_person_can_mend_is_asked_once(
    counted: Counted, model: str, status: int, stream: bool
) -> None:
    assert counted.ask(model, stream=stream) == status
    assert counted.requests == 1


def test_an_idempotency_key_of_another_request_is_refused_once(counted: Counted) -> None:
    headers = {"Idempotency-Key": f"twice-{counted.dialect}"}
    assert counted.ask("demo", extra_headers=headers) == 200
    assert counted.ask("demo", "another", extra_headers=headers) == 409
    assert counted.requests == 2


def test_a_key_that_is_unknown_is_asked_once(house: House) -> None:
    for dialect in ("openai", "anthropic"):
        counted = Counted(dialect, house.url, "sk-salon-nobody")
        assert counted.ask("demo") == 401
        assert counted.requests == 1
        counted.client.close()
