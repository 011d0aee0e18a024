"""The text of office documents: Word, PowerPoint and OpenDocument, read as streams of XML in a zip file."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from salon.foundation.reading.archives import Archive
from salon.foundation.reading.pieces import Pieces
from salon.foundation.reading.relations import relations
from salon.foundation.reading.sheets import read_xlsx
from salon.foundation.reading.xml_events import Event, events_of
from salon.foundation.workers.models import Refusal

__all__ = ["read_docx", "read_open", "read_pptx", "read_xlsx"]

_NOTES: Final = ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_SLIDE: Final = re.compile(r"ppt/slides/slide(\d+)\.xml")


def read_docx(path: str, pieces: Pieces) -> str:
    """Read a document of Word: its paragraphs and tables, then its notes and comments."""
    with Archive(path) as archive:
        if "word/document.xml" not in archive.names:
            raise Refusal("It is damaged: there is no document in it.")
        for name in ("word/document.xml", *_NOTES):
            if name in archive.names:
                _Words(pieces, _WORD).read(events_of(archive.chunks(name)))
    return ""


def read_pptx(path: str, pieces: Pieces) -> str:
    """Read a presentation, slide by slide, each with its speaker's notes."""
    with Archive(path) as archive:
        for slide in _slides(archive):
            pieces.page()
            _Words(pieces, _DRAWN).read(events_of(archive.chunks(slide)))
            for note in _related(archive, slide, "/notesSlide"):
                pieces.add("\n")
                _Words(pieces, _DRAWN).read(events_of(archive.chunks(note)))
    return "slide"


def read_open(path: str, pieces: Pieces) -> str:
    """Read a text, a table or a presentation of OpenDocument."""
    with Archive(path) as archive:
        if "META-INF/manifest.xml" in archive.names and _is_locked(archive):
            raise Refusal("It is protected by a password.")
        if "content.xml" not in archive.names:
            raise Refusal("It is damaged: there is no content in it.")
        _Words(pieces, _OPEN).read(events_of(archive.chunks("content.xml")))
    return ""


class _Form:
    """What the elements of one kind of XML mean."""

    def __init__(
        self,
        *,
        paragraphs: Iterable[str],
        said: Iterable[str] | None,
        marks: Mapping[str, str],
        cells: Iterable[str],
        rows: Iterable[str],
        unseen: Iterable[str],
    ) -> None:
        """``said``: elements whose text counts; None if all text in a paragraph does."""
        self.paragraphs, self.cells, self.rows = frozenset(paragraphs), frozenset(cells), frozenset(rows)
        self.said = None if said is None else frozenset(said)
        self.marks = marks
        self.unseen = frozenset(unseen)


_WORD: Final = _Form(
    paragraphs=("p",),
    said=("t",),
    marks={"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
    cells=("tc",),
    rows=("tr",),
    unseen=("Fallback", "instrText", "delText"),
)
_DRAWN: Final = _Form(
    paragraphs=("p",),
    said=("t",),
    marks={"br": "\n", "tab": "\t"},
    cells=("tc",),
    rows=("tr",),
    unseen=("Fallback",),
)
_OPEN: Final = _Form(
    paragraphs=("p", "h"),
    said=None,
    marks={"tab": "\t", "line-break": "\n", "s": " "},
    cells=("table-cell",),
    rows=("table-row",),
    unseen=("tracked-changes", "annotation"),
)


class _Words:
    """Hands on paragraphs as lines, and rows of tables as lines with tabs."""

    def __init__(self, pieces: Pieces, form: _Form) -> None:
        self._pieces = pieces
        self._form = form
        self._unseen = 0
        self._open = 0
        """How many elements are open whose text counts."""
        self._cells = 0
        self._gap = ""
        """What comes before the next words of a cell."""

    def read(self, events: Iterable[Event]) -> None:
        """Hand on all of it."""
        form = self._form
        for what, name, attributes in events:
            if what == "text":
                if self._open and not self._unseen:
                    self._say(name)
            elif name in form.unseen:
                self._unseen += 1 if what == "start" else -1
            elif what == "start":
                self._start(name, attributes)
            else:
                self._end(name)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        form = self._form
        self._cells += name in form.cells
        if name in (form.paragraphs if form.said is None else form.said):
            self._open += 1
        elif name in form.marks and not self._unseen:
            self._say(form.marks[name] * _times(attributes.get("c")))

    def _end(self, name: str) -> None:
        form = self._form
        if name in (form.paragraphs if form.said is None else form.said):
            self._open -= 1
        if name in form.paragraphs:
            self._break("\n")
        elif name in form.cells:
            self._cells -= 1
            self._gap += "\t"
        elif name in form.rows:
            self._gap = ""
            self._pieces.add("\n")

    def _break(self, mark: str) -> None:
        """End a paragraph: a line of its own, but inside a table a space."""
        if self._unseen:
            return
        if self._cells:
            self._gap = self._gap if "\t" in self._gap else " "
        else:
            self._pieces.add(mark)

    def _say(self, text: str) -> None:
        self._pieces.add(self._gap.strip(" ") + text if "\t" in self._gap else self._gap + text)
        self._gap = ""


def _times(count: str | None) -> int:
    """Return how often a space of OpenDocument stands."""
    return min(int(count), 100) if count and count.isdecimal() and len(count) < 4 else 1


def _is_locked(archive: Archive) -> bool:
    return any(
        what == "start" and name == "encryption-data"
        for what, name, _ in events_of(archive.chunks("META-INF/manifest.xml"))
    )


def _slides(archive: Archive) -> list[str]:
    """Return the slides in the order in which they are shown."""
    targets = relations(archive, "ppt/presentation.xml")
    shown = [
        targets[attributes["id"]][0]
        for what, name, attributes in events_of(archive.chunks("ppt/presentation.xml"))
        if what == "start" and name == "sldId" and attributes.get("id") in targets
    ]
    if shown:
        return [name for name in shown if name in archive.names]
    numbered = [(int(found[1]), name) for name in archive.names if (found := _SLIDE.fullmatch(name))]
    return [name for _, name in sorted(numbered)]


def _related(archive: Archive, part: str, kind: str) -> list[str]:
    return [name for name, said in relations(archive, part).values() if said.endswith(kind)]
