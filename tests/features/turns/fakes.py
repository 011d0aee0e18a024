"""Models of a known window, and summaries that are made of nothing."""

from collections.abc import Sequence
from typing import Any

from salon.features.turns import ContextMessage, Summary, Window
from salon.foundation.kit.errors import UpstreamServerError
from salon.foundation.messages import TextPart


class Windows:
    """An ``Asks`` that only knows a window, and counts four characters as a token if it has a vocabulary."""

    def __init__(self, tokens: int, *, vocabulary: bool = False, **fields: Any) -> None:
        self.told = Window(context_tokens=tokens, vocabulary_of="v" if vocabulary else "", **fields)
        self.vocabulary = vocabulary
        self.counted: list[str] = []

    def open(self, identity: Any, request: Any) -> Any:
        """Never asked."""
        raise AssertionError

    async def window(self, model: str) -> Window:
        """Return the window."""
        return self.told

    async def count(self, texts: Sequence[str], *, window: Window) -> list[int] | None:
        """Count, or know no vocabulary."""
        self.counted += texts
        return [-(-len(text) // 4) for text in texts] if self.vocabulary else None


class Summaries:
    """Makes a summary of so many characters, and keeps it."""

    def __init__(self, *, characters: int = 300, fails: bool = False, reads: int = 10**9) -> None:
        """``reads``: the most characters of new messages that its model reads."""
        self.made: list[Summary] = []
        self.previous: list[Summary | None] = []
        self._text = "s" * characters
        self._fails = fails
        self._reads = reads

    async def kept(self) -> Sequence[Summary]:
        """Return those that were made."""
        return self.made

    async def summarise(
        self, messages: Sequence[ContextMessage], *, previous: Summary | None, most_tokens: int
    ) -> Summary:
        """Make one."""
        known = set(previous.covers) if previous is not None else set[str]()
        new = [part for one in messages if one.id not in known for part in one.parts]
        if self._fails or sum(len(part.text) for part in new if isinstance(part, TextPart)) > self._reads:
            raise UpstreamServerError(provider="p")
        self.previous.append(previous)
        covers = tuple(message.id or "" for message in messages)
        self.made.append(Summary(id=f"msg_s{len(self.made)}", text=self._text, covers=covers))
        return self.made[-1]
