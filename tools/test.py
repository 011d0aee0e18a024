"""Run the Python suites with coverage, then hold each file against its recorded floor."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pytest(*arguments: str, environment: dict[str, str]) -> int:
    """Run pytest once; return its exit status."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Run the suites, combine their coverage, check the ratchet; return an exit status.

    The seeded suites watch deadlines, and in front of a traced house a browser waits long: both run after the
    others, without being traced, the seeded ones alone.
    """
    environment = dict(os.environ)
    if len(sys.argv) > 1:
        return pytest(*sys.argv[1:], environment=environment)
    for stale in ROOT.glob(".coverage*"):
        stale.unlink()
    (ROOT / ".build").mkdir(exist_ok=True)
    traced = {
        **environment,
        "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"),
        "COVERAGE_FILE": str(ROOT / ".coverage"),
    }
    # One worker more than cores: tests of deadlines, processes and files wait for a third of their time.
    workers = environment.get("SALON_TEST_WORKERS", str(1 + max(2, os.cpu_count() or 2)))
    # Whole files to one worker: what a file starts for its tests is started once. In the order of collection,
    # so that the many short tests of `tests/wire` come last and no worker waits long for the other.
    first = pytest(
        "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder",
        "--cov", "--cov-report=", "--ignore=tests/soak", "--ignore=tests/web",
        environment=traced,
    )  # fmt: skip
    # A browser has processes of its own, so two files at a time are enough for two cores.
    second = pytest("tests/web", "-n", "2", "--dist", "loadfile", environment=environment)
    third = pytest("tests/soak", environment=environment)
    if first or second or third:
        return first or second or third
    ratchet = [sys.executable, str(ROOT / "tools" / "coverage_ratchet.py")]
    return subprocess.run(ratchet, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
