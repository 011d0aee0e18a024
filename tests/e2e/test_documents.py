"""Every block of Python and shell in the documents runs as it stands, against a running house.

Only addresses and the key are put in. A block that cannot run here is named below, with the reason.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, ProviderSetup

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESSES = ("http://127.0.0.1:8420", "https://salon.example.org")
NOT_HERE: Mapping[str, str] = {
    "make ": "starts or tests everything",
    "salon serve": "runs until it is stopped",
    "salon open": "opens a browser",
    "salon chat": "waits for a person",
    "salon fake-provider": "runs until it is stopped",
    "salon providers detect": "looks around this machine",
    "salon providers set": "changes a provider that is declared in the settings file here",
    "salon providers add": "asks for the key of a provider far away",
    "pld_01": "has an id to fill in",
    "route explain smart": "asks about an alias and a request of one's own",
    " lab": "is about a server of one's own",
    "NAME": "has a name to fill in",
    "FILE": "has a name to fill in",
    "IMPORT": "has an id to fill in",
    "$ID": "has an id to fill in",
    "export.zip": "reads a file of one's own",
    "greeting": "is about a prompt of one's own",
}
"""What a line has that is left out, and why."""
RUNNER = """
import ast, asyncio, inspect, sys
code = compile(sys.stdin.read(), "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
ended = eval(code, {"__name__": "__main__"})
if inspect.iscoroutine(ended):
    asyncio.run(ended)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FakeProvider().in_thread() as fake:
        openai = ProviderSetup(
            name="openai", kind="openai", url=f"{fake.url}/v1", models=("gpt-5-mini", "gpt-realtime")
        )
        setup = HouseSetup(providers=(openai,), aliases={"fast": ("demo",)})
        with House(tmp_path_factory.mktemp("documents") / "data", setup) as house:
            yield house


@pytest.fixture(scope="module")
def environment(house: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    programs = tmp_path_factory.mktemp("bin")
    salon = programs / "salon"
    salon.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from salon.app.main import main; main()" "$@"\n')
    salon.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**house.environment, "SALON_KEY": house.create_key("documents"), "PATH": path}


def blocks(page: str, languages: set[str]) -> list[str]:
    return [body for language, body in FENCE.findall((ROOT / page).read_text()) if language in languages]


def fitted(block: str, house: House, key: str) -> str:
    for address in ADDRESSES:
        block = block.replace(address, house.url)
    return block.replace("sk-salon-...", key)


def possible(block: str) -> str:
    """Return a block of shell without the lines that cannot run here."""
    lines = block.replace("\\\n", " ").splitlines()
    return "\n".join(line for line in lines if not any(part in line for part in NOT_HERE))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, {"python"})])
def test_python_runs(page: str, house: House, environment: Mapping[str, str], tmp_path: Path) -> None:
    for block in blocks(page, {"python"}):
        code = fitted(block, house, environment["SALON_KEY"])
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", RUNNER], input=code, cwd=tmp_path, env=environment,
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", [page for page in PAGES if any(map(possible, blocks(page, {"sh"})))])
def test_shell_runs(page: str, house: House, environment: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("One note.\n")
    for block in blocks(page, {"sh"}):
        script = possible(fitted(block, house, environment["SALON_KEY"]))
        done = subprocess.run(
            ["sh", "-ec", script], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
