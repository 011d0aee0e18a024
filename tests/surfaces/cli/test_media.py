"""``salon image``, ``salon speak`` and ``salon transcribe``, against a running house."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def test_a_picture_is_written_to_a_file(house: House, tmp_path: Path) -> None:
    done = house.salon("image", "a cat", "-o", str(tmp_path / "cat.png"))
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'cat.png'}\n")
    assert (tmp_path / "cat.png").read_bytes()[:4] == b"\x89PNG"
    told = json.loads(house.salon("--json", "image", "a cat", "-o", str(tmp_path / "again.png")).stdout)
    assert (told["model"], told["file"]) == ("demo", str(tmp_path / "again.png"))
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "cat.png").read_bytes()
    assert house.salon("image", said="").returncode == 2


def test_a_text_is_spoken_and_written_down(house: House, tmp_path: Path) -> None:
    place = tmp_path / "morning.wav"
    assert house.salon("speak", "-o", str(place), said="Good morning\n").returncode == 0
    assert place.read_bytes()[:4] == b"RIFF"
    said = house.salon("transcribe", str(place)).stdout
    assert f"“morning.wav” of {place.stat().st_size} bytes" in said
    english = json.loads(house.salon("--json", "transcribe", str(place), "--english").stdout)
    assert "translates nothing" in english["text"]


def test_a_format_that_nobody_speaks_is_told(house: House, tmp_path: Path) -> None:
    done = house.salon("speak", "hello", "-m", "demo", "-o", str(tmp_path / "hello.mp3"))
    assert done.returncode != 0
    assert "“wav” and “pcm”" in done.stderr
    assert not (tmp_path / "hello.mp3").exists()


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(house: House, tmp_path: Path) -> None:
    asked = json.loads(house.salon("--json", "status").stdout)["today"]["requests"]
    for command in ("image", "speak"):
        done = house.salon(command, "a cat", "-o", str(tmp_path / "missing" / "cat.wav"))
        assert (done.returncode, "There is no folder" in done.stderr) == (2, True)
        assert "Name a file." in house.salon(command, "a cat", "-o", "").stderr
    assert json.loads(house.salon("--json", "status").stdout)["today"]["requests"] == asked
