"""Two processes on one PostgreSQL; their Redis is killed and restarted again and again: every answer is whole.

Each answer is made by one process and watched at the socket of the other one.
"""

import asyncio
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.keeper import keep
from salon.testing.live_client import LiveClient, RunShown
from salon.testing.ports import free_port
from salon.testing.scene import model_of, usual_setup
from salon.testing.soak import scaled

TOGETHER = True
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]

ANSWERS = 500
KILLS = 20
AT_ONCE = 50
PLAN = "{{fake tokens=60;rate=20}}"


class Redis:
    """A Redis that dies and comes back empty."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        keep(self._process.pid)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None


def text_of(shown: RunShown) -> str:
    return "".join(str(event["data"]["text"]) for event in shown.events if event["type"] == "text-delta")


class Watch:
    """Answers made at one house and watched at the other one."""

    def __init__(self, maker: House, other: House) -> None:
        self.maker = maker
        self.client = LiveClient(other.url)
        self.followed: dict[str, tuple[str, str]] = {}
        """Run to its conversation and message."""

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.act(method, f"/salon/v1{path}", body)
        here, self.client.url = self.client.url, self.maker.url
        await self.client.replay()
        self.client.url = here
        status, found = await answer
        assert status < 300, found
        return found

    async def begin(self) -> None:
        made = await self.ask("POST", "/conversations", {"settings": {"model": model_of("openai")}})
        sent = await self.ask("POST", f"/conversations/{made['id']}/send", {"text": PLAN})
        for started in sent["answers"]:
            self.followed[started["run_id"]] = (made["id"], started["message_id"])
            await self.client.follow(started["run_id"])

    async def check(self) -> None:
        runs = self.client.runs
        await self.client.until(lambda: all(runs[run].end for run in self.followed), timeout_s=300)
        for run_id, (conversation_id, message_id) in self.followed.items():
            shown, end = runs[run_id], runs[run_id].end
            assert end is not None
            assert end["status"] == "done", end
            path = await self.ask("GET", f"/conversations/{conversation_id}/messages")
            message = next(one for one in path["items"] if one["id"] == message_id)
            text = "".join(part.get("text", "") for part in message["content"]["parts"])
            assert text
            if not shown.is_compacted:
                assert text_of(shown) == text


async def play(houses: list[House], redis: Redis, chance: random.Random, *, answers: int, kills: int) -> None:
    watches = [Watch(houses[0], houses[1]), Watch(houses[1], houses[0])]
    for one in watches:
        await one.client.connect()

    async def torment() -> None:
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            redis.kill()
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            redis.start()

    tormenting = asyncio.ensure_future(torment())
    for start in range(0, answers, AT_ONCE):
        for number in range(start, min(start + AT_ONCE, answers)):
            await watches[number % 2].begin()
        for one in watches:
            await one.check()
    await tormenting
    for one in watches:
        await one.client.drop()
    assert sum(len(one.followed) for one in watches) == answers


@pytest.mark.timeout(3600)
def test_every_answer_is_whole_while_redis_dies(
    tmp_path: Path, postgres_url: str, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    answers, kills = scaled(ANSWERS), scaled(KILLS, least=2)
    redis = Redis(tmp_path)
    redis.start()
    column = Column(
        name="postgres+redis", database_url=postgres_url, redis_url=f"redis://127.0.0.1:{redis.port}/0"
    )
    sections = {"conversations": {"titles": False}}
    try:
        with FakeProvider().in_thread() as fake:
            setup = usual_setup(fake.url, column=column, sections=sections)
            with House(tmp_path / "a", setup) as first, House(tmp_path / "b", setup) as second:
                asyncio.run(play([first, second], redis, chance, answers=answers, kills=kills))
                for log in (first.log_text(), second.log_text()):
                    assert "Traceback" not in log, log[max(0, log.find("Traceback") - 500) :][:6000]
    finally:
        redis.kill()
    figure("answers", answers)
    figure("kills", kills)
