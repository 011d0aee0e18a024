"""Every page and layer of a real house in Chromium: axe, narrow and 400 %, forced colours, without movement."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.house import House, HouseSetup
from salon.testing.soak import rng, scaled

PARTS = range(8)
"""Two halves of the pages in light and dark, wide and narrow, as `web/tests/house/access.test.ts` numbers them."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_axe_finds_nothing_wherever_one_looks(tmp_path: Path) -> None:
    need_page()
    # One part for each run, another with another seed; all of them in a long run.
    parts = rng("access").sample(PARTS, scaled(len(PARTS)))
    with House(tmp_path / "data", HouseSetup(settings={"conversations": {"titles": False}})) as house:
        drive("house/access", house.url, SALON_ACCESS_PARTS=",".join(map(str, parts)))
