"""What a fresh start does to the outside: nothing. No connection but to where its own state lives."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import usual_scene, usual_setup

INTERNET = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, [^}]*\}")
PORT = re.compile(r"sin_port=htons\((\d+)\), sin_addr=inet_addr\(\"127\.0\.0\.1\"\)")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_start_opens_no_connection_but_to_its_own_state(tmp_path: Path, column: Column) -> None:
    trace = tmp_path / "connects.txt"
    with FakeProvider().in_thread() as fake:
        house = House(tmp_path / "data", usual_setup(fake.url, column=column))
        try:
            house.start(
                ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-o", str(trace)]
            )
        finally:
            house.stop()
        made = INTERNET.findall(trace.read_text())
        own = {str(urlsplit(column.redis_url).port)} if column.redis_url else set()
        assert {port for connect in made for port in PORT.findall(connect) or [connect]} == own
        assert fake.journal.counts["connections"] == 0


def test_a_start_and_an_idle_process_are_small(tmp_path: Path, column: Column) -> None:
    with usual_scene(tmp_path, column=column) as scene:
        assert scene.house.resident_bytes() < 200_000_000
        assert scene.house.live_tasks() < 50
