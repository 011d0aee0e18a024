"""Run the Python suites with coverage, then hold each file against its recorded floor."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run pytest on all cores, combine coverage, check the ratchet; return an exit status."""
    environment = dict(os.environ)
    environment["COVERAGE_PROCESS_START"] = str(ROOT / "pyproject.toml")
    for stale in ROOT.glob(".coverage*"):
        stale.unlink()
    reports = ROOT / ".build"
    reports.mkdir(exist_ok=True)
    workers = environment.get("SALON_TEST_WORKERS", str(max(2, os.cpu_count() or 2)))
    command = [
        sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "loadgroup",
        "--cov", "--cov-report=", f"--junitxml={reports / 'junit.xml'}", *sys.argv[1:],
    ]  # fmt: skip
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status != 0 or len(sys.argv) > 1:
        return status
    if shutil.which("git") is None:
        return status
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "coverage_ratchet.py")], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
