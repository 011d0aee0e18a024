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


def test_no_page_names_a_registry_or_a_machine() -> None:
    forbidden = ("registry.npmjs", "pypi.org", "pythonhosted", "/work/")
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "web/package-lock.json"]
    found = [(page.name, word) for page in pages for word in forbidden if word in page.read_text()]
    assert found == []
