"""Writing and sending in Chromium, in front of a real house: from the first run to answers side by side."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_what_is_written_is_kept_sent_and_answered(tmp_path: Path) -> None:
    need_page()
    setup = HouseSetup(settings={"conversations": {"titles": False}})
    with FakeProvider().in_thread() as fake, House(tmp_path / "data", setup) as house:
        drive("composer", house.url, SALON_COMPOSER_PROVIDER=fake.url)
