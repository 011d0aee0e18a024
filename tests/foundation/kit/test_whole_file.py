"""Files that a person asked for are there whole or not at all."""

import os
from pathlib import Path

import pytest

from salon.foundation.kit.errors import StorageError
from salon.foundation.kit.whole_file import whole_file


def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    with whole_file(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(b"mine")

    def stop_in_the_middle() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_in_the_middle()
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replaced_file_keeps_its_rights_and_the_links_to_it(tmp_path: Path) -> None:
    path, link = tmp_path / "cat.png", tmp_path / "newest.png"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    with whole_file(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)


def test_a_place_that_takes_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "cat.png"
    with pytest.raises(StorageError) as caught, whole_file(path) as file:
        file.write(b"new")
    told = f"“{path}” could not be written: no such file or directory. Make room there, or write to another"
    assert caught.value.message == f"{told} place."


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_device_is_told_and_stays_a_device() -> None:
    with pytest.raises(StorageError, match="no space left on device"), whole_file(Path("/dev/full")) as file:
        file.write(b"new")
    assert not Path("/dev/full").is_file()


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as file:
        file.write(b"through")
    assert os.read(reading, 100) == b"through"
    os.close(reading)
