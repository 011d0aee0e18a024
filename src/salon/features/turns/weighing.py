"""How many tokens the parts of a prompt take: by the model's own vocabulary, or by their bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from salon.features.turns.models import ContextMessage
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
    VideoPart,
)

BYTES_PER_TOKEN: Final = 3
"""UTF-8 bytes of a token where the vocabulary is not known. English has four and more: rather too many
tokens than too few. Code and Chinese have about three."""
MESSAGE_TOKENS: Final = 4
"""The marks around a message, its role among them."""
ANSWER_TOKENS: Final = 3
"""Every answer is begun with marks that count as read."""
TOOL_TOKENS: Final = 12
"""The marks around the description of a tool."""
_IMAGE_TOKENS: Final = 1_600
"""What providers count for a large picture, whatever its file has."""
_FILE_LEAST: Final = 2_000
_FILE_BYTES: Final = 8
_AUDIO_LEAST: Final = 500
_AUDIO_BYTES: Final = 250
_VIDEO_LEAST: Final = 5_000
_VIDEO_BYTES: Final = 500
"""Bytes of a file per token. Nobody but its provider knows; whoever has read it tells more in ``tokens``."""


class Weight(msgspec.Struct, kw_only=True):
    """What a message is made of. Words are kept until they are counted."""

    words: list[str] = []
    results: list[str] = []
    """Of tool calls and their results."""
    files: int = 0
    """Tokens of pictures, sound and documents, by a rule."""
    marks: int = 0


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A weight that has been counted."""

    words: int = 0
    results: int = 0
    files: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.words + self.results + self.files


def weigh(messages: Iterable[ContextMessage]) -> Weight:
    """Take messages apart."""
    weight = Weight()
    for message in messages:
        weight.marks += MESSAGE_TOKENS
        if message.name:
            weight.words.append(message.name)
        _add(message.parts, weight, weight.words)
    return weight


def weigh_tools(tools: Sequence[Tool]) -> Weight:
    """Take descriptions of tools apart."""
    words = [msgspec.json.encode(tool).decode() for tool in tools]
    return Weight(words=words, marks=TOOL_TOKENS * len(tools))


class Scale:
    """Counts weights: words the vocabulary has counted as it did, others by their bytes."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self._known = known or {}
        self.is_vocabulary = known is not None

    def tokens(self, weight: Weight) -> Tokens:
        """Return what a weight takes."""
        return Tokens(
            words=sum(map(self._of, weight.words)) + weight.marks,
            results=sum(map(self._of, weight.results)),
            files=weight.files,
        )

    def message(self, message: ContextMessage) -> Tokens:
        """Return what a message takes: what is known of it, if that is more than its parts tell."""
        parts = message.parts
        if len(parts) == 1 and type(parts[0]) is TextPart and not message.name:
            # Nearly all of a long conversation, which is weighed anew for every answer.
            return Tokens(words=max(message.tokens, self._of(parts[0].text) + MESSAGE_TOKENS))
        found = self.tokens(weigh([message]))
        more = message.tokens - found.total
        if more <= 0 or (self.is_vocabulary and not found.files):
            return found
        return Tokens(words=found.words, results=found.results, files=found.files + more)

    def _of(self, text: str) -> int:
        known = self._known.get(text) if self.is_vocabulary else None
        return tokens_of(text) if known is None else known


def tokens_of(text: str) -> int:
    """Return about how many tokens ``text`` has; rather too many."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN)


def _add(parts: Iterable[Part], weight: Weight, words: list[str]) -> None:  # noqa: PLR0912 - one branch a kind
    for part in parts:
        if isinstance(part, TextPart | RefusalPart):
            words.append(part.text)
        elif isinstance(part, ReasoningPart):
            words += (part.text, part.signature or "", part.redacted or "")
            if part.provider_data:
                words.append(msgspec.json.encode(part.provider_data).decode())
        elif isinstance(part, ToolCallPart):
            weight.marks += MESSAGE_TOKENS
            weight.results += (part.id, part.name, part.arguments)
        elif isinstance(part, ToolResultPart):
            weight.marks += MESSAGE_TOKENS * 2
            weight.results += (part.tool_call_id, part.name or "")
            _add(part.parts, weight, weight.results)
        elif isinstance(part, ImagePart):
            weight.files += _IMAGE_TOKENS
        elif isinstance(part, AudioPart):
            weight.files += _of_bytes(part.data, _AUDIO_LEAST, _AUDIO_BYTES)
        elif isinstance(part, VideoPart):
            weight.files += _of_bytes(part.data, _VIDEO_LEAST, _VIDEO_BYTES)
        elif isinstance(part, FilePart):
            if part.text is not None:
                words.append(part.text)
            else:
                weight.files += _of_bytes(part.data, _FILE_LEAST, _FILE_BYTES)
        elif isinstance(part, OpaquePart):
            words.append(msgspec.json.encode(part.raw).decode())


def _of_bytes(data: str | None, least: int, bytes_per_token: int) -> int:
    """Return the tokens of a file by the size of its base64, three bytes in four characters."""
    return max(least, len(data or "") * 3 // 4 // bytes_per_token)
