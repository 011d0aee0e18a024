"""The list of conversations in the page of a real house, in Chromium: folders, tags, many at once, files."""

from pathlib import Path

import pytest
from tests.web.driving import drive, need_page

from salon.testing.house import House, HouseSetup

LIMIT_S = 400

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_conversations_are_filed_tagged_chosen_and_carried(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("sessions", house.url, limit_s=LIMIT_S)
