"""How commands speak: tables on a terminal, plain lines in a pipe, JSON when asked."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from salon.foundation.kit.terminal import one_line, printable
from salon.surfaces.cli.tables import field_line, print_table, width_of, wrapped

Row = Mapping[str, Any]
Column = tuple[str, str]
"""(key in the row, heading)."""


class Output:
    """One command's way to standard output and standard error."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self.out: TextIO = out or sys.stdout
        self.err: TextIO = err or sys.stderr

    @property
    def is_terminal(self) -> bool:
        """Tell whether a person is watching standard output."""
        return not self.as_json and self.out.isatty()

    @property
    def has_colours(self) -> bool:
        """Tell whether standard output may be coloured: a terminal, and nobody said NO_COLOR."""
        return self.is_terminal and not os.environ.get("NO_COLOR")

    def json(self, value: Any) -> None:
        """Print a value as JSON, indented for a person."""
        indent = 2 if self.out.isatty() else None
        self._print(json.dumps(value, ensure_ascii=False, indent=indent, default=str))

    def line(self, text: str = "") -> None:
        """Print one piece of text as it is, made safe: a path or a secret is copied whole."""
        self._print(printable(text))

    def sentence(self, text: str) -> None:
        """Print a sentence, made safe; on a terminal it breaks between words."""
        self._print(wrapped(printable(text), width_of(self.out)))

    def raw(self, text: str) -> None:
        """Print without a line end and at once; for text made safe already."""
        self.out.write(text)
        self.out.flush()

    def note(self, text: str) -> None:
        """Tell the person something that is not the result: standard error, never in JSON."""
        if not self.as_json:
            self.err.write(wrapped(printable(text), width_of(self.err)) + "\n")
            self.err.flush()

    def rows(
        self,
        rows: Sequence[Row],
        columns: Sequence[Column],
        *,
        empty: str,
        spare: Sequence[str] = (),
        cut: Sequence[str] = (),
    ) -> None:
        """Print a list: a table on a terminal, tab-separated lines in a pipe.

        ``spare`` names the headings that a narrow terminal may do without, first ones first; ``cut`` those
        under which long words lose their middle.
        """
        if self.as_json:
            self.json(list(rows))
        elif not rows:
            self.note(empty)
        elif self.is_terminal:
            self._table(rows, columns, spare=spare, cut=cut)
        else:
            for row in rows:
                self._print("\t".join(one_line(_cell(row.get(key))) for key, _ in columns))

    def fields(self, value: Row, columns: Sequence[Column]) -> None:
        """Print one thing, a field a line."""
        if self.as_json:
            self.json(value)
            return
        room, width = max(len(heading) for _, heading in columns), width_of(self.out)
        for key, heading in columns:
            self._print(field_line(heading, printable(_cell(value.get(key))), room=room, width=width))

    def _table(
        self, rows: Sequence[Row], columns: Sequence[Column], *, spare: Sequence[str], cut: Sequence[str]
    ) -> None:
        cells = [[one_line(_cell(row.get(key))) for key, _ in columns] for row in rows]
        print_table(self.out, [heading for _, heading in columns], cells, spare=spare, cut=cut)

    def _print(self, text: str) -> None:
        self.out.write(text + "\n")
        self.out.flush()


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    return str(value)


def when(value_ms: object, *, is_short: bool = False) -> str | None:
    """Return a UTC time in milliseconds as local time for a person; if short, today without its date."""
    if not isinstance(value_ms, int):
        return None
    from datetime import UTC, datetime  # noqa: PLC0415 - few commands need it

    at = datetime.fromtimestamp(value_ms / 1000, UTC).astimezone()
    is_today = at.date() == datetime.now(UTC).astimezone().date()
    return at.strftime("%H:%M:%S" if is_short and is_today else "%Y-%m-%d %H:%M:%S")


def count(value: object) -> str | None:
    """Return a whole number with thin groups for a person."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else None
