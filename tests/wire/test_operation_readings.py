"""Recordings of embeddings, rankings, moderations and lists of models: read by hand, and the reading kept.

A reading holds counts, lengths, hashes and first numbers, no recorded bytes. A failure's reading is its class.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamError
from salon.gateway.configuration.listing import read_listing
from salon.gateway.configuration.model_cards import read_card
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN

READINGS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "operation_readings.json").read_text("utf-8")
)
KNOWN = {**DIALECTS, **ONLY_SPOKEN}
APIS = {"embeddings", "rerank", "moderation", "models"}


@pytest.fixture(scope="module")
def rows(shared_dir: Path) -> dict[str, dict[str, Any]]:
    """The rows of the index that are read here, by the recording's own name."""
    lines = (shared_dir / "recorded-streams" / "index.jsonl").read_text("utf-8").splitlines()
    found = [row for row in map(json.loads, lines) if row["api"] in APIS]
    return {row["dir"].rpartition("/")[2]: row for row in found}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _answer(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"model": answer.model, "tokens": answer.usage and answer.usage.input_tokens}
    if answer.__class__.__name__ == "EmbeddingResponse":
        sizes = [len(vector) for vector in answer.vectors]
        first = [round(vector[0], 6) for vector in answer.vectors]
        return {**told, "sizes": sizes, "first": first, "hash": _hash(list(answer.vectors))}
    if answer.__class__.__name__ == "RerankResponse":
        return {**told, "ranked": [[one.index, round(one.score, 4)] for one in answer.results]}
    judged = [[one.flagged, len(one.categories), _hash(sorted(one.scores.items()))] for one in answer.results]
    return {**told, "judged": judged}


def reading(root: Path, row: dict[str, Any], dialect: str) -> dict[str, Any]:
    """Read a recording in a dialect, or as a list of models."""
    body = (root / row["dir"] / "response.json").read_bytes()
    if dialect == "card":
        card = read_card(body, provider="p")
        return {"model": card.id, "owner": card.owned_by, "operations": list(card.operations or ())}
    if row["api"] == "models":
        models, after = read_listing(dialect, body, provider="p")  # type: ignore[arg-type] - a style by name
        return {"models": len(models), "hash": _hash([one.id for one in models]), "after": after}
    if row["status"] == 200:
        return _answer(KNOWN[dialect].decode_response(body))
    error = KNOWN[dialect].decode_error(row["status"], {}, body, provider="p")
    assert isinstance(error, UpstreamError)
    return {"error": error.code, "message": hashlib.sha256(error.upstream_message.encode()).hexdigest()[:16]}


@pytest.mark.parametrize("name", sorted(READINGS))
def test_answers_have_the_reviewed_reading(name: str, rows: Any, shared_dir: Path) -> None:
    expected = dict(READINGS[name])
    dialect = expected.pop("read_as")
    assert reading(shared_dir / "recorded-streams", rows[name], dialect) == expected


def test_every_recording_has_a_reading(rows: Any) -> None:
    assert set(rows) == set(READINGS)
