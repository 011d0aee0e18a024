"""The catalogue has words for everything that can fail."""

from collections.abc import Iterator

from salon.foundation.kit.catalogue import BRIEF
from salon.foundation.kit.errors import UpstreamError


def kinds(of: type[UpstreamError]) -> Iterator[type[UpstreamError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_every_failure_of_a_provider_has_brief_words() -> None:
    assert {kind.code for kind in kinds(UpstreamError)} == set(BRIEF)
    assert [words for words in BRIEF.values() if "{" in words or not words.endswith(".")] == []
