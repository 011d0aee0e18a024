"""The house rules that no general linter knows are kept, and a broken one is found."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_rule_is_broken() -> None:
    command = [sys.executable, "tools/rules.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout


def test_second_clock_is_found() -> None:
    spec = importlib.util.spec_from_file_location("rules", ROOT / "tools" / "rules.py")
    assert spec is not None
    assert spec.loader is not None
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    tree = ast.parse("import time\nprint(time.time())\n")
    assert [line for line, _ in rules.check_calls(tree, "gateway/gateway.py")] == [2]
    assert list(rules.check_calls(tree, "foundation/kit/clock.py")) == []
