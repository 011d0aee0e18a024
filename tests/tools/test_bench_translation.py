"""The bench of translation measures every pair and says which miss; no figure is judged here."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_pair_has_a_row_and_the_verdict_counts_them() -> None:
    command = [sys.executable, "bench/translation.py", "--pace", "0.001", "--no-write"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode in {0, 1}, run.stderr
    rows = re.findall(
        r"^\| (\w+) \| (\w+) \| [\d.]+ \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$", run.stdout, re.MULTILINE
    )
    assert len(set(rows)) == len(rows) == 35
    assert {"cohere", "converse"} <= {provider for _, provider in rows}
    (missed,) = re.findall(r"pairs that miss \| (\d+) of 35", run.stdout)
    assert (run.returncode == 0) == (missed == "0")
