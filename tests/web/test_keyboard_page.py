"""The page of a real house by the keys alone, from the first run to a shared link, in Chromium."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.house import House, HouseSetup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_everything_is_done_by_keys_and_every_layer_gives_the_focus_back(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("house/keyboard", house.url)
