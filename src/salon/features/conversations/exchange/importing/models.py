"""An import, its report, and what became of each conversation."""

from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.exchange.readers.problems import NOTES, PROBLEMS, Note, ProblemCode
from salon.features.conversations.exchange.readers.recognising import Program

RUN_KIND: Final = "import"

ImportStatus = Literal["running", "done", "failed", "cancelled"]
Outcome = Literal["added", "grown", "unchanged", "skipped"]
Reason = ProblemCode | Literal["deleted-here", "nobody"]

_SENTENCES: Final[dict[str, str]] = {
    **PROBLEMS,
    "deleted-here": "It was imported before and deleted here since. Restore it from the trash first.",
    "nobody": "Whoever began it may not import any more.",
}


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How much was read, and what became of it."""

    conversations: int = 0
    added: int = 0
    """Conversations that are new here."""
    grown: int = 0
    """Conversations that were here, and have new messages now."""
    unchanged: int = 0
    """Conversations of which everything was here already."""
    skipped: int = 0
    """Conversations that were not taken in; the report says why of each."""
    messages_read: int = 0
    messages_added: int = 0
    messages_known: int = 0
    """Messages that were here already."""
    files_added: int = 0


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why an export, or a conversation of it, was not taken in."""

    code: Reason
    place: str = ""
    """The member of a ZIP, the byte or line, the title: as far as it is known."""
    detail: str = ""

    @property
    def message(self) -> str:
        """The sentence: what is wrong, and where."""
        where = f"{self.place}: " if self.place else ""
        more = f" ({self.detail})" if self.detail else ""
        return f"{where}{_SENTENCES[self.code]}{more}"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import as it is stored."""

    id: str
    space_id: str
    created_by: str | None
    run_id: str
    file_id: str
    filename: str
    keeps_file: bool
    """The file was stored before; one that came with the import goes with its end."""
    asked_format: Program | None
    programs: tuple[Program, ...]
    """Whose export it was found to be."""
    is_dry_run: bool
    status: ImportStatus
    totals: Totals
    notes: tuple[Note, ...]
    """What there is to say of the export as a whole."""
    problem: Problem | None
    created_at_ms: int
    ended_at_ms: int | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one conversation of an export."""

    import_id: str
    number: int
    """Its place in the export, from 1."""
    place: str
    title: str
    origin: str | None
    conversation_id: str | None
    """None in a dry run, or when it was skipped."""
    outcome: Outcome
    read: int
    """Messages in the export."""
    added: int
    known: int
    files: int
    notes: tuple[Note, ...]
    problem: Problem | None


def note_told(note: Note) -> dict[str, Any]:
    """Return a note for people."""
    return {"code": note.code, "count": note.count, "examples": note.examples, "message": NOTES[note.code]}


def problem_told(problem: Problem | None) -> dict[str, Any] | None:
    """Return a problem for people."""
    if problem is None:
        return None
    return {
        "code": problem.code,
        "place": problem.place,
        "detail": problem.detail,
        "message": problem.message,
    }
