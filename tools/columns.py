"""Every suite of a whole house runs on both columns, or says in docs/testing.md why it does not.

A test runs on both when the parametrized fixture ``column_name`` is among its fixtures, however far away; a
file that defines that fixture anew, without parameters, takes itself off. Each row of the table there names a
folder, a file or a test.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "testing.md"
FOLDERS = ("tests/app", "tests/e2e", "tests/soak", "tests/surfaces")
CHOOSER = "column_name"
ROW = re.compile(r"^\| `(tests/[^`]+)` \|(.*)\|(.*)\|$", re.MULTILINE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Fixture(NamedTuple):
    """What matters of a fixture here."""

    asks_for: tuple[str, ...]
    has_params: bool


class Test(NamedTuple):
    """One test function."""

    id: str
    """Its file from the root, two colons and its name."""
    is_on_both: bool


def arguments(node: Function) -> tuple[str, ...]:
    """Return what a function asks for by name."""
    return tuple(one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))


def fixtures_in(tree: ast.Module) -> Iterator[tuple[str, Fixture]]:
    """Yield the fixtures that a module defines."""
    for node in tree.body:
        if not isinstance(node, Function):
            continue
        for mark in node.decorator_list:
            called = mark.func if isinstance(mark, ast.Call) else mark
            if ast.unparse(called) == "pytest.fixture":
                keywords = mark.keywords if isinstance(mark, ast.Call) else []
                yield node.name, Fixture(arguments(node), any(one.arg == "params" for one in keywords))


def visible(path: Path, root: Path) -> dict[str, Fixture]:
    """Return the fixtures that a test file sees; its own and those of the nearest folder win."""
    folders = [folder for folder in reversed(path.parents) if folder.is_relative_to(root / "tests")]
    places = [folder / "conftest.py" for folder in folders] + [path]
    found: dict[str, Fixture] = {}
    for place in places:
        if place.is_file():
            found.update(fixtures_in(ast.parse(place.read_text())))
    return found


def is_on_both(node: Function, fixtures: Mapping[str, Fixture]) -> bool:
    """Tell whether a test asks, directly or not, for each column in turn."""
    wanted, seen = list(arguments(node)), set[str]()
    while wanted:
        name = wanted.pop()
        if name not in seen and name in fixtures:
            seen.add(name)
            wanted += fixtures[name].asks_for
    return CHOOSER in seen and fixtures[CHOOSER].has_params


def tests(root: Path) -> list[Test]:
    """Return every test of the suites of whole houses."""
    found: list[Test] = []
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("test_*.py")):
        fixtures = visible(path, root)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function) and node.name.startswith("test_"):
                name = f"{path.relative_to(root).as_posix()}::{node.name}"
                found.append(Test(name, is_on_both(node, fixtures)))
    return found


def covers(row: str, test: Test) -> bool:
    """Tell whether a row of the table is about a test."""
    return test.id == row or test.id.startswith((f"{row}::", f"{row.rstrip('/')}/"))


def problems(found: Sequence[Test], rows: Sequence[str]) -> list[str]:
    """Return what is missing from the table and what is there for nothing."""
    told = [
        f"{test.id}: runs on one column only; use the fixture `column`, or say why in docs/testing.md"
        for test in found
        if not test.is_on_both and not any(covers(row, test) for row in rows)
    ]
    for row in rows:
        about = [test for test in found if covers(row, test)]
        if not about:
            told.append(f"docs/testing.md: {row} does not exist")
        elif all(test.is_on_both for test in about):
            told.append(f"docs/testing.md: {row} runs on both columns; it needs no row")
    return told


def main() -> int:
    """Check the suites against the page; return an exit status."""
    told = problems(tests(ROOT), [row[0] for row in ROW.findall(PAGE.read_text())])
    print("\n".join(told), end="\n" if told else "")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
