"""Coding agents, unchanged but for address and key: they run a command, edit a file, and tell what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salon.testing.scene import DIALECTS, model_of
from salon.testing.stage import Stage

COMMAND = "echo made-by-$((6*7)) | tee made.txt"
MADE = "made-by-42"
PATCH = "*** Begin Patch\n*** Add File: made.txt\n+made-by-42\n*** End Patch\n"
EDIT = "made.py\n```python\n<<<<<<< SEARCH\nprint('hi')\n=======\nprint('made-by-42')\n>>>>>>> REPLACE\n```\n"
CLAUDE = "@anthropic-ai/claude-code-*/claude"
CODEX = "@openai/codex-*/vendor/*/bin/codex"

Native = Callable[[str], Path]


def spent(stage: Stage) -> tuple[int, int]:
    """Return what the ledger has of both requests together."""
    rows = stage.rows(2)
    return sum(row.input_tokens for row in rows), sum(row.output_tokens for row in rows)


def told_usage(usage: dict[str, Any]) -> tuple[int, int]:
    return usage["input_tokens"], usage["output_tokens"]


def claude(stage: Stage, program: Path, *words: str) -> dict[str, Any]:
    """Ask Claude Code once; returns what it says of the turn."""
    command = [program, "-p", "Make the file", "--output-format", "json", *words]
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    said = stage.run(command, ANTHROPIC_BASE_URL=stage.url, ANTHROPIC_API_KEY=stage.key, **quiet)
    return json.loads(said)


@pytest.mark.parametrize("provider", DIALECTS)
def test_claude_code_runs_a_command(stage: Stage, native: Native, provider: str) -> None:
    stage.plan(tool="Bash", arguments=json.dumps({"command": COMMAND, "description": "Make the file"}))
    said = claude(stage, native(CLAUDE), "--model", model_of(provider), "--allowedTools", "Bash")
    assert (stage.work / "made.txt").read_text().strip() == MADE
    assert said["result"] == f"The tool said: {MADE}"
    assert told_usage(said["usage"]) == spent(stage)
    stage.check_ledger(dialect="anthropic", provider=provider)


def test_claude_code_reads_a_file(stage: Stage, native: Native) -> None:
    (stage.work / "note.txt").write_text("Zürich is sunny\n")
    stage.plan(tool="Read", arguments=json.dumps({"file_path": str(stage.work / "note.txt")}))
    said = claude(stage, native(CLAUDE), "--model", model_of("gemini"))
    assert "Zürich is sunny" in said["result"]
    stage.check_ledger(dialect="anthropic", provider="gemini")


def codex(stage: Stage, program: Path, model: str) -> list[dict[str, Any]]:
    """Ask Codex once, with nothing changed but the address; returns what it tells of the turn."""
    command: list[str | Path] = [program, "exec", "--json", "--skip-git-repo-check", "--model", model]
    # The sandbox it would put its commands in needs rights that a test does not have.
    command += ["--dangerously-bypass-approvals-and-sandbox", "-c", f'openai_base_url="{stage.url}/v1"']
    said = stage.run([*command, "Make the file"], CODEX_API_KEY=stage.key)
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def last_words(told: list[dict[str, Any]]) -> str:
    items = [one["item"] for one in told if one["type"] == "item.completed"]
    return next(item["text"] for item in reversed(items) if item["type"] == "agent_message")


@pytest.mark.parametrize("provider", DIALECTS)
def test_codex_runs_a_command(stage: Stage, native: Native, provider: str) -> None:
    stage.plan(tool="exec_command", arguments=json.dumps({"cmd": COMMAND}))
    told = codex(stage, native(CODEX), model_of(provider))
    assert (stage.work / "made.txt").read_text().strip() == MADE
    assert MADE in last_words(told)
    assert told_usage(told[-1]["usage"]) == spent(stage)
    stage.check_ledger(dialect="responses", provider=provider)
    # It wants a WebSocket first, and is told in a way that it does not try again.
    assert not [one for one in told if one["type"] == "error"]


# The names decide which tools Codex offers: one of free text, or only some that run a program in it.
SCRIPT = f"const made = await tools.exec_command({json.dumps({'cmd': COMMAND})}); text(made.output)"


@pytest.mark.parametrize(
    ("model", "tool", "words", "provider"),
    [
        ("gpt-5.5", "apply_patch", PATCH, "anthropic"),
        ("gpt-6-sol", "functions__exec", SCRIPT, "gemini"),
    ],
)
def test_codex_is_called_with_free_text(
    stage: Stage, native: Native, model: str, tool: str, words: str, provider: str
) -> None:
    stage.plan(tool=tool, arguments=json.dumps({"input": words}))
    told = codex(stage, native(CODEX), model)
    assert (stage.work / "made.txt").read_text().strip() == MADE
    assert last_words(told).startswith("The tool said: ")
    stage.check_ledger(dialect="responses", provider=provider)


@pytest.mark.parametrize(
    ("client", "provider"),
    [("openai", "anthropic"), ("anthropic", "gemini"), ("ollama_chat", "openai")],
)
def test_aider_edits_a_file(
    stage: Stage, installed: Callable[[str], Path], client: str, provider: str
) -> None:
    (stage.work / "made.py").write_text("print('hi')\n")
    stage.plan(text=EDIT)
    command: list[str | Path] = [installed("aider") / "aider", "--model", f"{client}/{model_of(provider)}"]
    command += ["--yes-always", "--no-git", "--no-pretty", "--no-analytics", "--no-check-update"]
    command += ["--edit-format", "diff", "--no-show-model-warnings", "--no-show-release-notes"]
    addresses = {
        "openai": {"OPENAI_API_BASE": f"{stage.url}/v1", "OPENAI_API_KEY": stage.key},
        "anthropic": {"ANTHROPIC_API_BASE": stage.url, "ANTHROPIC_API_KEY": stage.key},
        "ollama_chat": {"OLLAMA_API_BASE": stage.url, "OLLAMA_API_KEY": stage.key},
    }
    said = stage.run([*command, "--message", "Say made-by-42", "made.py"], **addresses[client])
    assert "Applied edit to made.py" in said
    assert (stage.work / "made.py").read_text() == "print('made-by-42')\n"
    stage.check_ledger(dialect=client.removesuffix("_chat"), provider=provider, requests=1)
