"""The page of a conversation in Chromium, against a real house and a provider whose answers are known."""

from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import model_of, usual_setup

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_a_conversation_is_read_followed_and_changed(tmp_path: Path) -> None:
    need_page()
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"conversations": {"titles": False}})
        with House(tmp_path / "data", setup) as house:
            drive("talk", house.url, SALON_TALK_MODEL=model_of("openai"))
