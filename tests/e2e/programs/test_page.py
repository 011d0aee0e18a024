"""The page of programs names the very versions that the tests run."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "programs.md"
TOLD = re.compile(r"`([@a-z][a-z0-9/-]+)` (\d+(?:\.\d+)+)")


def test_the_page_has_the_versions_of_the_locks() -> None:
    asked = "\n".join(path.read_text() for path in (HERE / "locks").glob("*.in"))
    locked = dict(re.findall(r"^([a-z-]+)==(\S+)$", asked, re.MULTILINE))
    locked |= json.loads((HERE / "npm" / "package.json").read_text())["devDependencies"]
    told = dict(TOLD.findall(PAGE.read_text()))
    assert told == {name: version for name, version in locked.items() if name != "mcp"}


def test_each_lock_holds_what_is_asked_for() -> None:
    for path in (HERE / "locks").glob("*.in"):
        lock = path.with_suffix(".lock").read_text()
        for line in path.read_text().splitlines():
            assert "==" not in line or f"{line} \\" in lock, f"{line}: run make lock"
