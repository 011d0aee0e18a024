"""What is sent, what is under way, what waits, and what came of it."""

from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.answering.settings import Overrides
from salon.features.conversations.models import Message, Source
from salon.foundation.messages import Part

RUN_KIND: Final = "turn"
"""The kind of the runs whose end is a message of a conversation."""
MOST_MODELS: Final = 8
"""Answers that one message may ask for at once."""
MOST_QUEUED: Final = 100
"""Messages that may wait on one branch."""

QueueStatus = Literal["waiting", "next", "held"]
QueueEnd = Literal["sent", "dropped"]
"""What became of something that waited, for whoever asks once more."""


class Answerer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is to answer, and with what settings other than the conversation's."""

    model: str
    settings: Overrides = Overrides()


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody says, and who is to answer; none when it is only said."""

    parts: tuple[Part, ...]
    answerers: tuple[Answerer, ...] = ()
    """Empty while the conversation's own model is to answer, or nobody."""
    wants_answer: bool = True
    sources: tuple[Source, ...] = ()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """An answer under way."""

    run_id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    branch_id: str
    parent_id: str
    message_id: str
    expected_head_id: str | None
    started_at_ms: int


class TurnData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run of kind ``turn`` is about, as its data say it."""

    conversation_id: str
    branch_id: str
    parent_id: str
    message_id: str
    model: str
    settings: Overrides = Overrides()
    """Those of this answer alone, over those of the conversation and the space."""
    sources: tuple[Source, ...] = ()
    """What the answer is made from besides its parent."""
    mode: Literal["answer", "continue", "bridge"] = "answer"
    other_id: str | None = None
    """For a bridge: the last message of the other branch."""
    words: str | None = None
    """For a bridge: what the model is told besides."""


class TurnSaid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people wrote for one answer alone; kept sealed beside its run, and gone when it is there."""

    instructions: str | None = None
    words: str | None = None


def parted(data: TurnData) -> tuple[TurnData, TurnSaid]:
    """Return what a run may say of itself, and what it may not."""
    said = TurnSaid(instructions=data.settings.instructions, words=data.words)
    settings = msgspec.structs.replace(data.settings, instructions=None)
    return msgspec.structs.replace(data, settings=settings, words=None), said


def joined(data: TurnData, said: TurnSaid | None) -> TurnData:
    """Return what a run is about, with what was kept beside it; runs of before hold it themselves."""
    if said is None or said == TurnSaid():
        return data
    settings = msgspec.structs.replace(data.settings, instructions=said.instructions)
    return msgspec.structs.replace(data, settings=settings, words=said.words)


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that has begun."""

    run_id: str
    message_id: str
    """The id its message will have."""
    model: str


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits for the end of an answer."""

    id: str
    space_id: str
    created_by: str | None
    conversation_id: str
    branch_id: str
    message_id: str
    """The id that the message will have."""
    position: int
    status: QueueStatus | QueueEnd
    problem: dict[str, Any] | None
    """Why it is held: the code and the sentence of what happened."""
    draft: Draft
    version: int
    created_at_ms: int
    changed_at_ms: int


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of something said: a message with its answers, or a place in the queue."""

    branch_id: str
    message: Message | None
    answers: tuple[Started, ...] = ()
    queued: Queued | None = None


__all__ = [
    "MOST_MODELS",
    "MOST_QUEUED",
    "RUN_KIND",
    "Answerer",
    "Draft",
    "QueueEnd",
    "QueueStatus",
    "Queued",
    "Sent",
    "Started",
    "Turn",
    "TurnData",
    "TurnSaid",
    "joined",
    "parted",
]
