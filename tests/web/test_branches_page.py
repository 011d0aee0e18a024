"""Branches and the inspector in the page of a real house, in Chromium."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.house import House, HouseSetup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_branches_are_compared_merged_and_rolled_back(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup()) as house:
        drive("branches", house.url)
