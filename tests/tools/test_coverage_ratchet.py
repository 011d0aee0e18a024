"""Coverage is held against its floors, whatever was run again meanwhile."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = 10


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "coverage_ratchet_tool", ROOT / "tools" / "coverage_ratchet.py"
    )
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def _run(folder: Path, branch: str, *options: str) -> None:
    command = [sys.executable, "-m", "coverage", "run", *options, "--source=.", "code.py", branch]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one file, half of which the whole run reached and the other half a test that ran again."""
    for name in ("COVERAGE_FILE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    halves = [f"if sys.argv[1] == {half!r}:\n" + "    print()\n" * LINES for half in ("whole", "again")]
    (tmp_path / "code.py").write_text("import sys\n" + "".join(halves))
    (tmp_path / ".build").mkdir()
    _run(tmp_path, "whole")
    _run(tmp_path, "again", "--parallel-mode")
    return tmp_path


def test_what_a_second_try_covered_is_added(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ratchet = loaded()
    monkeypatch.setattr(ratchet, "ROOT", folder)
    monkeypatch.setattr(ratchet, "FLOORS", folder / "floors.json")
    monkeypatch.setattr(sys, "argv", ["coverage_ratchet.py"])
    (folder / "floors.json").write_text(json.dumps({"code.py": 100.0}))
    assert ratchet.main() == 0, capsys.readouterr().out
    # Nothing new: what is there stays.
    assert ratchet.main() == 0, capsys.readouterr().out


def test_what_nobody_covered_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "shared" / "recorded-streams").mkdir(parents=True)
    monkeypatch.setenv("SALON_SHARED", str(folder / "shared"))
    ratchet = loaded()
    monkeypatch.setattr(ratchet, "ROOT", folder)
    monkeypatch.setattr(ratchet, "FLOORS", folder / "floors.json")
    monkeypatch.setattr(sys, "argv", ["coverage_ratchet.py"])
    (folder / "floors.json").write_text(json.dumps({"code.py": 100.0}))
    next(folder.glob(".coverage.*")).unlink()
    assert ratchet.main() == 1
    assert "code.py: 56.5 % is below its floor of 100.0 %" in capsys.readouterr().out
