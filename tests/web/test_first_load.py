"""What a browser that was never here loads of a new house, in Chromium."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import usual_setup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_the_first_load_is_small_and_takes_what_is_typed(tmp_path: Path) -> None:
    need_page()
    with FakeProvider().in_thread() as fake, House(tmp_path / "data", usual_setup(fake.url)) as house:
        drive("house/first-load", house.url)
