"""What a terminal shows fits its width, and what it cannot show is replaced."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from salon.surfaces.cli.tables import field_line, print_table, wrapped

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")
_HEADINGS = ("name", "count", "id")
_ROWS = [("first", "7", "k" * 30), ("second", "1\u202f204", "k" * 30)]


def _printed(monkeypatch: pytest.MonkeyPatch, width: int) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    print_table(out, _HEADINGS, _ROWS, spare=["id"])
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_wide_terminal_shows_every_column_with_figures_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    head, _, first, second = _printed(monkeypatch, 80)
    assert head.split() == ["name", "count", "id"]
    assert first.index("7") == second.index("4")


def test_a_narrow_terminal_does_without_spare_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _printed(monkeypatch, 30)
    assert lines[0].split() == ["name", "count"]
    assert len(lines) == 4  # nothing is folded


def test_a_very_narrow_terminal_gets_each_row_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _printed(monkeypatch, 12)
    assert lines[:3] == ["name   first", "count  7", "id     " + "k" * 30]
    assert lines[3:5] == ["", "name   second"]


def test_words_stay_whole_and_long_texts_break_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    out = io.StringIO()
    print_table(out, ("id", "finding"), [("k" * 24, "it is " * 10)])
    lines = out.getvalue().splitlines()
    assert lines[2].startswith("k" * 24 + "   it is it is")
    assert max(map(len, lines)) <= 48
    assert all(line.startswith(" " * 27) and "it is" in line for line in lines[3:])


def test_cells_of_a_cut_column_lose_their_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    out = io.StringIO()
    print_table(out, ("name", "id"), [("a" * 30 + "b" * 30 + ".pdf", "k" * 24), ("x", "k")], cut=["name"])
    assert out.getvalue().splitlines()[2] == "aaaaaaaaaa…bbbbbb.pdf   " + "k" * 24


def test_fields_break_under_their_value() -> None:
    assert field_line("fix", "one two three", room=5, width=27) == "fix    one two three"
    told = field_line("fix", "make some room on the disk", room=5, width=27)
    assert told == "fix    make some room on\n       the disk"


def test_rows_in_lines_leave_out_what_is_empty_and_show_what_has_no_heading_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    out = io.StringIO()
    print_table(out, ("", "check", "to do"), [("ok", "x" * 30, "-"), ("error", "y" * 30, "mend")], spare=[])
    first = ["ok", "check  " + "x" * 30]
    assert out.getvalue().splitlines() == [*first, "", "error", "check  " + "y" * 30, "to do  mend"]


def test_sentences_break_between_words_and_keep_their_indent() -> None:
    text = "salon: one two three\n  indented words here"
    assert wrapped(text, 14) == "salon: one two\nthree\n  indented\n  words here"
    assert wrapped(text, None) == text


def test_a_word_that_is_too_long_stays_whole() -> None:
    assert wrapped("see /a/very/long-path/indeed now", 12) == "see\n/a/very/long-path/indeed\nnow"


def test_an_encoding_without_quotation_marks_gets_the_nearest_letters(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "SALON_DATA_DIR": str(tmp_path)}
    command = [*_SALON, "config", "explain", "zebra"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert done.stderr.endswith(b'List all settings with "salon config list".\n')


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_output_that_takes_nothing_is_told_in_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "SALON_DATA_DIR": str(tmp_path)}
    command = [*_SALON, "config", "list"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"salon: What the command says could not be written: no space left on dev")
    assert b"Traceback" not in done.stderr
