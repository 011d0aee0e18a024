"""Talks in a process that dies: at a step of a write, in the midst of text, in a compaction, at any time.

What is tried and what is acknowledged is told, and so is when each letter was seen by a viewer.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import Any, Final, cast

from salon.features.conversations.answering.models import Draft, Queued, Sent, Started
from salon.foundation.kit.errors import StorageError
from salon.foundation.runs import RunEvent
from salon.foundation.storage import Storage
from salon.testing.dying import Countdown, DyingStorage, die, die_after
from salon.testing.lives import Tell
from salon.testing.talking import ANN, Talking, said, talking

ACTS: Final = 40
KINDS: Final = (
    "send", "send", "send", "several", "edit", "regenerate", "stop", "now", "drop", "compact",
)  # fmt: skip
_FUTURE_MS: Final = 2**50


async def live(order: dict[str, Any], tell: Tell) -> None:
    """Talk until the end.

    The order: ``folder`` and ``address`` of the house, ``fake`` (where the provider is), the ``name`` of this
    life, its ``seed``, and ``steps`` or seconds (``after_s``) until it dies.
    """

    def end() -> None:
        tell("dying", time.monotonic_ns())
        die()

    async with talking(Path(order["folder"]), order["address"], fake_url=order["fake"], lease_s=0.5) as scene:
        counted = DyingStorage(scene.bench.storage, Countdown(order["steps"], end))
        scene.processes[0].storage.replace(cast("Storage", counted))
        if order["after_s"]:
            die_after(order["after_s"], end)
        one, _ = await scene.conversation()
        tell("talk", one)
        talk = Talk(scene, one, order, tell)
        for number in range(ACTS):
            await talk.act(number)
        await asyncio.gather(*talk.watchers)


class Talk:
    """One conversation, and what was done in it by this life."""

    is_patient = False
    """Takes it for a refusal when the database cannot be written."""

    def __init__(self, scene: Talking, conversation_id: str, order: dict[str, Any], tell: Tell) -> None:
        self.scene, self.id, self.tell = scene, conversation_id, tell
        self.name: str = order["name"]
        self.dice = random.Random(order["seed"])  # noqa: S311 - not for secrets
        self.first = ""
        """The message that is edited and answered anew."""
        self.answers: list[Started] = []
        self.queued: list[Queued] = []
        self.watchers: set[asyncio.Future[None]] = set()

    async def act(self, number: int) -> None:
        """Do one thing, and tell what came of it; refusals are told to nobody, and breakage to all."""
        name = f"{self.name}-{number}"
        text = f"{name} {{{{fake tokens={self.dice.randint(1, 40)};rate={self.dice.choice((0, 150, 400))}}}}}"
        kind = self.dice.choice(KINDS if self.first else KINDS[:1])
        self.tell("try", kind, name, text)
        try:
            sent = await self._do(kind, name, text)
        except Exception as error:
            is_trouble = isinstance(error, StorageError) and self.is_patient
            if getattr(error, "status", 500) >= 500 and not is_trouble:
                raise
            return
        if sent is not None:
            self._took(kind, name, sent)
            await asyncio.sleep(self.dice.choice((0, 0, 0.02, 0.1)))

    async def _do(self, kind: str, name: str, text: str) -> Sent | None:
        process = self.scene.processes[0]
        sending, queue = process.answering.sending, process.answering.queue
        if kind in {"send", "several"}:
            draft: Draft = said(text, *(("openai/fake", "openai/other") if kind == "several" else ()))
            return await sending.send(ANN, self.id, draft, client_id=name)
        if kind == "edit":
            return await sending.edit(ANN, self.first, said(text), client_id=name)
        if kind == "regenerate":
            return await sending.regenerate(ANN, self.first, client_id=name)
        if kind == "stop" and self.answers:
            await process.runs.stop(self.scene.scope, self.answers[-1].run_id)
        elif kind == "compact":
            self.tell("compacted", await process.runs.compact(before_ms=_FUTURE_MS))
        elif kind == "now" and self.queued:
            return await queue.send_now(ANN, self.queued.pop().id, client_id=name)
        elif kind == "drop" and self.queued:
            gone = self.queued.pop()
            self.tell("drops", gone.message_id)
            await queue.drop(ANN, gone.id, client_id=name)
        return None

    def _took(self, kind: str, name: str, sent: Sent) -> None:
        kept = sent.queued.message_id if sent.queued else sent.message.id if sent.message else None
        self.tell("ack", kind, name, kept)
        if sent.queued and kind != "now":
            self.queued.append(sent.queued)
        if sent.message and not self.first:
            self.first = sent.message.id
        for started in sent.answers:
            self.answers.append(started)
            self.watchers.add(asyncio.ensure_future(self._watch(started.run_id)))

    async def _watch(self, run_id: str) -> None:
        letters = 0
        async for seen in self.scene.runs.follow(self.scene.scope, run_id):
            if isinstance(seen, RunEvent) and seen.type == "text-delta":
                letters += len(seen.data()["text"])
                self.tell("seen", run_id, letters, time.monotonic_ns())
