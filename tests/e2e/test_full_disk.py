"""A disk that fills up under a serving house: answers go on, nothing acknowledged is lost, help is told."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openai
import orjson
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.load import until

SIZE_MB = 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, small enough to fill."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0700", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def fill(place: Path) -> Path:
    """Leave no byte free on the disk of ``place``; returns the file that takes the room."""
    path = place / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return path


def ask(house: House, key: str) -> int:
    body = {"model": "lab/fake", "messages": [{"role": "user", "content": "hello {{fake tokens=2}}"}]}
    headers = {"authorization": f"Bearer {key}"}
    return house.request("POST", "/v1/chat/completions", body, headers=headers)[0]


def rows(house: House) -> int:
    return int(house.rows("SELECT count(*) FROM ledger_requests")[0][0])


def is_ledger_well(house: House) -> bool:
    return bool(orjson.loads(house.get("/readyz")[1])["parts"]["ledger"])


def test_a_disk_that_fills_up_stops_no_answer_and_loses_no_row(small_disk: Path, tmp_path: Path) -> None:
    with FakeProvider().in_thread() as fake:
        setup = HouseSetup(providers=(provider_for("openai", fake.url, name="lab"),))
        house = House(small_disk / "data", setup)
        house.log_path = tmp_path / "house.log"
        with house:
            key = house.create_key("full")
            assert [ask(house, key) for _ in range(5)] == [200] * 5
            until(lambda: rows(house) == 5, what="the first rows")
            filler = fill(small_disk)
            answered = 0
            while is_ledger_well(house):
                status = ask(house, key)
                assert status == 200
                answered += 1
                assert answered < 20_000, "the disk never seemed full"
            assert "is full. Free some space" in house.log_text()
            refused = house.salon("keys", "create", "late")
            assert refused.returncode != 0
            assert "is full. Free some space" in refused.stderr
            assert "full" in house.salon("doctor").stdout
            assert "Traceback" not in house.log_text()
            filler.unlink()
            until(lambda: is_ledger_well(house), what="a ledger that is written again")
            until(lambda: rows(house) == 5 + answered, what="every row")
            assert ask(house, key) == 200
        assert house.salon("db", "check").returncode == 0


def test_a_disk_that_fills_up_takes_no_file_and_gives_those_there(small_disk: Path, tmp_path: Path) -> None:
    house = House(small_disk / "data", HouseSetup())
    house.log_path = tmp_path / "house.log"
    content = os.urandom(300_000)
    with (
        house,
        openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.create_key("full"), max_retries=0) as client,
    ):
        kept = client.files.create(file=content, purpose="user_data")
        filler = fill(small_disk)
        with pytest.raises(openai.InternalServerError, match=r"is full\. Free some space") as caught:
            client.files.create(file=os.urandom(300_000), purpose="user_data")
        assert caught.value.status_code == 503
        assert client.files.content(kept.id).read() == content
        assert not list((small_disk / "data" / "incoming").iterdir())
        for command, place in (("image", small_disk / "cat.png"), ("speak", small_disk / "cat.wav")):
            done = house.salon(command, "a cat " * 200, "-m", "demo", "-o", str(place))
            told = f"salon: “{place}” could not be written: no space left on device."
            assert (done.returncode, done.stdout) == (1, ""), done.stderr
            assert done.stderr == f"{told} Make room there, or write to another place.\n"
        assert {path.name for path in small_disk.iterdir()} == {"data", "filler"}
        filler.unlink()
        assert client.files.create(file=os.urandom(300_000), purpose="user_data").bytes == 300_000
        assert "Traceback" not in house.log_text()
