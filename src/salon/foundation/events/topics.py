"""Topic patterns: dotted words, ``*`` for one word, ``>`` for one or more at the end."""

from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    __slots__ = ("children", "here", "rest")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.here: list[T] = []
        """Those whose pattern ends at this word."""
        self.rest: list[T] = []
        """Those whose pattern goes on with ``>``."""


class TopicTrie(Generic[T]):
    """Finds all values whose pattern matches a topic; time grows with its words, not the patterns."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, pattern: str, value: T) -> None:
        """Add a value under a pattern. Raises: ValueError for an empty word or ``>`` not at the end."""
        node, ends_open = self._node(pattern)
        (node.rest if ends_open else node.here).append(value)

    def remove(self, pattern: str, value: T) -> None:
        """Take a value away; empty branches go too. Raises: ValueError if it is not there."""
        words = split(pattern)
        ends_open = words[-1] == ">"
        path: list[tuple[_Node[T], str]] = []
        node = self._root
        for word in words[:-1] if ends_open else words:
            path.append((node, word))
            node = node.children[word]
        (node.rest if ends_open else node.here).remove(value)
        for parent, word in reversed(path):
            child = parent.children[word]
            if child.children or child.here or child.rest:
                break
            del parent.children[word]

    def match(self, topic: str) -> list[T]:
        """Return every value whose pattern matches, in no particular order."""
        found: list[T] = []
        level = [self._root]
        for word in topic.split("."):
            following: list[_Node[T]] = []
            for node in level:
                found.extend(node.rest)
                for name in (word, "*"):
                    child = node.children.get(name)
                    if child is not None:
                        following.append(child)
            level = following
        for node in level:
            found.extend(node.here)
        return found

    def _node(self, pattern: str) -> tuple[_Node[T], bool]:
        words = split(pattern)
        ends_open = words[-1] == ">"
        node = self._root
        for word in words[:-1] if ends_open else words:
            node = node.children.setdefault(word, _Node())
        return node, ends_open


def split(pattern: str) -> list[str]:
    """Return a pattern's words. Raises: ValueError if it is malformed."""
    words = pattern.split(".")
    if not all(words) or ">" in words[:-1]:
        raise ValueError(f"not a topic pattern: {pattern!r}")
    return words
