"""Agents written with libraries: the tool runs, its result goes back, and the ledger counts what it cost."""

from collections.abc import Callable
from typing import Any

import pytest

from salon.testing.scene import DIALECTS, model_of
from salon.testing.stage import Stage

CALLS = [["Zürich", 7]]
SAID = "The tool said: sunny, 21°"
OPENAI_LIKE = {"openai-like": "openai"}
"""Classes of a library by the dialect they speak."""
INSISTS = {"openai": "gpt", "responses": "gpt", "anthropic": "claude"}
"""Classes of LlamaIndex that take only names of their maker's models; LiteLLM streams Responses only of such."""

pytestmark = [
    pytest.mark.parametrize("provider", DIALECTS),
    pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"]),
]
Agent = Callable[[str], Callable[..., dict[str, Any]]]


def ask(agent: Agent, stage: Stage, library: str, **asked: Any) -> dict[str, Any]:
    stage.plan(tool="weather")
    said = agent(library)(url=stage.url, key=stage.key, **asked)
    assert said["ran"] == CALLS
    assert (said["pieces"] > 3) is asked["stream"]
    return said


def counted(stage: Stage) -> list[list[int]]:
    asked = [one for one in stage.scene.fake.journal.exchanges if one.dialect]
    return [[one.input_tokens, one.tokens_sent] for one in asked]


@pytest.mark.parametrize("client", DIALECTS)
def test_an_agent_of_langchain(agent: Agent, stage: Stage, client: str, provider: str, stream: bool) -> None:
    said = ask(agent, stage, "langchain", client=client, model=model_of(provider), stream=stream)
    assert (said["text"], said["usage"]) == (SAID, counted(stage))
    stage.check_ledger(dialect=client, provider=provider)


@pytest.mark.parametrize("client", [*DIALECTS, "openai-like"])
def test_an_agent_of_llama_index(
    agent: Agent, stage: Stage, known_as: Callable[..., str], client: str, provider: str, stream: bool
) -> None:
    model = known_as(INSISTS[client], provider) if client in INSISTS else model_of(provider)
    said = ask(agent, stage, "llama-index", client=client, model=model, stream=stream)
    assert said["text"] == SAID
    stage.check_ledger(dialect=OPENAI_LIKE.get(client, client), provider=provider)


@pytest.mark.parametrize("client", DIALECTS)
def test_litellms_client(
    agent: Agent, stage: Stage, known_as: Callable[..., str], client: str, provider: str, stream: bool
) -> None:
    model = known_as("gpt", provider) if client == "responses" else model_of(provider)
    said = ask(agent, stage, "litellm", client=client, model=model, stream=stream)
    # To Gemini it puts a tool's words into an object of its own.
    told = '{"content":"sunny, 21°"}' if client == "gemini" else "sunny, 21°"
    assert (said["text"], said["usage"]) == (f"The tool said: {told}", counted(stage))
    stage.check_ledger(dialect=client, provider=provider)
