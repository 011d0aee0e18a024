"""The clock of the machine jumps under a serving house: nobody is locked out, nothing is counted wrong."""

import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.load import until

HOUR_S = 3600
JUMPS_S = (HOUR_S, -HOUR_S, 25 * HOUR_S, -25 * HOUR_S, 400 * 24 * HOUR_S)
LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")


class Clock:
    """The wall clock of one house; its monotonic clock goes on as ever."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.jump(0)

    def jump(self, seconds: int) -> None:
        """Move the wall clock ``seconds`` away from the real time."""
        beside = self._path.with_suffix(".next")
        beside.write_text(f"{seconds:+d}\n")
        beside.replace(self._path)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            # Else threads that wait for each other do not wait, but spin.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def house(tmp_path: Path, clock: Clock, column: Column) -> Iterator[House]:
    with FakeProvider().in_thread() as fake:
        provider = provider_for("openai", fake.url, name="lab")
        setup = HouseSetup(
            providers=(provider,), environment=clock.environment, column=column,
            prices={"lab/fake": ("1000", "1000")},
        )  # fmt: skip
        with House(tmp_path / "data", setup) as running:
            yield running


def ask(house: House, key: str, said: str = "hello") -> int:
    return knock(house, key, said)[0]


def knock(house: House, key: str, said: str = "hello") -> tuple[int, str | None]:
    """Ask once; returns the status and what ``Retry-After`` says."""
    with contextlib.closing(opened(house, key, said, stream=False)) as connection:
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["retry-after"]


def opened(house: House, key: str, said: str, *, stream: bool) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    messages = [{"role": "user", "content": said}]
    body = {"model": "lab/fake", "messages": messages, "stream": stream, "max_tokens": 300}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", orjson.dumps(body), headers)
    return connection


def spans(house: House, count: int) -> list[tuple[int, int]]:
    """Wait for ``count`` rows; returns when each began and how long it lasted, in milliseconds."""
    query = "SELECT started_at_ms, duration_ms FROM ledger_requests ORDER BY request_id"
    until(lambda: len(house.rows(query)) >= count, what=f"{count} rows")
    return [(int(begun), int(lasted)) for begun, lasted in house.rows(query)]


def test_the_clock_of_the_house_is_the_one_that_jumps(house: House, clock: Clock) -> None:
    key = house.create_key("any")
    for jump_s in (0, 25 * HOUR_S, -HOUR_S):
        clock.jump(jump_s)
        assert ask(house, key) == 200
    begun = [begun for begun, _ in spans(house, 3)]
    assert begun[1] - begun[0] > 24 * HOUR_S * 1000
    assert begun[0] - begun[2] > HOUR_S * 900


def test_answers_that_were_begun_go_on_and_last_as_long_as_they_lasted(house: House, clock: Clock) -> None:
    key = house.create_key("any")
    for jump_s in JUMPS_S:
        connection = opened(house, key, "say {{fake tokens=20;rate=15}}", stream=True)
        with contextlib.closing(connection):
            answer = connection.getresponse()
            assert answer.readline().startswith(b"data:")
            clock.jump(jump_s)
            assert b"[DONE]" in answer.read()
    assert all(900 <= lasted < 60_000 for _, lasted in spans(house, len(JUMPS_S)))


def test_a_rate_limit_locks_nobody_out_for_longer_than_its_window(house: House, clock: Clock) -> None:
    for jump_s in JUMPS_S:
        key = house.create_key(f"slow {jump_s}", "--rpm", "2")
        assert [ask(house, key) for _ in range(3)] == [200, 200, 429]
        clock.jump(jump_s)
        status, wait_s = knock(house, key)
        assert status == 429, "a jump of the clock gave the key new requests"
        assert 0 < int(wait_s or 0) <= 60


def test_a_key_ends_by_the_wall_clock(house: House, clock: Clock) -> None:
    key = house.create_key("short", "--expires-in", "1")
    assert ask(house, key) == 200
    clock.jump(25 * HOUR_S)
    assert ask(house, key) == 401
    clock.jump(0)
    assert ask(house, key) == 200


def test_a_budget_is_neither_renewed_nor_lost(house: House, clock: Clock) -> None:
    for jump_s in JUMPS_S:
        key = house.create_key(f"poor {jump_s}", "--budget", "1", "--per", "total")
        assert ask(house, key) == 200
        clock.jump(jump_s)
        statuses = [ask(house, key, "say {{fake tokens=300}}") for _ in range(8)]
        assert statuses[0] == 200, "a jump of the clock took the budget away"
        assert statuses[-1] == 402, "a jump of the clock renewed the budget"
        assert set(statuses) == {200, 402}
