"""The text of a workbook of Excel: each sheet's rows as lines with tabs, dates as dates."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from salon.foundation.reading.archives import Archive
from salon.foundation.reading.pieces import Pieces
from salon.foundation.reading.relations import relations
from salon.foundation.reading.xml_events import events_of
from salon.foundation.workers.models import Refusal

_BOOK: Final = "xl/workbook.xml"
_MOST_COLUMNS: Final = 16_384
_MOST_STRINGS_BYTES: Final = 64 * 1024**2
_DATES: Final = frozenset({*range(14, 23), *range(45, 48)})
"""The formats of dates and times that every Excel has."""
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's times have no zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001


def read_xlsx(path: str, pieces: Pieces) -> str:
    """Read each sheet, under its name."""
    with Archive(path) as archive:
        if _BOOK not in archive.names:
            raise Refusal("It is damaged: there is no workbook in it.")
        sheets, is_1904 = _sheets(archive)
        strings = _strings(archive)
        cells = _Cells(strings, _date_styles(archive), _EPOCH_1904 if is_1904 else _EPOCH)
        for name, part in sheets:
            pieces.page()
            pieces.add(f"{name}\n")
            for row in cells.rows(archive, part):
                pieces.add("\t".join(row) + "\n")
    return "sheet"


class _Cells:
    """Reads the rows of sheets."""

    def __init__(self, strings: list[str], dates: frozenset[int], epoch: datetime) -> None:
        self._strings = strings
        self._dates = dates
        self._epoch = epoch

    def rows(self, archive: Archive, part: str) -> Iterator[list[str]]:
        """Yield the rows that have something in them."""
        row: list[str] = []
        cell: dict[str, str] = {}
        words: list[str] = []
        is_said = False
        for what, name, attributes in events_of(archive.chunks(part)):
            if what == "text":
                if is_said:
                    words.append(name)
            elif name == "c":
                if what == "start":
                    cell, words = attributes, []
                else:
                    self._put(row, cell, "".join(words))
            elif name in {"v", "t"}:
                is_said = what == "start"
            elif name == "row" and what == "end":
                if any(row):
                    yield row
                row = []

    def _put(self, row: list[str], cell: dict[str, str], raw: str) -> None:
        place = _column(cell.get("r", "")) if cell.get("r") else len(row)
        if place >= _MOST_COLUMNS:
            return
        row.extend("" for _ in range(place - len(row)))
        row.append(self._shown(cell, raw).replace("\t", " ").replace("\n", " "))

    def _shown(self, cell: dict[str, str], raw: str) -> str:
        kind = cell.get("t", "n")
        if kind == "s":
            place = int(raw) if raw.isdecimal() and len(raw) < 10 else -1
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        style = cell.get("s", "0")
        if kind == "n" and style.isdecimal() and len(style) < 7 and int(style) in self._dates:
            return self._date(raw)
        return raw

    def _date(self, raw: str) -> str:
        try:
            number = float(raw)
            moment = self._epoch + timedelta(seconds=round(number * 86400))
        except (ValueError, OverflowError):
            return raw
        if number < 1:
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%Y-%m-%d" if number.is_integer() else "%Y-%m-%d %H:%M:%S")


def _column(reference: str) -> int:
    """Return the place of a column from 0: ``AB12`` is 27."""
    place = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        place = place * 26 + ord(letter) - 64
    return max(place - 1, 0)


def _sheets(archive: Archive) -> tuple[list[tuple[str, str]], bool]:
    """Return the names of the sheets with their parts, and whether days are counted from 1904."""
    targets = relations(archive, _BOOK)
    found: list[tuple[str, str]] = []
    is_1904 = False
    for what, name, attributes in events_of(archive.chunks(_BOOK)):
        if what == "start" and name == "sheet" and attributes.get("id") in targets:
            found.append((attributes.get("name", ""), targets[attributes["id"]][0]))
        elif what == "start" and name == "workbookPr":
            is_1904 = attributes.get("date1904") in {"1", "true"}
    return found, is_1904


def _strings(archive: Archive) -> list[str]:
    """Return the texts that cells share. Raises: Refusal when they are larger than any book."""
    found: list[str] = []
    words: list[str] = []
    is_said, unsaid, size = False, 0, 0
    for what, name, _ in events_of(archive.chunks("xl/sharedStrings.xml")):
        if what == "text":
            if is_said and not unsaid:
                words.append(name)
                size += len(name)
        elif name == "t":
            is_said = what == "start"
        elif name == "rPh":  # how a word is pronounced
            unsaid += 1 if what == "start" else -1
        elif name == "si" and what == "end":
            found.append("".join(words))
            words = []
        if size > _MOST_STRINGS_BYTES:
            raise Refusal("Its texts are larger than a worker may hold.")
    return found


def _date_styles(archive: Archive) -> frozenset[int]:
    """Return the styles of cells that show dates or times."""
    formats: set[int] = set(_DATES)
    styles: list[int] = []
    is_cell = False
    for what, name, attributes in events_of(archive.chunks("xl/styles.xml")):
        if name == "cellXfs":
            is_cell = what == "start"
        elif what != "start":
            continue
        elif name == "numFmt":
            code = _QUOTED.sub("", attributes.get("formatCode", "")).lower()
            if any(letter in code for letter in "ymdhs"):
                formats.add(_number(attributes.get("numFmtId")))
        elif name == "xf" and is_cell:
            styles.append(_number(attributes.get("numFmtId")))
    return frozenset(place for place, style in enumerate(styles) if style in formats)


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else -1
