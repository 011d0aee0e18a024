"""The rendered documentation holds every page, and none of its links is dead."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Found:
    """What one page of HTML holds."""

    names: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    bare_tables: int = 0
    current: int = 0


VOID = {"meta", "link", "img", "br", "hr", "path", "circle"}


class Reader(HTMLParser):
    """Gathers anchors and links, and watches that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Found()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found.names.add(values.get("id") or "")
        self.found.current += values.get("aria-current") == "page"
        self.found.targets += [value for name in ("href", "src") if (value := values.get(name))]
        if tag == "table" and self.found.open_tags[-1] != "div":
            self.found.bare_tables += 1
        if tag not in VOID:
            self.found.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.found.open_tags.pop() == tag


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "docs"
    subprocess.run([sys.executable, "tools/docs_site.py", target], cwd=ROOT, check=True, timeout=100)
    return target


def read(path: Path) -> Found:
    reader = Reader()
    reader.feed(path.read_text())
    reader.close()
    assert reader.found.open_tags == [], path
    return reader.found


def dead_links(site: Path) -> Iterator[str]:
    pages = {path: read(path) for path in site.rglob("*.html")}
    for path, found in pages.items():
        for target in found.targets:
            name, _, anchor = unquote(target).partition("#")
            place = (path.parent / name).resolve() if name else path
            if target.startswith(("http:", "https:")):
                continue
            if not place.is_file() or (anchor and anchor not in pages[place].names):
                yield f"{path.relative_to(site)}: {target}"


def test_no_link_is_dead(site: Path) -> None:
    assert list(dead_links(site)) == []


def test_every_page_is_there_and_can_be_reached(site: Path) -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(list(site.rglob("*.html"))) >= len(pages)
    reached, waiting = set[Path](), [site / "index.html"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = (target.partition("#")[0] for target in read(page).targets)
        places = {
            (page.parent / link).resolve() for link in links if link.endswith(".html") and ":" not in link
        }
        waiting += places - reached - set(waiting)
    assert set(site.rglob("*.html")) - reached == set()


def test_every_page_marks_its_place_and_fits_a_phone(site: Path) -> None:
    for path in site.rglob("*.html"):
        found = read(path)
        assert found.bare_tables == 0, f"{path}: a table outside of what scrolls"
        assert found.current == 1 or path.parts[-2] == "changes", path
        assert 'name="viewport" content="width=device-width' in path.read_text()


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    text = "".join(path.read_text() for path in (site / "site").glob("*.css"))
    assert "http" not in text
    assert "@import" not in text
