"""The catalogue has words for everything that can fail."""

import ast
from collections.abc import Iterator
from pathlib import Path

import salon
from salon.foundation.kit.catalogue import BRIEF, REMEDIES
from salon.foundation.kit.errors import NotFound, UpstreamError

SOURCES = Path(salon.__file__).parent


def kinds(of: type[UpstreamError]) -> Iterator[type[UpstreamError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_every_failure_of_a_provider_has_brief_words() -> None:
    assert {kind.code for kind in kinds(UpstreamError)} == set(BRIEF)
    assert [words for words in BRIEF.values() if "{" in words or not words.endswith(".")] == []


def things_not_found() -> Iterator[str]:
    """Yield what each ``NotFound`` that is raised anywhere says is missing."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NotFound":
                for keyword in node.keywords:
                    if keyword.arg == "what":
                        yield str(ast.literal_eval(keyword.value))


def test_whatever_is_not_found_there_is_a_next_step() -> None:
    assert set(things_not_found()) == set(REMEDIES)
    assert [words for words in REMEDIES.values() if "{" in words or not words.endswith(".")] == []


def test_a_batch_that_is_not_there_says_where_to_look() -> None:
    told = NotFound(what="batch", id="batch_none").message
    assert told.startswith("There is no batch batch_none. It was deleted")
    assert "salon batches list" in told
    assert "GET /v1/batches" in told
