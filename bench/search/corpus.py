"""A made-up corpus: words as unevenly frequent as in a language, the same for the same seed."""

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from salon.features.conversations.indexing.texts import Words, words_of
from salon.features.conversations.models import Author, Content, Conversation, Message
from salon.foundation.messages import TextPart

VOCABULARY = 60_000
BLOCK = 5_000
"""Messages that are made together."""
CONVERSATION = 20
"""Messages of each conversation."""
FIRST_MS = 1_600_000_000_000
STEP_MS = 90_000
SPACE = "spc_bench"
_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ka",
    "ke",
    "ki",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mi",
    "na",
    "ne",
    "no",
    "pa",
    "po",
    "ra",
    "re",
    "ro",
    "sa",
    "se",
    "ta",
    "te",
    "to",
    "va",
    "wo",
    "za",
    "zu",
]
HAN: Final = "日月火水木金土山川田人口手足目耳中国東京都大小学校生先車電話本語新聞天気雨雪花海空"


def vocabulary(seed: int) -> list[str]:
    """Return distinct made-up words; the first ones are the frequent ones."""
    chance, found = random.Random(seed), dict[str, None]()
    while len(found) < VOCABULARY:
        found["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5)))] = None
    return list(found)


class Corpus:
    """Messages, in blocks that are the same whoever makes them, and in which order."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.words = vocabulary(seed)
        # Zipf's law: the word of rank n is said 1/n as often as the first.
        self._weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def messages(self, block: int, count: int) -> Iterator[tuple[Message, Words]]:
        """Yield the first ``count`` messages of a block, each with what the index takes of it."""
        models = ("openai/gpt-5", "anthropic/claude-5", "ollama/qwen4")
        for index, text in enumerate(self._texts(block, count), start=block * BLOCK):
            talk, place = divmod(index, CONVERSATION)
            is_answer = place % 2 == 1
            author = (
                Author(kind="model", id=models[talk % 3])
                if is_answer
                else Author(kind="person", id="per_ann", name="Ann")
            )
            message = Message(
                id=f"msg_{index:026d}", space_id=SPACE, created_by="per_ann",
                conversation_id=f"cnv_{talk:026d}",
                parent_id=f"msg_{index - 1:026d}" if place else None, depth=place,
                role="assistant" if is_answer else "user", author=author, status="complete",
                content=Content(parts=(TextPart(text=text),)), size_bytes=len(text), tokens=len(text) // 4,
                run_id=None, origin=None, created_at_ms=FIRST_MS + index * STEP_MS, **_NO_MARKS,
            )  # fmt: skip
            yield message, words_of(message)

    def _texts(self, block: int, count: int) -> Iterator[str]:
        """Yield what is said: mostly short, sometimes long, one in ten in Japanese."""
        chance = random.Random(f"{self.seed} {block}")
        for index in range(count):
            if index % 10 == 9:
                yield "".join(chance.choices(HAN, k=int(chance.lognormvariate(4, 0.7)) + 2))
            else:
                length = min(2000, int(chance.lognormvariate(3.9, 0.9)) + 2)
                yield " ".join(chance.choices(self.words, cum_weights=self._weights, k=length))


_NO_MARKS: dict[str, Any] = {
    name: None for name in Message.__struct_fields__ if name.endswith("_at_ms") and name != "created_at_ms"
}


def conversations(count: int) -> Iterator[Conversation]:
    """Yield the conversations of so many messages."""
    for talk in range((count + CONVERSATION - 1) // CONVERSATION):
        at_ms = FIRST_MS + talk * CONVERSATION * STEP_MS
        yield Conversation(
            id=f"cnv_{talk:026d}", space_id=SPACE, created_by="per_ann", kind="chat", title=f"Talk {talk}",
            title_by="person", sources=(), settings={}, branch_id=f"brn_{talk:026d}", folder_id=None,
            origin=None,
            pinned_at_ms=None, archived_at_ms=None, hidden_at_ms=None, deleted_at_ms=None, version=1,
            messages=CONVERSATION, created_at_ms=at_ms, changed_at_ms=at_ms,
        )  # fmt: skip
