"""Run every seeded suite at full length and keep the figures under docs/measured/.

A suite is a test file under tests/soak, or one that scales its rounds with salon.testing.soak or is marked
timed. Each runs in a process of its own, bounded in time, all with one seed; what a suite
measures it tells with pytest's record_property. What runs on both columns (docs/testing.md) runs on each in a
process of its own, and is recorded apart.

Each result is written when it is there, with its commit, seed and machine. What passed with these very
sources and at this length is not run again, but with ``--again``. Suites that say ``TOGETHER = True``, for
they judge no durations, run several ``--at-once``; the others run before them, each alone.
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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "measured"
LIMIT_S = 3600
GROUPS = {
    "conversations": (
        "foundation/runs/test_resume_model", "soak/test_answer_kills", "soak/test_conversation",
        "soak/test_house_kills",
        "soak/test_kill_imports", "soak/test_large_files", "soak/test_lost_redis",
        "soak/test_migration_kills", "soak/test_neighbours", "soak/test_pressure", "soak/test_talk_trouble",
        "soak/test_tree_kills", "soak/test_turn_cost", "soak/test_uploads", "soak/test_viewers",
    ),
}  # fmt: skip
"""Words that stand for several: what issues ask for together."""
SHARED = ("commit", "seed", "fraction", "machine")
"""What each result says of itself, and a whole file said before."""
Row = dict[str, Any]
Place = tuple[Path, str]
"""A suite and the column it runs on."""
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
    wanted = [one for word in words for one in GROUPS.get(word, (word,))]
    return [path for path in files if not wanted or any(word in str(path) for word in wanted)]


def runs_together(path: Path) -> bool:
    """Tell whether a suite judges no durations, so that another one may run beside it."""
    return re.search(r"^TOGETHER = True", path.read_text(), re.MULTILINE) is not None


def output_of(*command: str) -> str:
    """Return what a command prints, or an empty string."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def machine() -> Row:
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


def sources() -> str:
    """Return what the suites and what they judge are made of, as git names it; empty while it is changed."""
    if output_of("git", "status", "--porcelain", "--", "src", "tests"):
        return ""
    return output_of("git", "rev-parse", "HEAD:src", "HEAD:tests").replace("\n", "+")


def run(place: Place, *, seed: int, limit_s: int, fraction: str) -> Row:
    """Run one suite on one column; return its verdict and figures."""
    path, column = place
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        environment = {
            **os.environ, "SALON_SOAK": fraction, "SALON_SEED": str(seed), "PYTEST_DEBUG_TEMPROOT": folder,
        }  # fmt: skip
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


def read(report: Path) -> Row:
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


def described(machine: Row) -> str:
    """Describe a machine in one line."""
    return ", ".join(f"{key} {value}" for key, value in machine.items())


def page(date: str, rows: list[Row]) -> str:
    """Write the results for people."""
    names = ("suite", "column", "verdict", "tests", "skipped", "seconds", "commit", "seed", "fraction")
    machines = list(dict.fromkeys(described(row["machine"]) for row in rows))
    lines = [f"# Seeded suites at full length, {date}", "", *(f"{one}." for one in machines), ""]
    lines += [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [f"| {' | '.join(str(row[name]) for name in names)} |" for row in rows]
    for row in rows:
        if row["figures"]:
            lines += ["", f"## {row['suite']}, {row['column']}", ""]
            lines += [
                f"- {name}: " + ", ".join(f"{key} {value}" for key, value in told.items())
                for name, told in row["figures"].items()
            ]
    return "\n".join([*lines, ""])


def kept_in(file: Path) -> list[Row]:
    """Return the results in a file, also those of the form in which a whole file had one commit."""
    known = json.loads(file.read_text())
    shared = {name: known[name] for name in SHARED if name in known}
    return [{"column": "", **shared, **row} for row in known["suites"]]


class Results:
    """The results of one day, written whenever there is another one."""

    def __init__(
        self, words: list[str], column: str | None, *, made_of: str, is_kept: bool, folder: Path = MEASURED
    ) -> None:
        """Begin with what is there of today, or of these very sources from the day before.

        ``is_kept``: write too.
        """
        self.date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
        only = [word for word in words if word in GROUPS] + ([column.replace("+", "-")] if column else [])
        stem = "-".join(["soak", *only])
        self.file = folder / f"{stem}-{self.date}.json"
        self.is_kept = is_kept
        self.rows: dict[tuple[str, str], Row] = {}
        for known in sorted(folder.glob(f"{stem}-[0-9]*.json"))[-1:]:
            for row in kept_in(known):
                if known == self.file or (made_of and row.get("sources") == made_of):
                    self.rows[row["suite"], row["column"]] = row

    def has(self, place: Place, *, made_of: str, fraction: str) -> bool:
        """Tell whether a suite passed with these very sources at this length."""
        row = self.rows.get((str(place[0].relative_to(ROOT)), place[1]), {})
        same = made_of and row.get("sources") == made_of and row.get("fraction") == fraction
        return bool(same and row["verdict"] == VERDICTS[0])

    def add(self, row: Row) -> None:
        """Take a result down."""
        self.rows[row["suite"], row["column"]] = row
        if self.is_kept:
            rows = [self.rows[key] for key in sorted(self.rows)]
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps({"date": self.date, "suites": rows}, indent=1) + "\n")
            self.file.with_suffix(".md").write_text(page(self.date, rows))


def finished(places: list[Place], options: argparse.Namespace) -> Iterator[Row]:
    """Run suites, those alone first, and yield each result as it comes."""

    def one(place: Place) -> Row:
        print(f"{place[0].relative_to(ROOT)} on {place[1]} ...", flush=True)
        return run(place, seed=options.seed, limit_s=options.limit_s, fraction=options.fraction)

    together = [place for place in places if runs_together(place[0])]
    for place in places:
        if place not in together:
            yield one(place)
    with ThreadPoolExecutor(options.at_once) as threads:
        for done in as_completed([threads.submit(one, place) for place in together]):
            yield done.result()


def options_of() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = f"only suites whose path holds one of these words, or of a group: {', '.join(GROUPS)}"
    parser.add_argument("words", nargs="*", help=words)
    parser.add_argument("--column", choices=[*COLUMNS], help="only this column; otherwise each in turn")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--limit-s", type=int, default=LIMIT_S, help="most seconds for one suite")
    parser.add_argument("--fraction", default="1", help="how much of the full length to run")
    parser.add_argument("--at-once", type=int, default=2, help="how many suites that judge no durations")
    parser.add_argument("--again", action="store_true", help="run also what has passed with these sources")
    parser.add_argument("--no-write", action="store_true", help="print the result only")
    return parser.parse_args()


def main() -> int:
    """Run the suites; returns 1 if one of them failed."""
    options = options_of()
    made_of, started = sources(), time.monotonic()
    results = Results(options.words, options.column, made_of=made_of, is_kept=not options.no_write)
    columns = [options.column] if options.column else [*COLUMNS]
    places = list(itertools.product(suites(options.words), columns))
    left = [
        place
        for place in places
        if options.again or not results.has(place, made_of=made_of, fraction=options.fraction)
    ]
    print(
        f"seed {options.seed}; {len(left)} to run, {len(places) - len(left)} have passed already", flush=True
    )
    common: Row = {
        "commit": output_of("git", "rev-parse", "--short=12", "HEAD") + ("" if made_of else " with changes"),
        "sources": made_of, "seed": options.seed, "fraction": options.fraction, "machine": machine(),
    }  # fmt: skip
    failed = False
    for number, row in enumerate(finished(left, options), start=1):
        if row["verdict"] != VERDICTS[5]:
            results.add({**row, **common})
            failed = failed or row["verdict"] != VERDICTS[0]
        told = f"{row['suite']} on {row['column']}: {row['verdict']} in {row['seconds']} s"
        print(f"  {number} of {len(left)} after {time.monotonic() - started:.0f} s: {told}", flush=True)
        print(f"  {row['figures'] or ''}\n{row['output']}".rstrip(), flush=True)
    if not options.no_write:
        print(f"written to {results.file.with_suffix('.md').relative_to(ROOT)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
