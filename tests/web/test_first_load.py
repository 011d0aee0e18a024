"""What a browser that was never here loads of a new house, in Chromium."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.house import House, HouseSetup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_the_first_load_is_small_and_takes_what_is_typed(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup()) as house:
        drive("house/first-load", house.url)
