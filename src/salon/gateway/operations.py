"""What can be asked of a model: one declaration for each operation.

To add one: its name in ``OperationName``, its request and response in ``foundation.messages``, its
declaration here, and for each protocol that has it a dialect made by ``protocols.whole.dialect``, with its
paths in the provider kinds that speak it and an endpoint row for each address it is served at. Admission,
routing, budgets, cache, ledger and errors are the gateway's and know nothing of any one operation.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.foundation.messages import OperationName


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be asked of a model."""

    name: OperationName
    does: str
    """What a model that can be asked for it does, after “can” and “does not”."""
    path: str
    """The address that most callers know it by."""
    method: str = "POST"
    """How they ask there."""
    word: str
    """The word for it among a model's capabilities, in Ollama's listings and ours."""
    is_weighed: bool = False
    """It is paid for by what its requests weigh (``OperationRequest.weight``), where nobody counts tokens."""
    hints: tuple[str, ...] = ()
    """Parts of model names that give it away where the provider's list does not say."""


OPERATIONS: Final[Mapping[OperationName, Operation]] = {
    operation.name: operation
    for operation in (
        Operation(name="chat", does="chat", path="/v1/chat/completions", word="completion"),
        Operation(name="count", does="count tokens", path="/v1/messages/count_tokens", word=""),
        Operation(
            name="embeddings",
            does="make embeddings",
            path="/v1/embeddings",
            word="embedding",
            hints=("embed",),
        ),
        Operation(
            name="rerank",
            does="rank documents",
            path="/v1/rerank",
            word="rerank",
            hints=("rerank",),
        ),
        Operation(
            name="moderations",
            does="judge texts",
            path="/v1/moderations",
            word="moderation",
            hints=("moderation",),
        ),
        Operation(
            name="speech",
            does="speak",
            path="/v1/audio/speech",
            word="speech",
            is_weighed=True,
            hints=("tts", "text-to-speech", "aura-", "eleven_"),
        ),
        Operation(
            name="transcriptions",
            does="write recordings down",
            path="/v1/audio/transcriptions",
            word="transcription",
            is_weighed=True,
            hints=("whisper", "transcribe", "scribe_"),
        ),
        Operation(
            name="translations",
            does="write recordings down in English",
            path="/v1/audio/translations",
            word="translation",
            is_weighed=True,
        ),
        Operation(
            name="images",
            does="make pictures",
            path="/v1/images/generations",
            word="image",
            is_weighed=True,
            hints=("dall-e", "gpt-image", "imagen-", "flux", "stable-diffusion", "imagine-image"),
        ),
        Operation(
            name="image-edits",
            does="change pictures",
            path="/v1/images/edits",
            word="image-edit",
            is_weighed=True,
        ),
        Operation(
            name="image-variations",
            does="vary pictures",
            path="/v1/images/variations",
            word="image-variation",
            is_weighed=True,
        ),
        Operation(
            name="realtime",
            does="hold realtime sessions",
            path="/v1/realtime",
            method="GET",
            word="realtime",
            hints=("realtime",),
        ),
    )
}
"""Every operation by its name; the gateway serves no other."""

WEIGHED: Final = frozenset(name for name, one in OPERATIONS.items() if one.is_weighed)


def guessed(model: str) -> tuple[OperationName, ...] | None:
    """Return what a model's name says it is for; None when it says nothing. Never a reason to refuse."""
    lowered = model.lower()
    found: list[OperationName] = [
        name for name, one in OPERATIONS.items() if any(hint in lowered for hint in one.hints)
    ]
    return tuple(found) or None


def told(operations: tuple[OperationName, ...]) -> str:
    """Return a sentence on what a model with these operations can be asked; empty when nothing is known."""
    known = [OPERATIONS[name] for name in operations if name in OPERATIONS]
    can = " and ".join(f"{one.does} ({one.method} {one.path})" for one in known)
    return f" It can {can}." if can else ""
