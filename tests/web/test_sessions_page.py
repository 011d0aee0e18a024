"""The list of conversations in the page of a real house, in Chromium: folders, tags, many at once, files."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.house import House, HouseSetup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_conversations_are_filed_tagged_chosen_and_carried(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("house/sessions", house.url)
