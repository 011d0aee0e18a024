"""Streams of Gemini that came as a JSON array have no official reading: each was read by hand and kept here.

A reading holds lengths and hashes, no recorded bytes.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from salon.gateway.protocols import gemini

FOLDER = Path(__file__).parent / "gemini_readings"
READINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def _measure(text: str) -> dict[str, Any]:
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _reading(response: Any) -> dict[str, Any]:
    usage = response.usage
    return {
        "id": response.id,
        "model": response.model,
        "text": _measure(response.text),
        "reasoning": _measure(response.reasoning),
        "tool_calls": [{"name": c.name, "arguments": json.loads(c.arguments)} for c in response.tool_calls],
        "finish": [response.finish.reason, response.finish.raw],
        "usage": [usage.input_tokens, usage.output_tokens, usage.reasoning_tokens],
        "parts": [type(part).__name__ for part in response.parts],
        "signed": ["thoughtSignature" in (p.provider_data or {}).get("gemini", {}) for p in response.parts],
    }


@pytest.mark.parametrize("name", sorted(READINGS))
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7, 1009])
def test_arrays_have_the_reviewed_reading(name: str, cut: int, recordings: Any, wire: Any) -> None:
    recording = next(r for r in recordings("gemini") if r.id.endswith(name))
    collector = wire.collect(gemini.DIALECT, recording.body, cut)
    assert collector.error is None
    assert _reading(collector.response()) == READINGS[name]


@pytest.mark.parametrize("name", sorted(READINGS))
def test_a_whole_array_is_an_answer_too(name: str, recordings: Any) -> None:
    recording = next(r for r in recordings("gemini") if r.id.endswith(name))
    assert _reading(gemini.DIALECT.decode_response(recording.body)) == READINGS[name]


def test_every_array_has_a_reading(recordings: Any) -> None:
    arrays = {r.id.split("/")[-1] for r in recordings("gemini") if r.transport == "json-array"}
    assert arrays == set(READINGS)
    assert len(arrays) == 8
