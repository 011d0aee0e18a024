"""A house that dies leaves no copy of its memory: no core file, and an empty one where a handler takes it."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from salon.testing.house import House, HouseSetup

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="core files are told apart on Linux"),
    pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed"),
]


def test_aborted_house_leaves_no_core_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "started here"
    place.mkdir()
    monkeypatch.chdir(place)
    house = House(tmp_path / "data", HouseSetup())
    house.start(["prlimit", "--core=unlimited"])
    limits = Path(f"/proc/{house.pid}/limits").read_text()
    (core,) = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[-3:-1] == ["0", "0"]
    os.kill(house.pid, signal.SIGABRT)
    assert house.wait() == -signal.SIGABRT
    assert list(place.iterdir()) == []


def test_no_memory_is_given_to_what_takes_cores_through_a_pipe(tmp_path: Path) -> None:
    with House(tmp_path / "data", HouseSetup()) as house:
        written = Path(f"/proc/{house.pid}/coredump_filter").read_text().strip()
        assert int(written, 16) == 0
