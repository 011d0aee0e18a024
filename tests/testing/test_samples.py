"""The sample requests go where their dialect is served, and name the model where the address does not."""

from urllib.parse import unquote

import pytest

from salon.surfaces.api.endpoints import RowMatcher, endpoints
from salon.testing.samples import STREAMED, WHOLE, body_of, family_of, path_of


@pytest.mark.parametrize("dialect", WHOLE)
def test_each_sample_goes_to_an_address_that_is_served(dialect: str) -> None:
    path = path_of(dialect, model="demo").partition("?")[0]
    matched = RowMatcher(endpoints()).match("POST", unquote(path))
    assert matched is not None
    assert family_of(dialect) in {"anthropic", "gemini", "ollama", "openai", "responses"}


@pytest.mark.parametrize("dialect", WHOLE)
def test_each_sample_says_which_model_it_asks(dialect: str) -> None:
    body = body_of(dialect, WHOLE[dialect], model="demo")
    assert body.get("model") == "demo" or "demo" in path_of(dialect, model="demo")
    assert {name: body[name] for name in WHOLE[dialect]} == WHOLE[dialect]


@pytest.mark.parametrize("dialect", STREAMED)
def test_a_streamed_sample_says_so_in_its_body_or_its_address(dialect: str) -> None:
    body = body_of(dialect, WHOLE[dialect], model="demo", stream=True)
    assert body.get("stream") is True or "stream" in path_of(dialect, model="demo", stream=True)
