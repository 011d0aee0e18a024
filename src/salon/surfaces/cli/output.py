"""How commands speak: tables on a terminal, plain lines in a pipe, JSON when asked."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from salon.foundation.kit.terminal import one_line, printable

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

    def json(self, value: Any) -> None:
        """Print a value as JSON, indented for a person."""
        indent = 2 if self.out.isatty() else None
        self._print(json.dumps(value, ensure_ascii=False, indent=indent, default=str))

    def line(self, text: str = "") -> None:
        """Print one piece of text, made safe."""
        self._print(printable(text))

    def raw(self, text: str) -> None:
        """Print without a line end and at once; for text made safe already."""
        self.out.write(text)
        self.out.flush()

    def note(self, text: str) -> None:
        """Tell the person something that is not the result: standard error, never in JSON."""
        if not self.as_json:
            self.err.write(printable(text) + "\n")
            self.err.flush()

    def rows(self, rows: Sequence[Row], columns: Sequence[Column], *, empty: str) -> None:
        """Print a list: a table on a terminal, tab-separated lines in a pipe."""
        if self.as_json:
            self.json(list(rows))
        elif not rows:
            self.note(empty)
        elif self.is_terminal:
            self._table(rows, columns)
        else:
            for row in rows:
                self._print("\t".join(one_line(_cell(row.get(key))) for key, _ in columns))

    def fields(self, value: Row, columns: Sequence[Column]) -> None:
        """Print one thing, a field a line."""
        if self.as_json:
            self.json(value)
            return
        width = max(len(heading) for _, heading in columns)
        for key, heading in columns:
            self._print(f"{heading:<{width}}  {printable(_cell(value.get(key)))}")

    def _table(self, rows: Iterable[Row], columns: Sequence[Column]) -> None:
        from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - slow import, terminals only
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for _, heading in columns:
            table.add_column(heading, overflow="fold")
        for row in rows:
            cells = [Text(one_line(_cell(row.get(key))), style=_style(row.get(key))) for key, _ in columns]
            table.add_row(*cells)
        Console(file=self.out).print(table)

    def _print(self, text: str) -> None:
        self.out.write(text + "\n")
        self.out.flush()


_STYLES = {
    "healthy": "green",
    "ok": "green",
    "degraded": "yellow",
    "needs-credential": "yellow",
    "down": "red",
    "error": "red",
    "disabled": "dim",
    "revoked": "dim",
}


def _style(value: object) -> str:
    return _STYLES.get(value, "") if isinstance(value, str) else ""


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    return str(value)


def when(value_ms: object) -> str | None:
    """Return a UTC time in milliseconds as local time for a person."""
    if not isinstance(value_ms, int):
        return None
    from datetime import UTC, datetime  # noqa: PLC0415 - few commands need it

    return datetime.fromtimestamp(value_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def count(value: object) -> str | None:
    """Return a whole number with thin groups for a person."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else None
