"""Topic patterns against a plain reading of their rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.foundation.events import TopicTrie

words = st.sampled_from(["a", "b", "c"])
topics = st.lists(words, min_size=1, max_size=4).map(".".join)
patterns = st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1, max_size=4).flatmap(
    lambda chosen: st.sampled_from([".".join(chosen), ".".join([*chosen, ">"]), ">"])
)


def matches(pattern: str, topic: str) -> bool:
    wanted, given_words = pattern.split("."), topic.split(".")
    if wanted[-1] == ">":
        head = wanted[:-1]
        return len(given_words) > len(head) and matches_exactly(head, given_words[: len(head)])
    return matches_exactly(wanted, given_words)


def matches_exactly(wanted: list[str], words_: list[str]) -> bool:
    return len(wanted) == len(words_) and all(w in {"*", x} for w, x in zip(wanted, words_, strict=True))


@given(st.lists(patterns, max_size=12), topics)
def test_a_topic_finds_exactly_the_patterns_that_match(chosen: list[str], topic: str) -> None:
    trie: TopicTrie[int] = TopicTrie()
    for place, pattern in enumerate(chosen):
        trie.add(pattern, place)
    expected = [place for place, pattern in enumerate(chosen) if matches(pattern, topic)]
    assert sorted(trie.match(topic)) == expected
    for place, pattern in enumerate(chosen):
        trie.remove(pattern, place)
    assert trie.match(topic) == []


@pytest.mark.parametrize("pattern", ["", "a..b", ">.a", "a.>.b", "."])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a topic pattern"):
        TopicTrie[int]().add(pattern, 1)
