"""Tables and sentences for a terminal: they fit its width, and break between words."""

import re
import shutil
import textwrap
from collections.abc import Sequence
from typing import TextIO

_FIGURE = re.compile(r"[^\w\s]{0,2}[\d.,\u202f]+( ?(ms|s|%|[KMB]))?|-|unpriced")
_GAP = 3
"""What stands between two columns."""
_NARROWEST = 20
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


def width_of(stream: TextIO) -> int | None:
    """Return how many letters fit a line of a terminal, or None where nobody watches."""
    return max(_NARROWEST, shutil.get_terminal_size().columns) if stream.isatty() else None


def wrapped(text: str, width: int | None) -> str:
    """Return ``text`` with its long lines broken between words; what is indented stays indented."""
    if width is None:
        return text
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def print_table(
    out: TextIO, headings: Sequence[str], rows: Sequence[Sequence[str]], *, spare: Sequence[str]
) -> None:
    """Print a table. Columns of ``spare`` are left out, first ones first, while it is too wide.

    Where even the rest does not fit, every row is written as lines of its own.
    """
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - slow import, terminals only
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=out)
    kept = _fitting(headings, rows, width=console.width, spare=spare)
    if _least_width(kept, headings, rows) > console.width:
        _print_records(out, headings, rows, width=console.width)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index in kept:
        cells = [row[index] for row in rows]
        figures = all(map(_FIGURE.fullmatch, cells)) and set(cells) != {"-"}
        is_short = max(map(len, cells)) <= _NARROWEST
        table.add_column(
            headings[index], overflow="fold", justify="right" if figures else "left", no_wrap=is_short
        )
    for row in rows:
        table.add_row(*(Text(row[index], style=_STYLES.get(row[index], "")) for index in kept))
    console.print(table)


def _least_width(kept: Sequence[int], headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the width at which short cells stay whole and long ones break between words."""
    widths = (max(len(headings[at]), *(min(_NARROWEST, len(row[at])) for row in rows)) for at in kept)
    return sum(width + _GAP for width in widths) - _GAP


def _print_records(
    out: TextIO, headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int
) -> None:
    room = max(map(len, headings)) + 2
    for number, row in enumerate(rows):
        lines = [] if number == 0 else [""]
        for heading, cell in zip(headings, row, strict=True):
            if cell in ("", "-"):
                continue
            shown = wrapped(cell, max(_NARROWEST, width - room)).replace("\n", "\n" + " " * room)
            lines.append(f"{heading:<{room}}{shown}" if heading else cell)
        out.write("\n".join(lines) + "\n")


def _fitting(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int, spare: Sequence[str]
) -> list[int]:
    kept = list(range(len(headings)))
    widths = [max(len(heading), *(len(row[at]) for row in rows)) for at, heading in enumerate(headings)]
    for heading in spare:
        if sum(widths[index] + _GAP for index in kept) - _GAP <= width:
            break
        kept.remove(headings.index(heading))
    return kept
