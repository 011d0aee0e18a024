"""Tables and sentences for a terminal: they fit its width, and break between words."""

import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.table import Table

_FIGURE = re.compile(r"[^\w\s]{0,2}[\d.,\u202f]+( ?(ms|s|%|[KMB]))?|-|unpriced")
_GAP = 3
"""What stands between two columns."""
_NARROWEST = 20
_LIKED = 36
"""The letters that a long text likes to have on a line, before a spare column may have any."""
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
    out: TextIO,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> None:
    """Print a table that fits the terminal. Words stay whole, so that ids and addresses can be copied.

    Long texts break between words; cells under a heading of ``cut`` lose their middle instead. Columns of
    ``spare`` are left out, first ones first, while the rest would be cramped. Where even that does not fit,
    every row is written as lines of its own.
    """
    from rich.console import Console  # noqa: PLC0415 - slow import, terminals only

    console = Console(file=out)
    columns = [
        _Column(heading, [row[at] for row in rows], is_cut=heading in cut)
        for at, heading in enumerate(headings)
    ]
    kept = _kept(columns, width=console.width, spare=spare)
    if _total(column.least for column in kept) > console.width:
        _print_records(out, headings, rows, width=console.width)
        return
    _share(kept, console.width)
    console.print(_drawn(kept))


class _Column:
    """One column, and how wide it is, can be and likes to be."""

    def __init__(self, heading: str, cells: Sequence[str], *, is_cut: bool) -> None:
        from rich.cells import cell_len  # noqa: PLC0415 - as above

        self.heading = heading
        self.cells = cells
        self.is_cut = is_cut
        words = [cell_len(word) for text in (heading, *cells) for word in text.split()]
        self.width = max(map(cell_len, (heading, *cells)))
        longest = 0 if is_cut else max(words, default=0)
        self.least = max(longest, min(_NARROWEST, self.width))
        self.liked = max(longest, min(_LIKED, self.width))

    @property
    def is_figures(self) -> bool:
        """Tell whether it has nothing but figures."""
        return all(map(_FIGURE.fullmatch, self.cells)) and set(self.cells) != {"-"}

    def shown(self) -> Iterator[str]:
        """Yield the cells as they fit."""
        return (_without_middle(cell, self.width) if self.is_cut else cell for cell in self.cells)


def _kept(columns: Sequence[_Column], *, width: int, spare: Sequence[str]) -> list[_Column]:
    kept = list(columns)
    for heading in spare:
        if _total(column.liked for column in kept) <= width:
            break
        kept = [column for column in kept if column.heading != heading]
    return kept


def _total(widths: Iterable[int]) -> int:
    return sum(width + _GAP for width in widths) - _GAP


def _share(columns: Sequence[_Column], width: int) -> None:
    """Take room from the widest columns until all fit; no one gets less than its least."""
    while _total(column.width for column in columns) > width:
        widest = max((one for one in columns if one.width > one.least), key=lambda one: one.width)
        widest.width -= 1


def _without_middle(text: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - as above

    if cell_len(text) <= width:
        return text
    end = text[-((width - 1) // 2) :]
    while cell_len(end) > (width - 1) // 2:
        end = end[1:]
    return f"{set_cell_size(text, width - 1 - cell_len(end))}…{end}"


def _drawn(columns: Sequence[_Column]) -> "Table":
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        side = "right" if column.is_figures else "left"
        table.add_column(column.heading, width=column.width, justify=side, overflow="fold")
    for cells in zip(*(column.shown() for column in columns), strict=True):
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in cells))
    return table


def _print_records(
    out: TextIO, headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int
) -> None:
    room = max(map(len, headings))
    for number, row in enumerate(rows):
        lines = [] if number == 0 else [""]
        for heading, cell in zip(headings, row, strict=True):
            if cell not in ("", "-"):
                lines.append(field_line(heading, cell, room=room, width=width) if heading else cell)
        out.write("\n".join(lines) + "\n")


def field_line(heading: str, text: str, *, room: int, width: int | None) -> str:
    """Return a heading, filled up to ``room`` letters, and its text, whose further lines stand under it."""
    inner = None if width is None else max(_NARROWEST, width - room - 2)
    return f"{heading:<{room}}  " + wrapped(text, inner).replace("\n", "\n" + " " * (room + 2))
