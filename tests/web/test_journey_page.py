"""From the first run to a shared link, in Chromium and in Firefox, wide and narrow, in German and Arabic."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_firefox, need_page

from salon.testing.house import House, HouseSetup
from salon.testing.soak import rng, scaled

WAYS = {"chromium": (0, 1, 2, 3), "firefox": (4, 5, 6, 7)}
"""Sizes and languages of each browser, as `web/tests/house/journey.test.ts` numbers them."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


@pytest.mark.parametrize("browser", WAYS)
def test_a_person_goes_from_the_first_run_to_a_shared_link(browser: str, tmp_path: Path) -> None:
    need_page()
    if browser == "firefox":
        need_firefox()
    # One way for each browser and run, another with another seed; all of them in a long run.
    ways = rng(f"journey {browser}").sample(WAYS[browser], scaled(len(WAYS[browser])))
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("house/journey", house.url, SALON_JOURNEY_WAYS=",".join(map(str, ways)))
