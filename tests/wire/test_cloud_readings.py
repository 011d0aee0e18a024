"""Recordings of clouds that no official client read for us: each was read by hand, and the reading kept.

A reading holds lengths and hashes, no recorded bytes. A failure's reading is the class of its error.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError
from salon.foundation.messages import CitationPart
from salon.gateway.protocols import anthropic, cohere, converse, invoke, openai
from salon.gateway.protocols.base import SpokenDialect
from salon.gateway.protocols.gemini import interactions
from salon.gateway.providers.bedrock.invoke_stream import InvokeStream
from salon.testing.fake_provider.aws import event

FOLDER = Path(__file__).parent / "cloud_readings"
DIALECTS: Mapping[str, SpokenDialect] = {
    "cohere-chat": cohere.DIALECT,
    "converse": converse.DIALECT,
    "bedrock-invoke": anthropic.DIALECT,
    "interactions": interactions.DIALECT,
}
FILED_ELSEWHERE = {"writer": openai.DIALECT}
"""The index has answers of Writer, which speaks Chat Completions, among those of Cohere."""
BY_MODEL: Mapping[str, SpokenDialect] = {
    "amazon.nova": converse.NOVA,
    "amazon.titan-text": invoke.TITAN,
    "meta.llama": invoke.LLAMA,
}
"""Whose body is read at InvokeModel, by a word of the address; Claude's else."""
READINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def _measure(text: str) -> dict[str, Any]:
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _reading(response: Any) -> dict[str, Any]:
    usage = response.usage
    counted = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens")
    return {
        "text": _measure(response.text),
        "reasoning": _measure(response.reasoning),
        "tool_calls": [
            {"name": c.name, "arguments": json.loads(c.arguments or "{}")} for c in response.tool_calls
        ],
        "citations": sum(isinstance(part, CitationPart) for part in response.parts),
        "finish": response.finish and [response.finish.reason, response.finish.raw],
        "usage": usage and {name: getattr(usage, name) for name in counted if getattr(usage, name)},
        "parts": [type(part).__name__ for part in response.parts],
    }


def _framed(lines: bytes) -> bytes:
    """Return the frames in which the service sends such events."""
    events = [json.loads(line) for line in lines.splitlines()]
    return b"".join(event(kind, value).data for one in events for kind, value in one.items())


class _Unpacked:
    """Hears what the provider's transport makes of a stream of InvokeModel."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.on_data = self.pieces.append

    def on_head(self, status: int, headers: Any) -> None:
        assert (status, headers) == (200, [(b"content-type", b"text/event-stream")])

    def on_end(self) -> None:
        pass

    def on_error(self, error: Exception) -> None:
        raise error


def _unpacked(body: bytes, cut: int, wire: Any) -> bytes:
    heard = _Unpacked()
    stream = InvokeStream(heard, "bedrock")
    stream.on_head(200, [(b"content-type", b"application/vnd.amazon.eventstream")])
    for piece in wire.pieces(body, cut):
        stream.on_data(piece)
    stream.on_end()
    return b"".join(heard.pieces)


def _dialect(folder: Path, row: Mapping[str, Any]) -> SpokenDialect:
    if row["api"] == "bedrock-invoke":
        address = json.loads((folder / row["dir"] / "meta.json").read_text("utf-8"))["url"]
        return next((one for name, one in BY_MODEL.items() if name in address), anthropic.DIALECT)
    return FILED_ELSEWHERE.get(row["provider"], DIALECTS[row["api"]])


def _read(folder: Path, row: Mapping[str, Any], cut: int, wire: Any) -> dict[str, Any]:
    dialect = _dialect(folder, row)
    body = (folder / row["dir"] / f"response.{row['transport']}").read_bytes()
    if row["status"] >= 400:
        error = dialect.decode_error(row["status"], {}, body, provider="p")
        assert isinstance(error, UpstreamError)
        return {"error": error.code, "message": _measure(error.upstream_message or "")}
    if body.startswith(b'{"content') and b"\n{" in body:
        body = _framed(body)  # kept by its authors as one event a line
    elif row["transport"] == "json":
        return _reading(dialect.decode_response(body))
    elif row["api"] == "bedrock-invoke":
        body = _unpacked(body, cut, wire)
    return _reading(wire.collect(dialect, body, cut).response())


@pytest.fixture(scope="module")
def rows(shared_dir: Path) -> dict[str, dict[str, Any]]:
    """The rows of the index of recordings that are read here, by the recording's own name."""
    lines = (shared_dir / "recorded-streams" / "index.jsonl").read_text("utf-8").splitlines()
    found = [row for row in map(json.loads, lines) if row["api"] in DIALECTS]
    return {row["dir"].rpartition("/")[2]: row for row in found}


@pytest.mark.parametrize("name", sorted(READINGS))
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7, 1009])
def test_answers_have_the_reviewed_reading(
    name: str, cut: int, rows: dict[str, dict[str, Any]], shared_dir: Path, wire: Any
) -> None:
    assert _read(shared_dir / "recorded-streams", rows[name], cut, wire) == READINGS[name]


def test_every_recording_of_a_cloud_has_a_reading(rows: dict[str, dict[str, Any]]) -> None:
    assert set(rows) == set(READINGS)
