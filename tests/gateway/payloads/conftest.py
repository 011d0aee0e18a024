"""A gateway with its payload log, on either database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from salon.gateway.payloads import PayloadLog, PayloadOptions, PayloadRule, PayloadService
from salon.gateway.registry.models import ProviderSpec
from salon.gateway.vault import load_master_keys
from salon.gateway.vault.sealing import Sealer
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

Scene = Callable[["Desk"], Awaitable[None]]
EVERYTHING = PayloadRule(name="all", kind="space")


class Desk:
    """Everything a test needs."""

    def __init__(self, bench: GatewayBench, fake: FakeProvider, options: PayloadOptions) -> None:
        self.bench = bench
        self.fake = fake
        self.keys = load_master_keys(bench.folder, {})
        sealer = Sealer(self.keys, encrypts=options.encrypt)
        self.log = PayloadLog(bench.storage, sealer, bench.clock, options)
        self.service = PayloadService(bench.storage, self.log, sealer, clock=bench.clock)
        self.log.on_switch = self._switch

    def _switch(self, is_on: bool) -> None:
        self.bench.gateway.payloads = self.log if is_on else None

    async def ask(self, words: str, model: str = "openai/fake", **options: Any) -> Any:
        """Have one request served and its payload written; return the reply."""
        reply = await self.bench.call(model, words, **options)
        await self.log.flush()
        return reply

    async def kept(self) -> list[Any]:
        """Return every payload whole, oldest first."""
        from salon.gateway.payloads import PayloadQuery

        page = await self.service.page(OWNER.caller, PayloadQuery(limit=200))
        return [await self.service.get(OWNER.caller, one.id) for one in reversed(page.items)]


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., None]:
    """Run a scene with the log on for everything, unless other rules are named."""

    def run(
        scene: Scene,
        *,
        rules: tuple[PayloadRule, ...] = (EVERYTHING,),
        options: PayloadOptions | None = None,
        database: str | None = None,
    ) -> None:
        async def main() -> None:
            async with FakeProvider() as fake, asyncio.timeout(90):
                provider = ProviderSpec(
                    name="openai",
                    kind="openai-compatible",
                    base_url=f"{fake.url}/v1",
                    api_key="sk-upstream-canary",
                    allow_private=True,
                    models=("fake",),
                )
                async with GatewayBench(tmp_path, providers=[provider], database=database) as bench:
                    made = Desk(bench, fake, options or PayloadOptions())
                    await made.service.start()
                    try:
                        for rule in rules:
                            await made.service.set_rule(OWNER.caller, rule)
                        await scene(made)
                    finally:
                        await made.service.close()

        asyncio.run(main())

    return run
