"""Hostile texts in every field of a real house, on every page that shows it, in Chromium: nothing gets out."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S as USUAL_LIMIT_S
from tests.web.driving import ROOT, drive, need_page

from salon.testing.house import House, HouseSetup
from salon.testing.soak import is_soak, scaled, seed

SHARED = os.environ.get("SALON_SHARED", str(ROOT.parent / "shared"))
LIMIT_S = 3400 if is_soak() else USUAL_LIMIT_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_nothing_of_a_hostile_text_runs_or_gets_out(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    need_page()
    setup = HouseSetup(settings={"conversations": {"titles": False}})
    with House(tmp_path / "data", setup) as house:
        said = drive(
            "hostile",
            house.url,
            limit_s=LIMIT_S,
            SALON_SHARED=SHARED,
            SALON_HOSTILE_LINK=house.salon("login-link").stdout.strip(),
            SALON_HOSTILE_FRACTION=str(scaled(10_000) / 10_000),
            SALON_HOSTILE_SEED=str(seed()),
            SALON_HOSTILE_LIMIT_MS=str((LIMIT_S - 30) * 1000),
        )
    for what, count in re.findall(r"(payloads|outputs): (\d+) tried", said):
        record_property(what, count)
