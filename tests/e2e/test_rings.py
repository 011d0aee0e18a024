"""Two houses that point at each other: the request is refused, not carried round until a timeout."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest

from salon.testing.columns import Column, ColumnName
from salon.testing.house import House, HouseSetup, ProviderSetup

OpenColumn = Callable[[ColumnName], AbstractContextManager[Column]]
_PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "ollama": "/api/chat"}


def _pointing_at(house_url: str, column: Column) -> HouseSetup:
    other = ProviderSetup(name="other", kind="salon", url=house_url, models=("ring",), api_key="")
    aliases = {"ring": ("other/ring",), "safe": ("other/ring", "demo")}
    return HouseSetup(providers=(other,), aliases=aliases, column=column)


def _ask(house: House, model: str, dialect: str, *, stream: bool = False) -> tuple[int, str]:
    body: dict[str, Any] = {
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": "round"}],
    }
    if dialect == "anthropic":
        body["max_tokens"] = 10
    status, answer = house.request("POST", _PATHS[dialect], body, timeout_s=60)
    return status, answer.decode()


def _told(answer: str) -> str:
    error = orjson.loads(answer)["error"]
    return error if isinstance(error, str) else error["message"]


@pytest.fixture(scope="module")
def ring(
    tmp_path_factory: pytest.TempPathFactory, column_name: ColumnName, open_column: OpenColumn
) -> Iterator[tuple[House, House]]:
    folder = tmp_path_factory.mktemp("ring")
    with open_column(column_name) as one, open_column(column_name) as other:
        second = House(folder / "second", HouseSetup())
        first = House(folder / "first", _pointing_at(second.url, one))
        second.setup = _pointing_at(first.url, other)
        with first, second:
            yield first, second


@pytest.mark.parametrize("dialect", list(_PATHS))
@pytest.mark.parametrize("stream", [False, True])
def test_ring_of_two_is_refused_with_what_to_do(
    ring: tuple[House, House], dialect: str, stream: bool
) -> None:
    first, second = ring
    for house in (first, second):
        began_s = time.monotonic()
        status, answer = _ask(house, "ring", dialect, stream=stream)
        assert status == 508, answer
        assert "A provider or an alias points back here" in _told(answer)
        assert time.monotonic() - began_s < 20


def test_another_target_answers_when_one_leads_in_a_ring(ring: tuple[House, House]) -> None:
    status, answer = _ask(ring[0], "safe", "openai")
    assert status == 200, answer


def test_provider_that_is_this_very_house_is_refused(tmp_path: Path, column: Column) -> None:
    house = House(tmp_path / "self", HouseSetup())
    house.setup = _pointing_at(house.url, column)
    with house:
        status, answer = _ask(house, "ring", "openai")
        assert status == 508, answer
        status, answer = _ask(house, "other/demo", "openai")
        assert status == 508, answer
