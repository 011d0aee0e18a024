"""A data directory has one owner, and an unusable one is told in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from salon.foundation.kit.datadir import DataDirectory, DirectoryInUseError, Ready
from salon.foundation.kit.errors import ConfigError


def _ready(data: DataDirectory) -> Ready:
    return Ready(pid=os.getpid(), version="1", role="whole", address="http://x", socket=None, started_at_ms=1)


def test_second_owner_is_refused_until_the_first_releases(tmp_path: Path) -> None:
    first, second = DataDirectory(tmp_path / "data"), DataDirectory(tmp_path / "data")
    first.prepare()
    first.lock()
    first.write_ready(_ready(first))
    with pytest.raises(DirectoryInUseError, match=r"already in use by process .* at http://x"):
        second.lock()
    assert second.owner() == _ready(first)
    first.release()
    assert second.owner() is None
    second.lock()
    second.release()


def test_lock_goes_with_the_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from salon.foundation.kit.datadir import DataDirectory;"
        "d = DataDirectory(pathlib.Path(sys.argv[1])); d.prepare(); d.lock(); print('locked', flush=True);"
        "sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"locked\n"
    data = DataDirectory(tmp_path)
    assert data.is_locked()
    child.kill()
    child.wait(30)
    child.stdin.close()
    child.stdout.close()
    assert not data.is_locked()


def test_directory_is_private(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "new" / "data")
    data.prepare()
    assert data.path.stat().st_mode & 0o777 == 0o700


def test_file_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigError, match="is a file, not a directory"):
        DataDirectory(tmp_path / "data").prepare()


def test_unwritable_place_is_told() -> None:
    with pytest.raises(ConfigError, match=r"this data directory (cannot be|is on)"):
        DataDirectory(Path("/proc/salon")).prepare()


def test_long_path_gets_a_short_private_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    data = DataDirectory(tmp_path / ("long" * 30))
    data.prepare()
    assert data.socket_path.parent.parent == tmp_path
    assert data.socket_path.parent.stat().st_mode & 0o777 == 0o700
