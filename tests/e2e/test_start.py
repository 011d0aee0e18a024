"""What a fresh start does to the outside: nothing. No connection to anywhere before the first request."""

import re
import shutil
from pathlib import Path

import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.scene import usual_setup

INTERNET = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, [^}]*\}")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_start_opens_no_connection_at_all(tmp_path: Path) -> None:
    trace = tmp_path / "connects.txt"
    with FakeProvider().in_thread() as fake:
        house = House(tmp_path / "data", usual_setup(fake.url))
        try:
            house.start(
                ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-o", str(trace)]
            )
        finally:
            house.stop()
        assert INTERNET.findall(trace.read_text()) == []
        assert fake.journal.counts["connections"] == 0


def test_a_start_and_an_idle_process_are_small(tmp_path: Path) -> None:
    with FakeProvider().in_thread() as fake, House(tmp_path / "data", usual_setup(fake.url)) as house:
        assert house.resident_bytes() < 200_000_000
        assert house.live_tasks() < 50
