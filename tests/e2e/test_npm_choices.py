"""Several answers, log probabilities and refusals, through the clients of npm and those of Vercel's that show them."""

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.e2e.test_npm_pairs import ask_stranger, running_strangers

from salon.testing.columns import ColumnName
from salon.testing.fake_provider.likely import LOGPROB
from salon.testing.scene import DIALECTS, Scene, model_of

pytestmark = pytest.mark.xdist_group("npm-strangers")
STREAM = pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
SEVERAL = ("openai", "gemini")
"""Vercel's SDK has no word for several answers."""
LIKELY = ("openai", "responses", "ollama", "gemini", "ai-openai", "ai-responses")
"""Vercel's other providers show no likelihoods."""
REFUSED = (*DIALECTS, "ai-openai", "ai-responses", "ai-anthropic", "ai-gemini")
"""Vercel's provider for compatible servers reads no refusal."""
PROMPT = "Say it. {{fake text=eight wo}}"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """What these clients ask is what Python's ask, and those meet no store either."""
    return "sqlite"


@pytest.fixture(scope="module")
def strangers() -> Iterator[subprocess.Popen[str]]:
    with running_strangers({}) as process:
        yield process


@pytest.fixture
def ask(strangers: subprocess.Popen[str], scene: Scene, key: str) -> Ask:
    def ask(client: str, provider: str, prompt: str, **asked: Any) -> dict[str, Any]:
        place = {"url": scene.house.url, "key": key}
        asked = {"model": model_of(provider), "prompt": prompt, **asked}
        return ask_stranger(strangers, f"choices-{client}", place, asked)

    return ask


@STREAM
@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("client", SEVERAL)
def test_several_answers_are_told_apart_or_refused(
    ask: Ask, client: str, provider: str, stream: bool
) -> None:
    answer = ask(client, provider, PROMPT, stream=stream, several=3)
    if provider in SEVERAL:
        words = "eight wo"
        assert (answer["said"]["texts"], answer["said"]["ends"]) == ([words, f"{words} #1", f"{words} #2"], 3)
    else:
        assert "one answer per request" in answer["error"]["message"]
        assert answer["error"]["status"] == 400


@STREAM
@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("client", LIKELY)
def test_likelihoods_arrive(ask: Ask, client: str, provider: str, stream: bool) -> None:
    said = ask(client, provider, PROMPT, stream=stream, likelihoods=2)["said"]
    tokens = [["eigh", LOGPROB, 2], ["t wo", LOGPROB, 2]]
    assert (said["texts"], said["likely"]) == (["eight wo"], [] if provider == "anthropic" else tokens)


@STREAM
@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("client", REFUSED)
def test_a_refusal_is_told_from_an_answer(ask: Ask, client: str, provider: str, stream: bool) -> None:
    said = ask(client, provider, "{{fake refuse=I cannot do that.}}", stream=stream)["said"]
    # Ollama has no word for it: the head of a whole answer, which its client hides, and a stream's end say so.
    is_told = provider != "ollama" and (client != "ollama" or stream)
    assert (said["texts"], said["refused"]) == (["I cannot do that."], is_told)
