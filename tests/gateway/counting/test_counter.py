"""Tokens counted here: by a vocabulary on disk, in a process of its own; without one from bytes."""

import asyncio
import sys
from pathlib import Path

import pytest

from salon.foundation.messages import Message, ModelRequest, TextPart
from salon.gateway.counting import TokenCounter, worker
from salon.gateway.counting.vocabularies import FOLDER, VOCABULARIES, folder_of, vocabulary_of
from salon.gateway.protocols.counts import count_of

built = pytest.mark.skipif(
    folder_of("o200k_base") is None, reason="the vocabularies are not built (make .build/vocabularies)"
)
PARIS = "What is the capital of France?"


def request(text: str) -> ModelRequest:
    return ModelRequest(model="m", messages=(Message(role="user", parts=(TextPart(text=text),)),))


def counts(*asked: tuple[str, str]) -> list[tuple[int, bool]]:
    async def main() -> list[tuple[int, bool]]:
        counter = TokenCounter()
        try:
            return [count_of(await counter.count(request(text), model=model)) for text, model in asked]
        finally:
            await counter.close()

    return asyncio.run(main())


@built
def test_a_known_model_is_counted_with_its_own_vocabulary() -> None:
    # OpenAI counts 7 words, 3 marks and the role of one message, and 3 marks before the answer.
    assert counts((PARIS, "gpt-4o"), (PARIS, "openai/gpt-4-turbo")) == [(14, False)] * 2
    assert counts(("Grüße aus Zürich 👋🏽", "gpt-4o"), ("<|endoftext|>", "gpt-4o"))[1][0] > 8


@built
def test_an_unknown_model_is_counted_with_the_usual_one_and_that_is_an_estimate() -> None:
    assert counts((PARIS, "llama3.2")) == [(14, True)]


@built
def test_both_vocabularies_are_those_of_tiktoken_and_nothing_is_fetched() -> None:
    assert worker.count("o200k_base", [PARIS, "x"]) == [7, 1]
    assert worker.count("cl100k_base", ["tiktoken is great!"]) == [6]
    assert "requests" not in sys.modules or worker.load("o200k_base") is worker.load("o200k_base")


def test_without_a_whole_vocabulary_bytes_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / VOCABULARIES["o200k_base"].file_name).write_bytes(b"IQ== 0\n")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert folder_of("o200k_base") in {None, FOLDER}
    assert counts(("x" * 17_000_000, "gpt-4o"), ("half \ud800", "gpt-4o"))[0] == (4_250_007, True)


def test_a_worker_that_is_gone_is_started_again() -> None:
    async def main() -> None:
        counter = TokenCounter()
        first = await counter.count(request(PARIS), model="gpt-4o")
        assert counter._worker is not None
        counter._worker.kill()
        await counter._worker.wait()
        assert count_of(await counter.count(request(PARIS), model="gpt-4o"))[1]
        assert await counter.count(request(PARIS), model="gpt-4o") == first
        await counter.close()
        assert counter._worker is None

    asyncio.run(main())


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-mini", "o200k_base"), ("gpt-5.2", "o200k_base"), ("o3", "o200k_base"),
        ("openai/o4-mini", "o200k_base"), ("gpt-oss-20b", "o200k_base"), ("ft:gpt-4o-2024", "o200k_base"),
        ("gpt-4-turbo", "cl100k_base"), ("gpt-4", "cl100k_base"), ("gpt-3.5-turbo", "cl100k_base"),
        ("davinci-002", "cl100k_base"), ("claude-haiku-4-5", None), ("qwen3", None), ("o30", None),
    ],
)  # fmt: skip
def test_models_are_known_by_their_names(model: str, name: str | None) -> None:
    assert vocabulary_of(model) == name
