"""The house rules that no general linter knows are kept, and a broken one is found."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_no_rule_is_broken() -> None:
    command = [sys.executable, "tools/rules.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout


def load_rules() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules", ROOT / "tools" / "rules.py")
    assert spec is not None
    assert spec.loader is not None
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    return rules


def test_second_clock_is_found() -> None:
    rules = load_rules()
    tree = ast.parse("import time\nprint(time.time())\n")
    assert [line for line, _ in rules.check_calls(tree, "gateway/gateway.py")] == [2]
    assert list(rules.check_calls(tree, "foundation/kit/clock.py")) == []


@pytest.mark.parametrize("name", ["foundation/files/store.py", "foundation/ledger/lease_store.py"])
def test_statement_without_a_scope_is_found_in_every_store(name: str) -> None:
    rules = load_rules()
    tree = ast.parse("def rows(tx: Transaction, key: str): ...\ndef mine(tx: Transaction, s: Scope): ...\n")
    assert [line for line, _ in rules.check_scopes(tree, name)] == [1]
    assert list(rules.check_scopes(tree, "foundation/ledger/leases.py")) == []
