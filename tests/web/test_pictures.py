"""The pictures of `docs/pictures.md`: `make pictures` takes them, and nothing else does."""

import os
import re
from pathlib import Path

import pytest
from tests.web.driving import ROOT, drive, need_page

from salon.testing.house import House, HouseSetup

LIMIT_S = 1800
MOST_BYTES = 4_000_000
FOLDER = ROOT / "docs" / "images" / "pages"
SHOWN = re.compile(r"!\[[^\]]+\]\(images/pages/([\w-]+\.webp)\)")


@pytest.mark.browser
@pytest.mark.timeout(LIMIT_S + 100)
@pytest.mark.skipif(not os.environ.get("SALON_PICTURES"), reason="make pictures takes them, and nothing else")
def test_every_page_is_taken(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("house/pictures", house.url, limit_s=LIMIT_S, SALON_PICTURES_FOLDER=str(FOLDER))


def test_each_picture_is_shown_and_all_together_are_small() -> None:
    pictures = list(FOLDER.iterdir())
    shown = SHOWN.findall((ROOT / "docs" / "pictures.md").read_text())
    assert sorted(path.name for path in pictures) == sorted(shown)
    assert sum(path.stat().st_size for path in pictures) < MOST_BYTES
