"""The documentation is fresh and leads nowhere wrong."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


def test_generated_pages_are_fresh_and_links_lead_somewhere() -> None:
    done = run("tools/docs.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_changelog_holds_every_fragment() -> None:
    done = run("tools/changelog.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_lock_holds_an_address_and_no_page_a_path_of_this_machine() -> None:
    locks = [ROOT / "web/package-lock.json", *ROOT.glob("requirements*.lock")]
    assert [lock.name for lock in locks if '"resolved"' in lock.read_text() or "://" in _pins(lock)] == []
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if str(ROOT) in page.read_text()] == []


def _pins(lock: Path) -> str:
    """Return a lock's lines about packages; npm's also holds each package's own home and funding links."""
    return lock.read_text() if lock.suffix == ".lock" else ""
