"""Programs that others wrote, each in an environment of its own below ``.build/strangers``, as its lock has it.

They are told an address and a key and nothing else; their home is a scratch folder, and whatever they want of
the world outside ends at a closed port of this machine.
"""

import fcntl
import hashlib
import json
import os
import platform
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.testing.columns import ColumnName
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.keeper import keep
from salon.testing.scene import DIALECTS, Scene, model_of, usual_setup
from salon.testing.stage import Stage, scratch_environment

HERE = Path(__file__).parent
PATIENCE_S = 120.0
"""How long an agent may think about one question; they take less than one second."""
ROOT = HERE.parents[2]
FOLDER = ROOT / ".build" / "strangers"
UV = ROOT / ".tools" / "bin" / "uv"
AGENTS = {
    "langchain": "langchain_agent.py",
    "llama-index": "llama_index_agent.py",
    "litellm": "litellm_client.py",
}
KNOWN = {
    "gpt": ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"),
    "claude": (
        "claude-haiku-4-5-20251001",
        "claude-sonnet-4-5-20250929",
        "claude-opus-4-20250514",
        "claude-sonnet-4-20250514",
        "claude-opus-4-1-20250805",
    ),
}
"""Names of models that programs insist on; the first is of the provider spoken to in the first dialect."""


def _known_as(family: str, dialect: str) -> str:
    return KNOWN[family][DIALECTS.index(dialect)]


@pytest.fixture(scope="session")
def known_as() -> Callable[[str, str], str]:
    """Gives the name under which a program that knows only its maker's models asks a provider."""
    return _known_as


@pytest.fixture(scope="session")
def column_name() -> ColumnName:
    """What these programs ask is what Python's clients ask, and those meet both."""
    return "sqlite"


@pytest.fixture(scope="session")
def programs_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A house of their own: it knows the providers by the names that programs insist on, too."""
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url)
        names = {_known_as(family, one): (model_of(one),) for family in KNOWN for one in DIALECTS}
        names |= {"gpt-5.5": (model_of("anthropic"),), "gpt-6-sol": (model_of("gemini"),)}
        setup = msgspec.structs.replace(setup, aliases={**setup.aliases, **names})
        with House(tmp_path_factory.mktemp("programs") / "data", setup) as house:
            yield Scene(fake, house)


@pytest.fixture
def scene(programs_scene: Scene) -> Iterator[Scene]:
    """The running scene, with a fake provider that remembers nothing of earlier tests."""
    programs_scene.fake.journal.clear()
    yield programs_scene
    programs_scene.fake.choose = None


# -- what is installed -------------------------------------------------------------------------------
@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Hold the lock of an environment: another worker of the run may be at it."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def is_installed(folder: Path, lock: Path) -> bool:
    """Tell whether the folder holds what the lock says; one that is not whole is emptied."""
    stamp = folder / ".lock-digest"
    if stamp.is_file() and stamp.read_text() == hashlib.sha256(lock.read_bytes()).hexdigest():
        return True
    shutil.rmtree(folder)
    folder.mkdir()
    return False


def stamped(folder: Path, lock: Path) -> None:
    """Take note that the folder is whole."""
    (folder / ".lock-digest").write_text(hashlib.sha256(lock.read_bytes()).hexdigest())


@pytest.fixture(scope="session")
def installed() -> Callable[[str], Path]:
    """Gives the folder of an environment of Python packages; skips with the reason where it cannot be."""

    def install(name: str) -> Path:
        if not UV.is_file():
            pytest.skip("uv is not here: run make .tools/bin/uv")
        lock = HERE / "locks" / f"{name}.lock"
        with alone(name) as folder:
            if not is_installed(folder, lock):
                pip = ["pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
                _uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, folder, what=name)
                _uv(*pip, "--python", folder / "bin" / "python", "-r", lock, what=name)
                stamped(folder, lock)
        return folder / "bin"

    return install


def _uv(*arguments: str | Path, what: str) -> None:
    environment = {**os.environ, "UV_LINK_MODE": "hardlink"}
    command = [UV, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    if done.returncode:
        pytest.skip(f"{what} does not install: {done.stderr.strip()[-300:]}")


@pytest.fixture(scope="session")
def node_programs() -> Path:
    """The folder with what the npm registry has for this machine; skips with the reason where it cannot be."""
    sys.path.insert(0, str(ROOT / "tools"))
    import web

    lock = HERE / "npm" / "package-lock.json"
    try:
        _, npm = web.node_and_npm()
        with alone("node-programs") as folder:
            if not is_installed(folder, lock):
                for name in ("package.json", "package-lock.json", ".npmrc"):
                    shutil.copy(HERE / "npm" / name, folder)
                flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
                web.run([npm, "ci", *flags], limit_s=280, folder=folder, quiet=True)
                stamped(folder, lock)
    except web.WebError as problem:
        pytest.skip(f"npm cannot install the programs: {str(problem)[:300]}")
    return folder / "node_modules"


@pytest.fixture(scope="session")
def native(node_programs: Path) -> Callable[[str], Path]:
    """Gives a package's program for this machine; skips where its maker has none."""

    def find(pattern: str) -> Path:
        found = next(iter(sorted(node_programs.glob(pattern))), None)
        if found is None:
            pytest.skip(f"{pattern} is not made for {platform.system()} {platform.machine()}")
        return found

    return find


# -- what runs ---------------------------------------------------------------------------------------
@pytest.fixture
def stage(scene: Scene, key: str, tmp_path: Path) -> Stage:
    """Where one program runs."""
    return Stage(scene, key, tmp_path)


Ask = Callable[..., dict[str, Any]]


@contextmanager
def _asking(program: Path, script: str, home: Path) -> Iterator[tuple[subprocess.Popen[str], Ask]]:
    """Run one of ``agents/``, which answers a question per line."""
    pipe = subprocess.PIPE
    with (
        (home / "problems").open("w") as problems,
        subprocess.Popen(
            [program / "python", HERE / "agents" / script], cwd=home, text=True, stderr=problems,
            env=scratch_environment(home, {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}), stdin=pipe, stdout=pipe,
        ) as process,
    ):  # fmt: skip
        keep(process.pid)
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(**asked: Any) -> dict[str, Any]:
            questions.write(json.dumps(asked) + "\n")
            questions.flush()
            is_told, _, _ = select.select([answers], [], [], PATIENCE_S)
            line = answers.readline() if is_told else ""
            answer = json.loads(line) if line else {"error": (home / "problems").read_text()[-2000:]}
            if not is_told:
                process.kill()
                answer["error"] = f"{script} said nothing for {PATIENCE_S} s. {answer['error']}"
            assert "said" in answer, answer["error"]
            return answer["said"]

        try:
            yield process, ask
        finally:
            with suppress(BrokenPipeError):
                questions.close()
            process.wait(30)


@pytest.fixture(scope="session")
def agent(
    installed: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Ask]]:
    """Gives the agent that is written with a library; each starts once, and again when it has ended."""
    running: dict[str, tuple[subprocess.Popen[str], Ask]] = {}
    with ExitStack() as open_ones:

        def of(library: str) -> Ask:
            if library not in running or running[library][0].poll() is not None:
                home = tmp_path_factory.mktemp(library)
                script = AGENTS[library]
                running[library] = open_ones.enter_context(_asking(installed(library), script, home))
            return running[library][1]

        yield of
