"""What a reader has to say of an export: why it cannot be read, and what of it could not be carried."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

ProblemCode = Literal[
    "bomb", "cut", "damaged", "empty", "encrypted", "members", "nested", "not-json", "shards-missing",
    "too-large", "unknown", "version", "no-messages", "wrong-format", "worker",
]  # fmt: skip
NoteCode = Literal[
    "call-added", "changed", "children-disagree", "control-characters", "cycle", "duplicate-id", "empty-node",
    "encoding", "feedback", "file-left-out", "file-missing", "file-refused", "folder-unknown", "head-unknown",
    "id-missing", "link-unknown", "member-refused", "member-unread", "message-damaged", "not-a-number",
    "orphan", "project", "role-unknown", "settings", "shortened", "surrogates", "time-unknown",
]  # fmt: skip

PROBLEMS: Final[dict[ProblemCode, str]] = {
    "bomb": "It unpacks to far more than it is, and was not unpacked.",
    "cut": "It ends in the middle: the file was cut short. Fetch it again.",
    "damaged": "It is damaged and cannot be read. Fetch the export again.",
    "empty": "There is nothing in it.",
    "encrypted": "It is encrypted. Unpack it with its password, and import what is inside.",
    "members": "It holds more files than an export has.",
    "nested": "It is nested deeper than any conversation.",
    "no-messages": "It holds no messages.",
    "not-json": "It is not JSON.",
    "shards-missing": "It lists files that are not with it. Import the whole ZIP, or its whole folder.",
    "too-large": "It is larger than one conversation may be.",
    "unknown": "It is no export of a program that is known here. Import the file whole, as it came.",
    "version": "A later version of Salon wrote it. Bring this one up to date first.",
    "worker": "The process that reads it ended unexpectedly.",
    "wrong-format": "It is not of the format that was named. Name the one it has, or none: it is found out.",
}
NOTES: Final[dict[NoteCode, str]] = {
    "call-added": "Results of tools came without their call; an empty call was added before each.",
    "changed": "Messages differ from those imported before; they were added beside them as edits.",
    "children-disagree": "Messages disagreed with their parents of who follows whom; their own word counts.",
    "control-characters": "NUL characters were replaced.",
    "cycle": "Messages followed one another in a circle; it was opened at the earliest.",
    "duplicate-id": "Messages had the same id; each was kept under an id of its own.",
    "empty-node": "Empty places in the tree were left out; what followed them follows the one before.",
    "encoding": "Bytes that are no UTF-8 were replaced, or another encoding was read.",
    "feedback": "Ratings were kept with their message, but are not counted here.",
    "file-left-out": "Files are in the export and no message refers to them.",
    "file-missing": "Files are named and are not in the export.",
    "file-refused": "Files could not be stored.",
    "folder-unknown": "The export does not name the folder it lay in.",
    "head-unknown": "The message that was shown last is not in the export; the latest one is shown.",
    "id-missing": "An id was missing; one was made from the content.",
    "link-unknown": "References to messages that are not in the export were left out.",
    "member-refused": "Files with a path that leaves the archive, or that are links, were not unpacked.",
    "member-unread": "Other files of the export hold no conversations and were not read.",
    "message-damaged": "Messages are damaged and were left out.",
    "not-a-number": "Numbers that JSON does not have were left out.",
    "orphan": "Messages followed one that is not there; each begins a conversation's tree anew.",
    "project": "Instructions and documents of projects are not carried; their conversations lie in folders.",
    "role-unknown": "Messages of an unknown role were kept as the system's.",
    "settings": "Settings of the program were kept with the conversation and have no effect here.",
    "shortened": "Texts longer than a message may be were shortened.",
    "surrogates": "Halves of characters were replaced.",
    "time-unknown": "Times that cannot be read were left out; the time of the message before counts.",
}


class ReadError(Exception):
    """Something cannot be read. ``place`` says where: a member, a line, a byte."""

    def __init__(self, code: ProblemCode, *, place: str = "", detail: str = "") -> None:
        self.code: ProblemCode = code
        self.place = place
        self.detail = detail
        super().__init__(code)


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was repaired or could not be carried, and how often."""

    code: NoteCode
    count: int = 1
    examples: tuple[str, ...] = ()
    """Names or ids of the first of them."""


_EXAMPLES: Final = 5
_EXAMPLE_LENGTH: Final = 200


class Notes:
    """Gathers what there is to say of one conversation, or of a whole export."""

    def __init__(self) -> None:
        self._counts: dict[NoteCode, int] = {}
        self._examples: dict[NoteCode, list[str]] = {}

    def add(self, code: NoteCode, example: str = "", *, count: int = 1) -> None:
        """Count something; the first few examples are kept."""
        self._counts[code] = self._counts.get(code, 0) + count
        kept = self._examples.setdefault(code, [])
        if example and len(kept) < _EXAMPLES and example not in kept:
            kept.append(_shown(example))

    def copy(self) -> "Notes":
        """Return a copy for a transaction, which may be run twice."""
        other = Notes()
        other.take(self.all())
        return other

    def take(self, notes: Iterable[Note]) -> None:
        """Add what was noted elsewhere."""
        for note in notes:
            self.add(note.code, count=note.count)
            for example in note.examples:
                self.add(note.code, example, count=0)

    def all(self) -> tuple[Note, ...]:
        """Return everything that was noted."""
        return tuple(
            Note(code=code, count=count, examples=tuple(self._examples[code]))
            for code, count in self._counts.items()
        )


def _shown(text: str) -> str:
    clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return clean[:_EXAMPLE_LENGTH]
