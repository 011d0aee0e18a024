"""Turns over a real gateway, a real run log on SQLite, and the fake provider."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from salon.features.turns import ContextMessage, GatewayAsks, TurnOutcome, TurnSpec, take_turn
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.messages import TextPart
from salon.foundation.runs import RunEvent, RunHandle, Runs
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

SCOPE = SpaceScope(OWNER.caller.space_id)
KINDS = {"openai": "openai-compatible", "anthropic": "anthropic", "gemini": "gemini", "ollama": "ollama"}


def said(text: str, *, role: Any = "user", **fields: Any) -> ContextMessage:
    """Return a message of one text."""
    return ContextMessage(role=role, parts=(TextPart(text=text),), **fields)


class TurnBench:
    """Takes turns, and reads their logs again."""

    def __init__(self, bench: GatewayBench, fake: FakeProvider, runs: Runs) -> None:
        self.gateway = bench
        self.fake = fake
        self.runs = runs
        self.asks = GatewayAsks(bench.gateway)

    async def begin(self) -> RunHandle:
        """Begin a run."""
        return await self.runs.begin(OWNER.caller, "turn")

    async def take(
        self, said_: str | Sequence[ContextMessage] = "hello", *, run: RunHandle | None = None, **fields: Any
    ) -> TurnOutcome:
        """Take a turn; ``fields`` are those of ``take_turn``, ``spec`` those of its spec."""
        messages = [said(said_, id="msg_1")] if isinstance(said_, str) else said_
        spec = TurnSpec(**{"model": "openai/fake", **fields.pop("spec", {})})
        run = run or await self.begin()
        async with asyncio.timeout(60):
            return await take_turn(
                self.asks, fields.pop("identity", OWNER), spec, messages, run=run, **fields
            )

    async def log(self, run: RunHandle) -> list[RunEvent]:
        """Return what is durable of a run, after ending it."""
        await run.end("done")
        async with asyncio.timeout(60):
            return [seen async for seen in self.runs.follow(SCOPE, run.run_id) if isinstance(seen, RunEvent)]


Scene = Callable[[TurnBench], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    """Run a coroutine function of a bench for turns, for at most 90 s."""

    def run(scene: Scene, **options: Any) -> None:
        async def main() -> None:
            async with FakeProvider() as fake, asyncio.timeout(90):
                providers = [
                    ProviderSpec(
                        name=name,
                        kind=kind,
                        base_url=f"{fake.url}/v1" if name == "openai" else fake.url,
                        api_key="sk-canary",
                        allow_private=True,
                        models=("fake",),
                    )
                    for name, kind in KINDS.items()
                ]
                providers += options.pop("more", [])
                async with GatewayBench(tmp_path, providers=providers, **options) as bench:
                    runs = Runs(bench.storage)
                    await runs.start()
                    await scene(TurnBench(bench, fake, runs))
                    await runs.close()

        asyncio.run(main())

    return run
