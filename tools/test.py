"""Run the Python suites with coverage, then hold each file against its recorded floor."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from soak import runs_together

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".build" / "pytest"
MOST_UNSTEADY = 10
"""More failures than this are no accident of a busy machine."""


def pytest(*arguments: str, environment: dict[str, str]) -> int:
    """Run pytest once; return its exit status."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def failed_last() -> list[str]:
    """Return what failed in the run before, as pytest names it."""
    try:
        return sorted(json.loads((CACHE / "v" / "cache" / "lastfailed").read_text()))
    except (OSError, ValueError):
        return []


def suites(*arguments: str, environment: dict[str, str], unsteady: list[str]) -> int:
    """Run suites; what fails beside others is tried once more, alone and with the same seed.

    Returns the exit status of the last try. ``unsteady``: takes what passed then. It is told in the end, for
    a test that passes only alone has a defect, or shows one.
    """
    shutil.rmtree(CACHE, ignore_errors=True)
    status = pytest(*arguments, environment=environment)
    failed = failed_last()
    if status != 1 or not 0 < len(failed) <= MOST_UNSTEADY:
        return status
    print(
        f"{len(failed)} failed beside others and are tried once more, alone:", *failed, sep="\n  ", flush=True
    )
    status = pytest("-n0", *failed, environment=environment)
    if status == 0:
        unsteady += failed
    return status


def main() -> int:
    """Run the suites, combine their coverage, check the ratchet; return an exit status.

    The seeded suites watch deadlines, and in front of a traced house a browser waits long: both run after the
    others, without being traced, and those of the seeded ones that judge durations each alone.
    """
    environment = dict(os.environ)
    if len(sys.argv) > 1:
        return pytest(*sys.argv[1:], environment=environment)
    environment.setdefault("SALON_SEED", str(secrets.randbelow(2**31)))
    print(f"seed {environment['SALON_SEED']} (repeat with SALON_SEED)", flush=True)
    for stale in ROOT.glob(".coverage*"):
        stale.unlink()
    (ROOT / ".build").mkdir(exist_ok=True)
    traced = {
        **environment,
        "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"),
        "COVERAGE_FILE": str(ROOT / ".coverage"),
    }
    unsteady: list[str] = []
    # One worker more than cores: tests of deadlines, processes and files wait for a third of their time.
    workers = environment.get("SALON_TEST_WORKERS", str(1 + max(2, os.cpu_count() or 2)))
    # Whole files to one worker: what a file starts for its tests is started once. In the order of collection,
    # so that the many short tests of `tests/wire` come last and no worker waits long for the other.
    first = suites(
        "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder",
        "--cov", "--cov-report=", "--ignore=tests/soak", "--ignore=tests/web",
        environment=traced, unsteady=unsteady,
    )  # fmt: skip
    # A browser has processes of its own, so two files at a time are enough for two cores.
    second = suites("tests/web", "-n", "2", "--dist", "loadfile", environment=environment, unsteady=unsteady)
    seeded = sorted((ROOT / "tests" / "soak").glob("test_*.py"))
    together = [str(path.relative_to(ROOT)) for path in seeded if runs_together(path)]
    third = suites(*together, "-n", "2", "--dist", "loadfile", environment=environment, unsteady=unsteady)
    alone = [str(path.relative_to(ROOT)) for path in seeded if not runs_together(path)]
    fourth = suites(*alone, environment=environment, unsteady=unsteady)
    if unsteady:
        print("Unsteady, for they failed beside others and passed alone:", *unsteady, sep="\n  ", flush=True)
    if first or second or third or fourth:
        return first or second or third or fourth
    ratchet = [sys.executable, str(ROOT / "tools" / "coverage_ratchet.py")]
    return subprocess.run(ratchet, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
