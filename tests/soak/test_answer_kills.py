"""``kill -9`` in the midst of conversations: nothing acknowledged is lost, asked twice, or left running.

One process is loaded once and forks for each cut; the fork talks, and dies after a write or at a moment that
its seed says. Then another process goes on, and what it finds is held against what the dead one was told.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.features.conversations.models import Message
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.keeper import keep
from salon.testing.load import until, until_async
from salon.testing.soak import is_soak, scaled
from salon.testing.talking import ANN, Talking, said, talking, text_of

MOST_LOST_NS = 80_000_000 if is_soak() else 3_000_000_000
"""Two ticks on a machine of its own; elsewhere the tick may have to wait for others."""

TALKER = """
import asyncio, json, os, random, signal, sys, threading, time
from pathlib import Path
from salon.features.conversations.answering.models import Answerer
from salon.foundation.runs import RunEvent
from salon.testing.tables import import_all_tables
from salon.testing.talking import ANN, said, talking

import_all_tables()

def tell(*words):
    os.write(1, (json.dumps(words) + "\\n").encode())

def die():
    tell("dying", time.monotonic_ns())
    os.kill(os.getpid(), signal.SIGKILL)

class Dying:
    def __init__(self, storage, writes):
        self._storage, self._left = storage, writes
    async def write(self, fn):
        result = await self._storage.write(fn)
        self._left -= 1
        if self._left == 0:
            die()
        return result
    def __getattr__(self, name):
        return getattr(self._storage, name)

async def watch(process, scope, run_id):
    chars = 0
    async for seen in process.runs.follow(scope, run_id):
        if isinstance(seen, RunEvent) and seen.type == "text-delta":
            chars += len(seen.data()["text"])
            tell("seen", run_id, chars, time.monotonic_ns())

async def talk(order):
    dice = random.Random(order["seed"])
    async with talking(Path(order["folder"]), order["address"], fake_url=order["fake"], lease_s=0.5) as scene:
        process = scene.processes[0]
        answering, watchers, answers, queued = process.answering, set(), [], []
        if order["writes"]:
            process.storage.replace(Dying(scene.bench.storage, order["writes"]))
        one, _ = await scene.conversation()
        tell("talk", one)
        for number in range(40):
            name = f"{order['name']}-{number}"
            text = f"{name} {{{{fake tokens={dice.randint(1, 40)};rate={dice.choice((0, 100, 300))}}}}}"
            kinds = ["send", "send", "send", "several", "edit", "regenerate", "stop", "now", "drop"]
            kind = dice.choice(kinds if answers else ["send"])
            tell("try", kind, name, text)
            try:
                if kind in {"send", "several"}:
                    models = ("openai/fake", "openai/other") if kind == "several" else ()
                    done = await answering.sending.send(ANN, one, said(text, *models), client_id=name)
                elif kind == "edit":
                    done = await answering.sending.edit(ANN, first, said(text), client_id=name)
                elif kind == "regenerate":
                    done = await answering.sending.regenerate(ANN, first, client_id=name)
                elif kind == "stop":
                    await process.runs.stop(scene.scope, answers[-1].run_id)
                    continue
                elif not queued:
                    continue
                elif kind == "now":
                    done = await answering.queue.send_now(ANN, queued.pop().id, client_id=name)
                else:
                    gone = queued.pop()
                    tell("drops", gone.message_id)
                    await answering.queue.drop(ANN, gone.id, client_id=name)
                    continue
            except Exception as error:
                if getattr(error, "status", 500) >= 500:
                    tell("broken", repr(error))
                continue
            kept = done.queued.message_id if done.queued else done.message.id if done.message else None
            tell("ack", kind, name, kept)
            if done.queued and kind != "now":
                queued.append(done.queued)
            if done.message and number == 0:
                first = done.message.id
            for started in done.answers:
                answers.append(started)
                watchers.add(asyncio.ensure_future(watch(process, scene.scope, started.run_id)))
            await asyncio.sleep(dice.choice((0, 0, 0.02, 0.1)))
        await asyncio.sleep(1)
    tell("lived")
    os._exit(0)

for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        if order["after_s"]:
            def wait():
                time.sleep(order["after_s"])
                die()
            threading.Thread(target=wait, daemon=True).start()
        try:
            asyncio.run(talk(order))
        except BaseException as error:
            tell("broken", repr(error))
        os._exit(1)
    os.waitpid(child, 0)
    tell("gone")
"""


class Talkers:
    """The process that forks, and what its forks told."""

    def __init__(self, folder: Path, address: str, fake_url: str) -> None:
        self.folder, self.address, self.fake_url = folder, address, fake_url
        self.process = subprocess.Popen(
            [sys.executable, "-c", TALKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        keep(self.process.pid)

    def cut(self, name: str, dice: random.Random) -> list[Any]:
        """Let one fork talk until it dies; return what it told."""
        at_a_write = dice.random() < 0.6
        order = {
            "name": name, "seed": dice.randrange(2**31), "folder": str(self.folder), "address": self.address,
            "fake": self.fake_url, "writes": dice.randint(1, 70) if at_a_write else 0,
            "after_s": 0 if at_a_write else dice.uniform(0.3, 2.0),
        }  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told: list[Any] = []
        for line in self.process.stdout:
            told.append(json.loads(line))
            if told[-1] == ["gone"]:
                return told
        raise AssertionError(f"the talker ended: {told[-5:]}")

    def close(self) -> None:
        """End the process."""
        with self.process:
            self.process.kill()


@pytest.fixture
def talkers(tmp_path: Path, column: Column) -> Iterator[Talkers]:
    with FakeProvider().in_thread() as fake:
        found = Talkers(tmp_path, column.address(tmp_path), fake.url)
        try:
            yield found
        finally:
            found.close()


def of(told: list[Any], kind: str) -> list[list[Any]]:
    return [words[1:] for words in told if words[0] == kind]


async def everything(scene: Talking, talk: str) -> list[Message]:
    """Return all messages of a conversation."""
    found: list[Message] = []
    cursor: str | None = None
    while True:
        page = await scene.tree.messages.all(ANN, talk, cursor=cursor)
        found += [view.message for view in page.items]
        if page.next is None:
            return found
        cursor = page.next


async def go_on(scene: Talking, talk: str, told: list[Any]) -> None:
    """Wait for the recovery, and send again what was never acknowledged."""

    async def is_over() -> bool:
        running = any(run.status == "running" for run in await scene.runs.list(scene.scope, limit=200))
        return not running and not await scene.answering.queue.turns(ANN, talk)

    await until_async(is_over, what="the recovery of every answer")
    acked = {name for _, name, _ in of(told, "ack")}
    for kind, name, text in of(told, "try"):
        if kind == "send" and name not in acked:
            await scene.answering.sending.send(ANN, talk, said(text), client_id=name)
    await until_async(is_over, what="the end of what was sent again")


async def check(scene: Talking, talk: str, told: list[Any]) -> tuple[int, int]:
    """Hold what is there against what was told; return how many answers were interrupted, and the time
    of text that was lost in nanoseconds."""
    messages = {one.id: one for one in await everything(scene, talk)}
    waiting = await scene.answering.queue.all(ANN, talk)
    there = messages.keys() | {one.message_id for one in waiting}
    dropped = {name for (name,) in of(told, "drops")}
    lost = [kept for _, _, kept in of(told, "ack") if kept and kept not in there | dropped]
    assert lost == []
    names = Counter(text_of(one).split()[0] for one in messages.values() if one.role == "user")
    names.update(one.draft.parts[0].text.split()[0] for one in waiting)  # type: ignore[union-attr]
    assert [name for name, count in names.items() if count > 1] == []
    for one in messages.values():
        assert one.parent_id is None or messages[one.parent_id].depth == one.depth - 1
    view = await scene.tree.conversations.get(ANN, talk)
    assert view.conversation.messages == len(messages)
    assert all(branch.head_id is None or branch.head_id in messages for branch in view.branches)
    interrupted = sum(one.status == "interrupted" for one in messages.values())
    return interrupted, lost_ns(messages, told)


def lost_ns(messages: dict[str, Message], told: list[Any]) -> int:
    """Return how long before the end the oldest text was seen that no answer has."""
    by_run = {one.run_id: len(text_of(one)) for one in messages.values() if one.run_id}
    ends = of(told, "dying")
    end_ns = ends[0][0] if ends else 0
    lost = [end_ns - at_ns for run, chars, at_ns in of(told, "seen") if by_run.get(run, 0) < chars]
    return max(lost, default=0)


def test_killed_talks_lose_nothing_and_leave_nothing_running(
    talkers: Talkers,
    tmp_path: Path,
    column: Column,
    chance: random.Random,
    figure: Callable[[str, object], None],
) -> None:
    cuts, interrupted, acked, most_ns = scaled(1000), 0, 0, 0

    async def recover(told: list[Any]) -> tuple[int, int]:
        talk = of(told, "talk")
        async with talking(
            tmp_path, talkers.address, fake_url=talkers.fake_url, lease_s=0.5, is_alone=column.is_sqlite
        ) as scene:
            if not talk:
                return 0, 0
            await go_on(scene, talk[0][0], told)
            return await check(scene, talk[0][0], told)

    for number in range(cuts):
        told = talkers.cut(f"c{number}", chance)
        assert of(told, "broken") == []
        until(lambda: column.damages(tmp_path) == [], what="a whole database")
        acked += len(of(told, "ack"))
        more, lost = asyncio.run(recover(told))
        interrupted, most_ns = interrupted + more, max(most_ns, lost)
        assert lost <= MOST_LOST_NS
        running = column.rows(tmp_path, "SELECT count(*) FROM runs WHERE status = 'running'")
        assert running == [(0,)]
    figure("cuts", cuts)
    figure("acknowledged", acked)
    figure("interrupted answers", interrupted)
    figure("most text lost, ms", round(most_ns / 1e6, 1))
    assert acked
    assert interrupted
