"""Run every seeded suite at full length and keep the figures under docs/measured/.

A suite is a test file under tests/soak, or one that scales its rounds with salon.testing.soak or is marked
timed. Each runs in a process of its own, bounded in time, all with one seed; what a suite
measures it tells with pytest's record_property. What runs on both columns (docs/testing.md) runs on each in a
process of its own, and is recorded apart.
"""

import argparse
import datetime
import itertools
import json
import os
import platform
import re
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "measured"
LIMIT_S = 1200
VERDICTS: dict[int | str, str] = {0: "passed", 1: "failed", 5: "nothing to run"}
COLUMNS = {"sqlite": "not postgres and not redis", "postgres+redis": "postgres or redis"}
"""How pytest selects the tests of a column: those without a server, and those that need one."""


def suites(words: list[str]) -> list[Path]:
    """Return the test files that scale themselves; with ``words``, those whose path holds one of them."""
    files = sorted(
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent.name == "soak" or re.search(r"scaled\(|mark\.timed", path.read_text())
    )
    return [path for path in files if not words or any(word in str(path) for word in words)]


def output_of(*command: str) -> str:
    """Return what a command prints, or an empty string."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def machine() -> dict[str, object]:
    """Describe this machine."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else ""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": model or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def run(path: Path, *, column: str, seed: int, limit_s: int, fraction: str) -> dict[str, object]:
    """Run one suite on one column; return its verdict and figures."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        environment = {**os.environ, "SALON_SOAK": fraction, "SALON_SEED": str(seed)}
        command = [
            sys.executable, "-m", "pytest", "-q", "-rs", "-n0", str(path.relative_to(ROOT)),
            "-m", COLUMNS[column], f"--timeout={limit_s}",
            f"--junitxml={report}", "-o", "junit_family=xunit1",
        ]  # fmt: skip
        started = time.monotonic()
        with Path(folder, "output.txt").open("w+") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
            try:
                status: int | str = process.wait(limit_s + 60)
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait(30)
                status = "out of time"
            output.seek(0)
            told = output.read()
        return {
            "suite": str(path.relative_to(ROOT)),
            "column": column,
            "verdict": VERDICTS.get(status, str(status)),
            "seconds": round(time.monotonic() - started, 1),
            **read(report),
            "output": "" if status == 0 else told[-6000:].replace(f"{ROOT}/", ""),
        }


def read(report: Path) -> dict[str, object]:
    """Read counts and figures from a JUnit report."""
    if not report.is_file():
        return {"tests": 0, "failed": 0, "skipped": 0, "figures": {}}
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))  # noqa: S314 - we wrote it
    figures: dict[str, dict[str, str]] = {}
    for case in cases:
        told = {
            item.get("name", ""): item.get("value", "")
            for item in case.iter("property")
            if item.get("name") != "seed"
        }
        if told:
            figures[case.get("name", "")] = told
    return {
        "tests": len(cases),
        "failed": sum(case.find("failure") is not None or case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
        "figures": figures,
    }


def described(result: dict[str, object]) -> str:
    """Describe the machine in one line."""
    found = result["machine"]
    return ", ".join(f"{key} {value}" for key, value in found.items()) if isinstance(found, dict) else ""


def page(result: dict[str, object], rows: list[dict[str, object]]) -> str:
    """Write the result for people."""
    lines = [
        f"# Seeded suites at full length, {result['date']}",
        "",
        f"Commit {result['commit']}, seed {result['seed']}, fraction {result['fraction']}.",
        "",
        described(result) + ".",
        "",
        "| suite | column | verdict | tests | skipped | seconds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    told = ("suite", "column", "verdict", "tests", "skipped", "seconds")
    lines += [f"| {' | '.join(str(row[name]) for name in told)} |" for row in rows]
    for row in rows:
        figures = row["figures"]
        if isinstance(figures, dict) and figures:
            lines += ["", f"## {row['suite']}, {row['column']}", ""]
            lines += [
                f"- {name}: " + ", ".join(f"{key} {value}" for key, value in told.items())
                for name, told in figures.items()
            ]
    return "\n".join([*lines, ""])


def main() -> int:
    """Run the suites; returns 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only suites whose path holds one of these words")
    parser.add_argument("--column", choices=[*COLUMNS], help="only this column; otherwise each in turn")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--limit-s", type=int, default=LIMIT_S, help="most seconds for one suite")
    parser.add_argument("--fraction", default="1", help="how much of the full length to run")
    parser.add_argument("--no-write", action="store_true", help="print the result only")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    columns = [options.column] if options.column else [*COLUMNS]
    for path, column in itertools.product(suites(options.words), columns):
        print(f"{path.relative_to(ROOT)} on {column} ...", flush=True)
        row = run(path, column=column, seed=options.seed, limit_s=options.limit_s, fraction=options.fraction)
        if row["verdict"] == VERDICTS[5]:
            continue
        print(
            f"  {row['verdict']} in {row['seconds']} s {row['figures'] or ''}\n{row['output']}".rstrip(),
            flush=True,
        )
        rows.append(row)
    now = datetime.datetime.now(datetime.UTC)
    dirty = " with changes" if output_of("git", "status", "--porcelain", "--", "src", "tests") else ""
    result: dict[str, object] = {
        "date": now.strftime("%Y-%m-%d"),
        "commit": output_of("git", "rev-parse", "--short=12", "HEAD") + dirty,
        "seed": options.seed,
        "fraction": options.fraction,
        "machine": machine(),
    }
    if not options.no_write:
        MEASURED.mkdir(parents=True, exist_ok=True)
        only = f"-{options.column.replace('+', '-')}" if options.column else ""
        stem = MEASURED / f"soak{only}-{result['date']}"
        stem.with_suffix(".json").write_text(json.dumps({**result, "suites": rows}, indent=1) + "\n")
        stem.with_suffix(".md").write_text(page(result, rows))
        print(f"written to {stem.with_suffix('.md').relative_to(ROOT)}")
    return int(any(row["verdict"] != "passed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
