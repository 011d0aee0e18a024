"""The wheel holds what it should and nothing else, and is enough to run Salon."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from salon.testing.house import House, HouseSetup

ROOT = Path(__file__).resolve().parents[2]
STATIC = "salon/surfaces/api/static/"
VOCABULARIES = "salon/gateway/counting/vocabulary_files/"
"""Fetched by the build, where the network has them; each is named by a digest."""
BUILD_S, RUN_S = 600, 200
BUNDLED = {"react", "react-dom", "inter-ui", "@fontsource-variable/jetbrains-mono", "tailwindcss"}
MACHINE = re.compile(rb"(?:/home/|/root/|/Users/|/tmp/|node_modules/|%s)" % re.escape(str(ROOT)).encode())


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=BUILD_S, capture_output=True)
    (built,) = target.glob("*.whl")
    return built


def files_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources() -> set[str]:
    """What the repository has below src, but for what it ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src/salon"]
    listed = subprocess.run(command, cwd=ROOT, check=True, timeout=60, capture_output=True, text=True)
    return {line.removeprefix("src/") for line in listed.stdout.splitlines() if (ROOT / line).is_file()}


def test_the_wheel_holds_the_sources_the_page_and_nothing_else(wheel: Path) -> None:
    names = set(files_of(wheel))
    info = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    page = {name for name in names if name.startswith(STATIC)}
    assert {name.partition("/")[2] for name in info} == {
        "METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"
    }  # fmt: skip
    tables = {name for name in names if name.startswith(VOCABULARIES)}
    assert [name for name in tables if not re.fullmatch(r"[0-9a-f]{40}", Path(name).name)] == []
    assert names - info - page - tables == sources()
    assert page == {f"salon/{path}" for path in built_page()}
    assert f"{STATIC}index.html" in page
    kinds = {Path(name).suffix for name in names - info - page - tables}
    assert kinds == {".py", ".typed", ".sql", ".mako", ".toml", ".css"}


def built_page() -> Iterator[str]:
    folder = ROOT / "src/salon/surfaces/api/static"
    return (str(path.relative_to(ROOT / "src/salon")) for path in folder.rglob("*") if path.is_file())


def test_the_page_is_whole_and_brings_the_licences_of_what_is_in_it(wheel: Path) -> None:
    files = files_of(wheel)
    for name in re.findall(rb'(?:src|href)="\./([^"]+)"', files[f"{STATIC}index.html"]):
        assert STATIC + name.decode() in files
    licences = files[f"{STATIC}licenses.txt"].decode()
    assert {line.split(" ")[0] for line in licences.splitlines() if line.endswith(")")} >= BUNDLED
    assert licences.count("SIL OPEN FONT LICENSE Version 1.1") == 2


def test_nothing_in_the_wheel_tells_of_the_machine_that_built_it(wheel: Path) -> None:
    written = {name: body for name, body in files_of(wheel).items() if not name.endswith((".woff2", ".py"))}
    assert {name: MACHINE.findall(body) for name, body in written.items() if MACHINE.search(body)} == {}
    here = str(ROOT).encode()
    assert [name for name, body in files_of(wheel).items() if here in body] == []


def run_dependencies(name: str, found: set[str]) -> set[str]:
    """Return the packages that ``name`` needs to run, and theirs."""
    for line in importlib.metadata.requires(name) or ():
        requirement = Requirement(line)
        key = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and key not in found:
            found.add(key)
            run_dependencies(key, found)
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and its run dependencies, copied from ours; nothing is fetched."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for name in run_dependencies("salon", set()):
        for file in importlib.metadata.files(name) or ():
            source, target = Path(str(file.locate())), packages / file
            if ".." not in file.parts and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
    install = [str(ROOT / ".tools/bin/uv"), "pip", "install", "--offline", "--no-deps", "--quiet"]
    subprocess.run([*install, "--python", str(home / "bin/python"), str(wheel)], check=True, timeout=RUN_S)
    return home / "bin"


def test_an_installed_wheel_answers_from_the_library_and_starts_a_house(
    installed: Path, tmp_path: Path
) -> None:
    code = "import salon; print(salon.generate('hello'))"
    library = [str(installed / "python"), "-I", "-c", code]
    told = subprocess.run(library, cwd=tmp_path, check=True, timeout=RUN_S, capture_output=True, text=True)
    assert "hello" in told.stdout
    assert list(tmp_path.iterdir()) == []
    command = [str(installed / "salon")]
    with House(tmp_path / "data", HouseSetup(), command=command) as house:
        status, page = house.get("/")
        assert (status, b"assets/index-" in page) == (200, True)
        (model,) = json.loads(house.get("/v1/models")[1])["data"]
        asked = {"model": model["id"], "messages": [{"role": "user", "content": "hello"}]}
        assert b"hello" in house.request("POST", "/v1/chat/completions", asked)[1]
        assert house.salon("keys", "list").returncode == 0


def test_no_run_dependency_has_code_run_at_every_start_of_python(installed: Path) -> None:
    (packages,) = installed.parent.glob("lib/python*/site-packages")
    assert list(packages.rglob("*.pth")) == []
    assert list(packages.glob("sitecustomize*")) + list(packages.glob("usercustomize*")) == []
