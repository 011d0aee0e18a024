"""Redis goes away and comes back: keys with limits are served all the while, and nothing is traced."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.house import House
from salon.testing.keeper import keep
from salon.testing.load import Case, run_cases, until
from salon.testing.ports import free_port
from salon.testing.scene import DIALECTS, model_of, usual_scene

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_redis(port: int, folder: Path) -> "subprocess.Popen[bytes]":
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    keep(process.pid)
    until(lambda: answers(port), what="redis-server")
    return process


def failures(house: House, key: str, label: str) -> list[str]:
    cases = [
        Case(
            id=f"{label}{number}", caller=DIALECTS[number % 3], model=model_of(DIALECTS[number % 3]),
            stream=number % 2 == 0, key=key,
        )
        for number in range(20)
    ]  # fmt: skip
    return [str(outcome) for outcome in run_cases(house.port, cases) if outcome.verdict.ending != "well"]


def test_limited_keys_are_served_without_redis(tmp_path: Path, postgres_url: str) -> None:
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    column = Column(name="postgres+redis", database_url=postgres_url, redis_url=address)
    redis = start_redis(port, tmp_path)
    try:
        with usual_scene(tmp_path, column=column) as scene:
            house = scene.house
            key = house.create_key("limited", "--rpm", "1000", "--budget", "5")
            assert failures(house, key, "before") == []
            redis.kill()
            redis.wait(30)
            assert failures(house, key, "during") == []
            redis = start_redis(port, tmp_path)
            assert failures(house, key, "after") == []
            assert house.stop() == 0
            assert "Traceback" not in house.log_text()
            rows = house.rows("SELECT status, COUNT(*) FROM ledger_requests GROUP BY status")
            assert rows == [("ok", 60)]
    finally:
        redis.kill()
        redis.wait(30)
