"""simonw/llm with a function as its tool, through each of its plugins whose address can be set."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from salon.testing.scene import model_of
from salon.testing.stage import Stage

TOOL = """
def weather(city: str, days: int) -> str:
    "The weather in a city."
    with open("ran.txt", "a") as note:
        note.write(f"{city} {days}")
    return "sunny, 21°"
"""


def ask(stage: Stage, program: Path, model: str, *words: str, **environment: str) -> str:
    """Ask once; the tool runs in the scratch folder."""
    stage.plan(tool="weather")
    command: list[str | Path] = [program / "llm", "--model", model, "--functions", TOOL, *words]
    return stage.run([*command, "What weather?"], LLM_USER_PATH=str(stage.home), **environment)


def check(stage: Stage, said: str, *, dialect: str, provider: str) -> None:
    assert said.strip() == "The tool said: sunny, 21°"
    assert (stage.work / "ran.txt").read_text() == "Zürich 7"
    stage.check_ledger(dialect=dialect, provider=provider)


@pytest.mark.parametrize(("provider", "words"), [("anthropic", []), ("gemini", ["--no-stream"])])
def test_llm_by_openais_dialect(
    stage: Stage, installed: Callable[[str], Path], provider: str, words: list[str]
) -> None:
    salon = {
        "model_id": "salon",
        "model_name": model_of(provider),
        "api_base": f"{stage.url}/v1",
        "api_key_name": "salon",
        "supports_tools": True,
    }
    (stage.home / "extra-openai-models.yaml").write_text(json.dumps([salon]))  # JSON is YAML
    (stage.home / "keys.json").write_text(json.dumps({"salon": stage.key}))
    check(stage, ask(stage, installed("llm"), "salon", *words), dialect="openai", provider=provider)


def test_llm_by_anthropics_dialect(
    stage: Stage, installed: Callable[[str], Path], known_as: Callable[[str, str], str]
) -> None:
    assert known_as("claude", "openai") == "claude-haiku-4-5-20251001"
    said = ask(
        stage, installed("llm"), "claude-haiku-4.5", ANTHROPIC_BASE_URL=stage.url, ANTHROPIC_API_KEY=stage.key
    )
    check(stage, said, dialect="anthropic", provider="openai")


def test_llm_by_ollamas_dialect(stage: Stage, installed: Callable[[str], Path]) -> None:
    # Its plugin lists the models, and offers tools to those that say they can.
    said = ask(stage, installed("llm"), "ollama/fake", OLLAMA_HOST=stage.url, OLLAMA_API_KEY=stage.key)
    check(stage, said, dialect="ollama", provider="openai")
