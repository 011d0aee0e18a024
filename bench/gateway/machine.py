"""What the kernel says about processes and this machine."""

import os
import platform
import subprocess
import sysconfig
from pathlib import Path

TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """Return ``pid`` and every process below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            todo += [int(child) for child in task.read_text().split()]
    return found


def cpu_us(pid: int) -> int:
    """Return user and system time of ``pid`` and its children, in microseconds.

    From the scheduler's account in nanoseconds where it is there, else in clock ticks.
    """
    total = 0
    for one in family(pid):
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0]) // 1000
        except (OSError, IndexError):
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) * TICK_US
    return total


def resident_mb(pid: int) -> float:
    """Return the resident memory of ``pid`` and its children, in MB."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in family(pid))
    return round(pages * PAGE / 1e6, 1)


def python() -> str:
    """Return the version of this interpreter, which Salon runs under too, and how it says it was built."""
    given = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    kinds = {"--enable-optimizations": "profile-guided", "--with-lto": "link-time"}
    told = [kind for flag, kind in kinds.items() if flag in given] or ["no"]
    return f"{platform.python_version()} (its CONFIG_ARGS name {' and '.join(told)} optimisation)"


def describe() -> dict[str, object]:
    """Return what the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory_kb = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(memory_kb / 1e6, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": python(),
        "load_before": os.getloadavg()[0],
    }


def commit() -> str:
    """Return the commit that was measured, marked when files differ from it."""
    run = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], capture_output=True, text=True, check=False
    )
    return run.stdout.strip() or "unknown"
