"""Ollama's own recordings have no official reading: each was read by hand, and the reading kept here.

A reading holds lengths and hashes, no recorded bytes. Two of them are answers of Ollama's
OpenAI-compatible endpoint and are read as what they are.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from salon.gateway.protocols import ollama, openai

FOLDER = Path(__file__).parent / "ollama_readings"
READINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def _measure(text: str) -> dict[str, Any]:
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _reading(response: Any, dialect: str) -> dict[str, Any]:
    usage = response.usage
    return {
        "dialect": dialect,
        "model": response.model,
        "created_at_s": response.created_at_s,
        "text": _measure(response.text),
        "reasoning": _measure(response.reasoning),
        "tool_calls": [{"name": c.name, "arguments": json.loads(c.arguments)} for c in response.tool_calls],
        "finish": [response.finish.reason, response.finish.raw],
        "usage": usage and {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens},
        "parts": [type(part).__name__ for part in response.parts],
    }


@pytest.mark.parametrize("name", sorted(READINGS))
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7, 1009])
def test_native_answers_have_the_reviewed_reading(name: str, cut: int, recordings: Any, wire: Any) -> None:
    recording = next(r for r in recordings("ollama") if r.id.endswith(name))
    expected = READINGS[name]
    dialect = {"ollama": ollama.DIALECT, "openai": openai.DIALECT}[expected["dialect"]]
    if recording.is_stream:
        response = wire.collect(dialect, recording.body, cut).response()
    else:
        response = dialect.decode_response(recording.body)
    assert _reading(response, expected["dialect"]) == expected


def test_every_native_recording_has_a_reading(recordings: Any) -> None:
    assert {r.id.split("/")[-1] for r in recordings("ollama")} == set(READINGS)
