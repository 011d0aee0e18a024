"""What answers are made of and what people do with them, in Chromium in front of a house with a fake provider."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import usual_setup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


@pytest.mark.parametrize("part", ["parts", "hands", "senses", "builds", "carried", "lines", "touch"])
def test_a_part_of_the_page_does_what_it_promises(part: str, tmp_path: Path) -> None:
    need_page()
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"conversations": {"titles": False}})
        with House(tmp_path / "data", setup) as house:
            drive(f"house/{part}", house.url)


def test_a_page_below_a_base_path_is_kept_and_upgraded_there(tmp_path: Path) -> None:
    need_page()
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"server": {"base_path": "/deep/salon"}})
        with House(tmp_path / "based", setup) as house:
            drive("house/builds", f"{house.url}/deep/salon")
