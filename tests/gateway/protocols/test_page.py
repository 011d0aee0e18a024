"""The page on dialects says what the codecs do."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_on_dialects_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "protocol_table.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
