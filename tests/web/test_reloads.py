"""Answers that are reloaded while they come, in Chromium, against a real house: text, draft, files and model stay."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.web.driving import drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import DIALECTS, model_of, usual_setup
from salon.testing.soak import is_soak, scaled, seed

ANSWERS = 500
LIMIT_S = 3400 if is_soak() else 900

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_nothing_is_lost_however_often_a_page_is_reloaded(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    need_page()
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"conversations": {"titles": False}})
        # An alias of the same name would come first where a model is found by its name.
        with House(tmp_path / "data", msgspec.structs.replace(setup, aliases={})) as house:
            told = drive(
                "reloads",
                house.url,
                limit_s=LIMIT_S,
                SALON_RELOADS_MODELS=json.dumps([model_of(dialect) for dialect in DIALECTS]),
                SALON_RELOADS_ANSWERS=str(scaled(ANSWERS)),
                SALON_RELOADS_LANES="3" if is_soak() else "1",
                SALON_RELOADS_SEED=str(seed()),
                SALON_RELOADS_LIMIT_MS=str((LIMIT_S - 30) * 1000),
            )
    found = re.search(r"reloads: (\d+) in (\d+) answers", told)
    assert found is not None
    record_property("reloads", found[1])
    record_property("answers", found[2])
