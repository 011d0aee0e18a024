"""Houses on one Redis keep away from what one of them found broken, and go on alone without it."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.keeper import keep
from salon.testing.load import until
from salon.testing.ports import free_port


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A redis-server of this test alone, which may end it."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    keep(process.pid)
    try:
        until(lambda: _listens(port), what="Redis")
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.kill()
        process.wait(30)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _setup(fake: FakeProvider, redis_url: str) -> HouseSetup:
    gateway = {"breaker_failures": 2, "breaker_open_s": 60.0, "max_attempts": 1}
    return HouseSetup(
        providers=(provider_for("openai", fake.url, name="shaky"),),
        settings={"gateway": gateway, "redis": {"url": redis_url}},
    )


def _fail(house: House, text: str = "{{fake fault=500}}") -> int:
    body = {"model": "shaky/fake", "messages": [{"role": "user", "content": text}]}
    return house.request("POST", "/v1/chat/completions", body)[0]


def _state(house: House) -> str:
    items = orjson.loads(house.get("/salon/v1/providers")[1])["items"]
    return next(one["state"] for one in items if one["name"] == "shaky")


def test_two_houses_share_a_breaker_and_its_end(
    tmp_path: Path, redis_process: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, _ = redis_process
    with FakeProvider().in_thread() as fake:
        setup = _setup(fake, url)
        with House(tmp_path / "first", setup) as first, House(tmp_path / "second", setup) as second:
            assert _fail(second, "well") == 200
            for _ in range(2):
                assert _fail(first) == 502
            assert _state(first) == "down"
            until(lambda: _state(second) == "down", what="the breaker of the other house")
            assert _fail(second, "well") == 200
            until(lambda: _state(first) != "down", what="its end")


def test_breakers_go_on_alone_when_redis_dies(
    tmp_path: Path, redis_process: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, process = redis_process
    with FakeProvider().in_thread() as fake, House(tmp_path / "alone", _setup(fake, url)) as house:
        assert _fail(house, "well") == 200
        process.kill()
        process.wait(30)
        for _ in range(2):
            assert _fail(house) == 502
        assert _state(house) == "down"
        assert _fail(house, "well") == 200
        assert _state(house) != "down"
        assert "Traceback" not in house.log_text()
