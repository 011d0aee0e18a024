"""The results of seeded suites: kept as they come, and not run again for the same sources."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak_tool", ROOT / "tools" / "soak.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


soak = loaded()

MACHINE = {"system": "Linux", "cores": 2}
PLACE = (ROOT / "tests" / "soak" / "test_viewers.py", "sqlite")
ROW = {
    "suite": "tests/soak/test_viewers.py", "column": "sqlite", "verdict": "passed", "tests": 1, "skipped": 0,
    "seconds": 5.0, "figures": {"test_all": {"histories": "200"}}, "commit": "abc", "sources": "tree", "seed": 7,
    "fraction": "1", "machine": MACHINE,
}  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Any:
    return soak.Results(["conversations"], None, made_of="tree", is_kept=True, folder=tmp_path)


def test_a_group_stands_for_its_suites() -> None:
    named = {path.stem for path in soak.suites(["conversations"])}
    assert {"test_viewers", "test_answer_kills", "test_conversation_trees", "test_lost_redis"} <= named
    assert "test_cuts" not in named
    unknown = [word for word in soak.GROUPS["conversations"] if not list(ROOT.glob(f"tests/{word}*"))]
    assert unknown == []


def test_a_result_is_written_as_it_comes(results: Any, tmp_path: Path) -> None:
    results.add(ROW)
    written = json.loads(results.file.read_text())
    assert written["suites"] == [ROW]
    told = results.file.with_suffix(".md").read_text()
    assert "| tests/soak/test_viewers.py | sqlite | passed | 1 | 0 | 5.0 | abc | 7 | 1 |" in told
    assert "system Linux, cores 2." in told
    assert "- test_all: histories 200" in told
    again = soak.Results(["conversations"], None, made_of="tree", is_kept=True, folder=tmp_path)
    assert again.rows == results.rows


@pytest.mark.parametrize(
    ("change", "has"),
    [({}, True), ({"verdict": "failed"}, False), ({"sources": "other"}, False), ({"fraction": "0.1"}, False)],
)
def test_only_what_passed_with_these_sources_is_left_out(
    results: Any, change: dict[str, str], has: bool
) -> None:
    results.add({**ROW, **change})
    assert results.has(PLACE, made_of="tree", fraction="1") is has
    assert not results.has(PLACE, made_of="", fraction="1")


def test_what_was_kept_in_the_old_form_is_read(tmp_path: Path) -> None:
    first = soak.Results([], "sqlite", made_of="", is_kept=False, folder=tmp_path)
    old = {key: value for key, value in ROW.items() if key not in soak.SHARED and key != "sources"}
    shared = {name: ROW[name] for name in soak.SHARED}
    first.file.write_text(json.dumps({**shared, "suites": [old]}))
    assert (
        soak.Results([], "sqlite", made_of="", is_kept=False, folder=tmp_path).rows[
            "tests/soak/test_viewers.py", "sqlite"
        ]["commit"]
        == "abc"
    )


def test_after_midnight_only_what_has_these_sources_is_taken_over(results: Any, tmp_path: Path) -> None:
    results.add(ROW)
    results.add({**ROW, "suite": "tests/soak/test_uploads.py", "sources": "other"})
    for file in tmp_path.glob("*.json"):
        file.rename(tmp_path / "soak-conversations-2026-01-01.json")
    again = soak.Results(["conversations"], None, made_of="tree", is_kept=False, folder=tmp_path)
    assert list(again.rows) == [("tests/soak/test_viewers.py", "sqlite")]
    assert soak.Results([], None, made_of="tree", is_kept=False, folder=tmp_path).rows == {}


def test_those_alone_run_before_those_together(capsys: pytest.CaptureFixture[str]) -> None:
    options = SimpleNamespace(seed=1, limit_s=60, fraction="0.001", at_once=2)
    alone = (ROOT / "tests" / "soak" / "test_turn_cost.py", "postgres+redis")
    together = (ROOT / "tests" / "soak" / "test_talk_trouble.py", "postgres+redis")
    rows = list(soak.finished([together, alone], options))  # type: ignore[arg-type]
    assert [row["suite"].rpartition("/")[2] for row in rows] == ["test_turn_cost.py", "test_talk_trouble.py"]
    assert {row["verdict"] for row in rows} == {soak.VERDICTS[5]}
    assert capsys.readouterr().out.count(" ...") == 2
