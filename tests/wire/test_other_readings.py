"""Recordings without an official reading beside the chats: each was read by hand, and the reading kept here.

A reading holds lengths and hashes, no recorded bytes.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import UpstreamModelMissing
from salon.gateway.protocols import anthropic, gemini, openai
from salon.gateway.protocols.counts import count_of

# Model, characters and hash of the text, the word it ended with, tokens in and out if any were counted.
COMPLETIONS: dict[str, tuple[str | None, int, str, str | None, tuple[int, int] | None]] = {
    "chain-llms-trace-propagation-stream-with-events-with-no-content-openai-2b60d7": (
        "facebook/opt-125m", 82, "8700389707f9ecd3", "length", None,
    ),
    "in-llms-trace-propagation-async-with-events-with-no-content-vllmopenai-846d57": (
        "facebook/opt-125m", 78, "0180b9d6721891a6", "length", (20, 20),
    ),
    "n-llms-trace-propagation-stream-with-events-with-no-content-vllmopenai-a76fcd": (
        "facebook/opt-125m", 77, "86656691d9fc78f8", "length", None,
    ),
    "openai-traces-completions-completion-context-propagation-e72e46": (
        "meta-llama/Llama-3.2-1B-Instruct", 68, "231a8a41c6f5b054", "length", (9, 16),
    ),
    "ces-completions-async-completion-streaming-with-events-with-no-content-6c9f9e": (
        "davinci-002", 74, "564caa1d0239bc77", "length", None,
    ),
    "ces-completions-completion-langchain-style-with-events-with-no-content-bcd87a": (
        "davinci:2023-07-21-v2", 41, "6dc617cbf6d92f93", "stop", (8, 9),
    ),
    "inishreasons-async-completions-streaming-sets-top-level-finish-reasons-e95af5": (
        "davinci:2023-07-21-v2", 61, "8a18a131cc37eed4", "length", None,
    ),
    "langchain-chains-asequential-chain-with-events-with-no-content-5b08b7": (
        "gpt-3.5-turbo-instruct", 733, "4362b31d6a400863", "stop", (61, 145),
    ),
    "openai-completion-openai-completion-text-dae87e": (
        "gpt-3.5-turbo-instruct:20230824-v2", 66, "a02d42179263ac5e", "length", (14, 16),
    ),
    "traces-completions-async-completion-streaming-with-events-with-content-4c949b": (
        "davinci:2023-07-21-v2", 68, "3ffc12a9c96d2d77", "length", None,
    ),
    "traces-completions-async-completion-streaming-with-events-with-content-7ad121": (
        "davinci:2023-07-21-v2", 59, "735b92bf9a33e923", "length", None,
    ),
    "together-completion-together-completion-legacy-1e6374": (
        "mistralai/Mixtral-8x7B-Instruct-v0.1", 1566, "887940c7067ea90a", "length", (10, 512),
    ),
    "writer-completions-writer-completions-legacy-666d04": (
        "palmyra-x4", 166, "ba4c2d2b46431359", None, None,
    ),
    "letions-writer-async-streaming-completions-with-events-with-no-content-b6a599": (
        None, 264, "5a8757883ea39f5d", None, None,
    ),
}  # fmt: skip
OF_WRITER = {
    "letions-writer-async-streaming-completions-with-events-with-no-content-b6a599",
    "writer-completions-writer-completions-legacy-666d04",
}
"""In Writer's own form: values alone, without an end of any kind."""
COUNTS = {
    "pic-claude-haiku-4-5-counts-a-staged-message-without-mutating-the-chat-dfa2f2": 14,
    "embeddings-testgoogle-count-tokens-c0af01": 5,
    "ini-gemini-3-5-flash-counts-a-staged-message-without-mutating-the-chat-ae4783": 8,
    "at-count-tokens-with-vertexai-gemini-2-5-flash-counts-a-staged-message-7f89bb": 7,
    "google-google-vertexai-count-tokens-forwards-native-tools-c4a5ad": 13,
}
MISSING = "anthropic-anthropic-count-tokens-error-4e9a9b"


@pytest.fixture
def folders(shared_dir: Path) -> Any:
    """The folders of an API's recordings, by their names."""

    def of(api: str) -> dict[str, Path]:
        return dict(named(shared_dir / "recorded-streams", api))

    return of


def named(root: Path, api: str) -> Iterator[tuple[str, Path]]:
    for line in (root / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["api"] == api:
            yield row["dir"].rpartition("/")[2], root / row["dir"]


@pytest.mark.parametrize("name", sorted(COMPLETIONS))
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7, 1009])
def test_completions_have_the_reviewed_reading(name: str, cut: int, folders: Any, wire: Any) -> None:
    (path,) = folders("completions")[name].glob("response.*")
    dialect = openai.WRITER_COMPLETIONS if name in OF_WRITER else openai.COMPLETIONS
    if path.suffix == ".sse":
        collector = wire.collect(dialect, path.read_bytes(), cut)
        assert collector.error is None
        response = collector.response()
    else:
        response = dialect.decode_response(path.read_bytes())
    usage = response.usage and (response.usage.input_tokens, response.usage.output_tokens)
    told = hashlib.sha256(response.text.encode()).hexdigest()[:16]
    read = (response.model, len(response.text), told, response.finish.raw, usage)
    assert read == COMPLETIONS[name]


def test_every_recording_of_completions_has_a_reading(folders: Any) -> None:
    assert set(folders("completions")) == set(COMPLETIONS)


def test_a_value_that_is_none_or_nothing_at_all_is_no_answer(wire: Any) -> None:
    for body in (
        b"",
        b'data: {"error":{"message":"Slow down."}}\n\n',
        b'data: {"value":7}\n\n',
        b"data: {\n\n",
    ):
        assert wire.collect(openai.WRITER_COMPLETIONS, body, 3).error is not None


def test_counts_have_the_reviewed_reading(folders: Any) -> None:
    found = folders("count_tokens")
    assert set(found) == {*COUNTS, MISSING}
    for name, tokens in COUNTS.items():
        dialect = anthropic.COUNT if "claude" in name else gemini.COUNT
        body = (found[name] / "response.json").read_bytes()
        assert count_of(dialect.decode_response(body)) == (tokens, False)
        assert dialect.read_answer(body)[1] is not None
    error = anthropic.COUNT.decode_error(
        404, {}, (found[MISSING] / "response.json").read_bytes(), provider="p"
    )
    assert isinstance(error, UpstreamModelMissing)


def test_recorded_requests_for_counts_are_read(folders: Any) -> None:
    for name, folder in folders("count_tokens").items():
        if name.startswith(("ini-", "google-", "at-", "embeddings-")):
            asked = json.loads((folder / "request.json").read_bytes())
            envelope = gemini.COUNT.read_envelope(
                json.dumps({**asked, "model": "m", "stream": False}).encode()
            )
            request = gemini.COUNT.decode_request(envelope)
            assert request.messages[-1].parts[0].text in {"Hello, world!", "What is the capital of France?"}
