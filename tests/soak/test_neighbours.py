"""Two spaces in one house: what one does at its worst leaves the other's requests nearly as fast as before."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column, ColumnName
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.inhabitant import settle
from salon.testing.load import until
from salon.testing.raw_http import ask, request_bytes
from salon.testing.scene import model_of, usual_setup
from salon.testing.soak import is_soak, scaled, seed

ANSWERED = {
    "200", "201", "202", "400 invalid_request", "409 imports_full", "413 no_room", "422 invalid_request",
    "422 work_limit", "422 work_refused", "503 overloaded",
}  # fmt: skip
"""What a hostile act may be answered with: taken, or refused for a reason."""
Figure = Callable[[str, object], None]
ROUNDS = 30
PHASE_S = 10.0 if is_soak() else 1.5
"""How long each of the two states of a round lasts."""
PACE_S = 0.02
"""Between two requests: nobody asks without a breath."""


class Neighbour:
    """One who lists, opens, sends and searches, and takes the time of each."""

    def __init__(self, house: House, key: str) -> None:
        self._port = house.port
        self._headers = {"authorization": f"Bearer {key}"}
        self.took_s: list[float] = []

    async def ask(self, method: str, path: str, value: object = None) -> dict[str, object]:
        body = b"" if value is None else json.dumps(value).encode()
        await asyncio.sleep(PACE_S)
        answer = await ask(self._port, request_bytes(method, f"/salon/v1{path}", body, self._headers))
        assert 200 <= answer.status < 300, (method, path, answer)
        self.took_s.append(answer.elapsed_s)
        return json.loads(answer.body)

    async def live(self) -> list[float]:
        """Live for one phase, and return how long each request took."""
        self.took_s = []
        settings = {"model": model_of("openai"), "titles": False}
        until_s = time.monotonic() + PHASE_S
        while time.monotonic() < until_s:
            made = await self.ask("POST", "/conversations", {"title": "quiet", "settings": settings})
            path = f"/conversations/{made['id']}"
            await self.ask("POST", f"{path}/send", {"text": "quiet words"})
            await self.ask("GET", f"{path}/messages?limit=50")
            await self.ask("GET", "/conversations?limit=50")
            await self.ask("GET", "/search?q=quiet")
        return self.took_s


class Hostile:
    """The one next door, in a process of its own."""

    def __init__(self, house: House, key: str) -> None:
        command = [sys.executable, "-m", "salon.testing.hostile", str(house.port), key, str(seed())]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.hear() == "ready\n"

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def say(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(words + "\n")

    def told(self) -> dict[str, dict[str, int]]:
        self.say("enough")
        return json.loads(self.hear())

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """One writer and four readers are what spaces can take from each other; a server has more of both."""
    return "sqlite"


@pytest.fixture
def keys_and_house(tmp_path: Path, column: Column) -> Iterator[tuple[House, dict[str, str]]]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    keys = asyncio.run(settle(column.address(data), ("quiet", "hostile")))
    with FakeProvider().in_thread() as fake, House(data, usual_setup(fake.url, column=column)) as house:
        house.load_all()
        yield house, keys
        assert "Traceback" not in house.log_text()


def check_imports(house: House, key: str) -> None:
    """Wait until no import goes on; each that failed says why."""

    def imports() -> list[dict[str, dict[str, str]]]:
        headers = {"authorization": f"Bearer {key}"}
        return json.loads(house.request("GET", "/salon/v1/imports?limit=100", headers=headers)[1])["items"]

    until(lambda: all(one["status"] != "running" for one in imports()), seconds=120, what="the last import")
    assert all(one["problem"]["message"] for one in imports() if one["status"] == "failed")


def p95_ms(took_s: list[float]) -> float:
    return round(statistics.quantiles(took_s, n=20)[18] * 1000, 1)


def test_the_worst_of_one_space_leaves_another_nearly_as_fast(
    keys_and_house: tuple[House, dict[str, str]], figure: Figure
) -> None:
    house, keys = keys_and_house
    neighbour, hostile = Neighbour(house, keys["quiet"]), Hostile(house, keys["hostile"])
    alone: list[float] = []
    beside: list[float] = []
    try:
        asyncio.run(neighbour.live())
        for _ in range(scaled(ROUNDS)):
            alone += asyncio.run(neighbour.live())
            hostile.say("go")
            beside += asyncio.run(neighbour.live())
            hostile.say("rest")
            assert hostile.hear() == "rests\n"
        told = hostile.told()
    finally:
        hostile.end()
    figure("p95 alone, ms", p95_ms(alone))
    figure("p95 beside a hostile space, ms", p95_ms(beside))
    figure("what became of hostile acts", told)
    answers = {answer for kind in told.values() for answer in kind}
    assert answers, "it did nothing"
    assert answers <= ANSWERED, told
    check_imports(house, keys["hostile"])
    if is_soak():
        assert p95_ms(beside) < 2 * p95_ms(alone)
