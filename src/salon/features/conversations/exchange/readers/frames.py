"""What the reading process tells the house, one frame after another."""

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.exchange.readers.problems import Note, ProblemCode
from salon.features.conversations.exchange.readers.recognising import Program


class _Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="frame"):
    pass


class Opened(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="opened"):
    """The export was recognised."""

    programs: tuple[Program, ...]


class Begun(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="begun"):
    """A conversation follows."""

    number: int
    """Its place in the export, from 1."""
    place: str
    conversation: ArchivedConversation


class FileBegun(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="file"):
    """The bytes of a file of the conversation follow."""

    id: str
    name: str
    media_type: str | None = None
    origins: tuple[str, ...] = ()
    """Of the messages that name it: where they are here, it is. Empty when they are not known yet."""


class FileBytes(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="bytes"):
    """Some bytes of it."""

    data: bytes


class FileEnded(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="file-end"):
    """It is whole, or cannot be read."""

    problem: ProblemCode | None = None


class Said(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="said"):
    """Messages of the conversation, parents before children."""

    messages: tuple[ArchivedMessage, ...]


class Ended(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="ended"):
    """The conversation is whole."""

    notes: tuple[Note, ...] = ()


class Unread(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="unread"):
    """A conversation that cannot be read, or, with ``number`` 0, the export."""

    number: int
    place: str
    code: ProblemCode
    detail: str = ""


class Through(_Frame, frozen=True, kw_only=True, omit_defaults=True, tag="through"):
    """The export was read to its end."""

    notes: tuple[Note, ...] = ()


Frame = Opened | Begun | FileBegun | FileBytes | FileEnded | Said | Ended | Unread | Through
