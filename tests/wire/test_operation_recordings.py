"""What real providers answered to embeddings, rankings and moderations, decoded and compared with the JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.errors import UpstreamBroken, UpstreamError
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.protocols.base import Dialect, EncodeContext, SpokenDialect

FOLDERS: Mapping[str, str] = {
    "openai/embeddings": "openai-embeddings",
    "azure/embeddings": "openai-embeddings",
    "mistral/embeddings": "openai-embeddings",
    "openrouter/embeddings": "openai-embeddings",
    "voyage/embeddings": "openai-embeddings",
    "local/embeddings": "openai-embeddings",
    "gemini/embeddings": "gemini-embed-batch",
    "cohere/embeddings": "cohere-embed",
    "cohere/rerank": "rerank",
    "openrouter/rerank": "rerank",
    "openai/moderation": "openai-moderations",
}
KNOWN: Mapping[str, SpokenDialect] = {**dict(DIALECTS), **dict(ONLY_SPOKEN)}


def recordings(shared_dir: Path, folder: str) -> list[tuple[int, bytes, Any]]:
    """Return status, body and parsed body of each recording in a folder."""
    found: list[tuple[int, bytes, Any]] = []
    for place in sorted((shared_dir / "recorded-streams" / folder).iterdir()):
        body = (place / "response.json").read_bytes()
        found.append((json.loads((place / "meta.json").read_text())["status"], body, json.loads(body)))
    return found


def length_of(value: Any) -> int:
    """Return how many results a parsed answer has."""
    listed = value.get("data") or value.get("results") or value.get("embeddings")
    return len(listed["float"] if isinstance(listed, dict) else listed)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_answer_is_read_whole(shared_dir: Path, folder: str) -> None:
    dialect = KNOWN[FOLDERS[folder]]
    for status, body, value in recordings(shared_dir, folder):
        if status != 200:
            continue
        answer = dialect.decode_response(body)
        results = answer.vectors if dialect.operation == "embeddings" else answer.results
        assert len(results) == length_of(value)
        if isinstance(dialect, Dialect):
            assert dialect.read_answer(body) == (answer.usage, answer.finish, 0)
        if "usage" in value or "usageMetadata" in value:
            assert answer.usage.input_tokens > 0


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_failure_is_told(shared_dir: Path, folder: str) -> None:
    dialect = KNOWN[FOLDERS[folder]]
    for status, body, _ in recordings(shared_dir, folder):
        if status == 200:
            continue
        error = dialect.decode_error(status, {}, body, provider="p")
        assert error.upstream_message
        with pytest.raises(UpstreamError) as found:  # the same words under a status of 200
            dialect.decode_response(body)
        assert isinstance(found.value, UpstreamBroken) is False


def test_a_vector_is_read_bit_by_bit(shared_dir: Path) -> None:
    ((_, body, value),) = [one for one in recordings(shared_dir, "local/embeddings") if one[0] == 200]
    answer = KNOWN["openai-embeddings"].decode_response(body)
    fields = {"encoding_format": msgspec.Raw(b'"base64"')}
    context = EncodeContext(request_id="r", model="m", created_at_s=0, fields=fields)
    told = json.loads(DIALECTS["openai-embeddings"].encode_response(answer, context).body)
    assert told["data"][0]["embedding"] == value["data"][0]["embedding"]
