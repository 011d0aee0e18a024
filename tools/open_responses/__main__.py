"""Runs the compliance tests of Open Responses against Salon, with a provider of every dialect behind it.

python tools/open_responses CHECKOUT            prints the verdicts
python tools/open_responses CHECKOUT --keep     and writes them to docs/measured

CHECKOUT is a clone of the public repository openresponses/openresponses. Their program is bundled with the
builder of the web app and runs as it is; the provider is the fake one, which calls a tool where one is
offered.
"""

import argparse
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import web  # noqa: E402 - beside this folder
from salon.testing.fake_provider import Plan  # noqa: E402
from salon.testing.scene import DIALECTS, model_of, usual_scene  # noqa: E402

FOLDER = ROOT / ".build" / "open-responses"
HERE = Path(__file__).parent
LIMIT_S = 300


def git(folder: Path, *words: str) -> str:
    """Return what git says of a clone."""
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def bundle(checkout: Path) -> Path:
    """Make one file of their program. Raises: web.WebError when it cannot be made."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, FOLDER)
    for name in ("bin", "src"):
        shutil.copytree(checkout / name, FOLDER / name)
    _, npm = web.node_and_npm()
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    web.run([npm, "ci", *flags], limit_s=LIMIT_S, folder=FOLDER, quiet=True)
    program = FOLDER / "compliance.mjs"
    builder = web.WEB / "node_modules" / "rolldown" / "bin" / "cli.mjs"
    options = ["--platform", "node", "--format", "esm", "--file", program]
    web.run(
        [builder, FOLDER / "bin" / "compliance-test.ts", *options], limit_s=LIMIT_S, folder=FOLDER, quiet=True
    )
    return program


def verdicts(program: Path) -> dict[str, dict[str, str]]:
    """Run the tests with each provider; returns by test and provider what came of it."""
    found: dict[str, dict[str, str]] = {}
    node, _ = web.node_and_npm()
    with tempfile.TemporaryDirectory() as folder, usual_scene(Path(folder) / "house") as scene:
        scene.fake.choose = lambda exchange, asked: Plan(call=bool(asked.tools))
        key = scene.house.create_key("compliance")
        for dialect in DIALECTS:
            command = [node, program, "--base-url", f"{scene.house.url}/v1", "--api-key", key]
            command += ["--model", model_of(dialect), "--json"]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=web.environment()
            )
            for result in json.loads(done.stdout)["results"]:
                problem = "; ".join(result.get("errors") or ())
                verdict = result["status"] + (f": {problem}" if problem else "")
                found.setdefault(result["id"], {})[dialect] = verdict
    return dict(sorted(found.items()))


def page(run: dict[str, Any]) -> str:
    """Write the verdicts as a page."""
    lines = [
        f"# Open Responses' compliance tests, {run['date']}",
        "",
        f"Commit {run['commit'][:12]}; their tests at {run['theirs'][:12]}, unchanged. Run by",
        "`python tools/open_responses CHECKOUT --keep`, with the fake provider behind Salon in each dialect.",
        "",
        f"| test | {' | '.join(DIALECTS)} |",
        f"| --- |{' --- |' * len(DIALECTS)}",
    ]
    for test, found in run["verdicts"].items():
        cells = [found[one].partition(":")[0] for one in DIALECTS]
        lines.append(f"| {test} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Run; returns 1 when a test fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--keep", action="store_true", help="write the verdicts to docs/measured")
    arguments = parser.parse_args()
    found = verdicts(bundle(arguments.checkout))
    for test, by_dialect in found.items():
        for dialect, verdict in by_dialect.items():
            print(f"{test:48} {dialect:10} {verdict[:200]}")
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    run = {
        "date": date,
        "commit": git(ROOT, "rev-parse", "HEAD"),
        "theirs": git(arguments.checkout, "rev-parse", "HEAD"),
        "verdicts": found,
    }
    if arguments.keep:
        kept = ROOT / "docs" / "measured" / f"open-responses-{date}"
        kept.with_suffix(".json").write_text(json.dumps(run, indent=2) + "\n")
        kept.with_suffix(".md").write_text(page(run))
    failed = [test for test, one in found.items() if set(one.values()) != {"passed"}]
    print(f"open responses: {len(found) - len(failed)} as expected, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
