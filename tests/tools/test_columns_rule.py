"""Suites of whole houses run on both columns or say why not, and one that does neither is found."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
import pytest

@pytest.fixture(scope="module", params=["sqlite", "postgres+redis"])
def column_name(request): ...

@pytest.fixture
def house(column_name): ...
"""
BOTH = "def test_one(house): ...\n"
SINGLE = "def test_two(tmp_path): ...\n"
TAKEN_OFF = "import pytest\n\n@pytest.fixture(scope='module')\ndef column_name(): ...\n\n" + BOTH


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("columns_rule", ROOT / "tools" / "columns.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "columns_rule", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with one file on both columns, one of mixed tests, and one that takes itself off."""
    (tmp_path / "tests" / "e2e").mkdir(parents=True)
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    for name, text in (("both", BOTH), ("mixed", BOTH + SINGLE), ("off", TAKEN_OFF)):
        (tmp_path / "tests" / "e2e" / f"test_{name}.py").write_text(text)
    return tmp_path


def test_the_table_is_complete_and_holds_nothing_needless(columns: ModuleType) -> None:
    rows = [row[0] for row in columns.ROW.findall(columns.PAGE.read_text())]
    assert columns.problems(columns.tests(ROOT), rows) == []
    assert len(rows) == columns.PAGE.read_text().count("| `tests/")
    assert all(why.strip() for _, _, why in columns.ROW.findall(columns.PAGE.read_text()))


def test_a_test_on_one_column_is_found_until_the_table_says_why(columns: ModuleType, root: Path) -> None:
    found = columns.tests(root)
    assert [one.split(": runs")[0] for one in columns.problems(found, [])] == [
        "tests/e2e/test_mixed.py::test_two",
        "tests/e2e/test_off.py::test_one",
    ]
    assert columns.problems(found, ["tests/e2e/test_mixed.py::test_two", "tests/e2e/test_off.py"]) == []
    assert columns.problems(found, ["tests/e2e"]) == []


def test_a_row_about_nothing_is_found(columns: ModuleType, root: Path) -> None:
    told = columns.problems(columns.tests(root), ["tests/e2e", "tests/e2e/test_both.py", "tests/gone.py"])
    assert [one.rsplit("; ", 1)[0] for one in told] == [
        "docs/testing.md: tests/e2e/test_both.py runs on both columns",
        "docs/testing.md: tests/gone.py does not exist",
    ]
