"""A gateway, its runs and its batches in the loop of the test, on either database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.foundation.accounts import KeyIdentity
from salon.foundation.files import Files, LocalBlobs
from salon.foundation.runs import Runs
from salon.gateway.batches import Batch, Batches, BatchOptions, NewLine, Workshop, openai
from salon.gateway.dialects import DIALECTS
from salon.gateway.files import openai_id
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.gateway.vault import load_master_keys
from salon.gateway.vault.sealing import Sealer
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench
from salon.testing.load import until_async

Scene = Callable[["Desk"], Awaitable[None]]
CHAT = "/v1/chat/completions"


class Everyone:
    """Accounts in which everybody is the owner, until they are not."""

    identity: KeyIdentity | None = OWNER

    def identity_now(self, *, key_id: str | None, person_id: str | None) -> KeyIdentity | None:
        """Return whom earlier work acts as now."""
        del key_id, person_id
        return self.identity


class Desk:
    """Everything a test needs."""

    def __init__(self, bench: GatewayBench, fake: FakeProvider, options: BatchOptions) -> None:
        self.bench, self.fake, self.options = bench, fake, options
        self.accounts = Everyone()
        self.outcomes: Counter[str] = Counter()
        self.keys = load_master_keys(bench.folder, {})
        self.runs = Runs(bench.storage, lease_s=2.0)
        self.files = Files(
            bench.storage, LocalBlobs(bench.folder / "files"), incoming=bench.folder / "incoming"
        )
        self.workshop = self.another(self.runs)
        self.batches = Batches(bench.storage, self.runs, self.workshop, clock=bench.clock)

    def another(self, runs: Runs) -> Workshop:
        """Return the workshop of one more process."""
        return Workshop(
            self.bench.storage,
            runs,
            self.bench.gateway,
            self.accounts,
            self.files,
            handing=self.bench.gateway.handing,
            books=self.bench.ledger,
            dialects=DIALECTS,
            active=lambda: self.bench.gateway.admission.active,
            sealer=Sealer(self.keys, encrypts=True),
            options=self.options,
            clock=self.bench.clock,
            noted=lambda outcome, count: self.outcomes.update({outcome: count}),
        )

    async def make(self, *words: str, model: str = "anthropic/fake") -> Batch:
        """Hand in a batch whose lines say ``words`` to the fake provider."""
        return await self.batches.create(
            OWNER.caller,
            [NewLine(f"line-{number}", question(one, model)) for number, one in enumerate(words, 1)],
            protocol="anthropic",
            endpoint="/v1/messages",
        )

    async def from_file(self, lines: int) -> Batch:
        """Hand in a file of so many requests, as with OpenAI's clients."""

        async def content() -> AsyncIterator[bytes]:
            for number in range(lines):
                body = {"model": "anthropic/fake", "messages": [{"role": "user", "content": str(number)}]}
                row = {"custom_id": str(number), "method": "POST", "url": CHAT, "body": body}
                yield msgspec.json.encode(row) + b"\n"

        file = await self.files.store(OWNER.caller, content(), name="lines.jsonl", purpose="batch")
        asked = openai.Create(
            input_file_id=openai_id(file.id), endpoint=CHAT, completion_window=openai.WINDOW
        )
        return await self.batches.create_from_file(OWNER.caller, asked)

    async def ended(self, batch: Batch) -> Batch:
        """Return a batch once it has ended."""

        async def has_ended() -> bool:
            return (await self.batches.get(OWNER.caller, None, batch.id)).has_ended

        await until_async(has_ended, what=f"the end of {batch.id}")
        return await self.batches.get(OWNER.caller, None, batch.id)

    async def answers(self, batch: Batch) -> list[str]:
        """Return the text of each line's answer, in order."""
        found = [line async for line in self.batches.lines(OWNER.caller, batch)]
        return [msgspec.json.decode(line.body or b"")["content"][0]["text"] for line in found]


def question(words: str, model: str = "anthropic/fake") -> bytes:
    """Return a request of Anthropic's dialect."""
    messages = [{"role": "user", "content": words}]
    return msgspec.json.encode({"model": model, "max_tokens": 64, "messages": messages})


def provider(url: str, has_batches: bool | None) -> ProviderSpec:
    """Describe the fake provider, as Anthropic."""
    return ProviderSpec(
        name="anthropic",
        kind="anthropic",
        base_url=url,
        api_key="sk-upstream-canary",
        allow_private=True,
        models=("fake",),
        batches=has_batches,
    )


def openai_provider(url: str, has_batches: bool | None) -> ProviderSpec:
    """Describe it as OpenAI."""
    spec = provider(f"{url}/v1", has_batches)
    return msgspec.structs.replace(spec, name="openai", kind="openai")


def price(model: str) -> PriceSpec:
    """Return a price that is half for batches: a dollar for a million tokens in, two out."""
    usual, half = PriceTier(input=10**10, output=2 * 10**10), PriceTier(input=10**10 // 2, output=10**10)
    return PriceSpec(model=model, price=Price(tiers=(usual,), version="test", services={"batch": (half,)}))


PRICES = (price("anthropic/fake"), price("openai/fake"))


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., None]:
    """Run a scene with batches at work."""

    def run(
        scene: Scene,
        *,
        options: BatchOptions | None = None,
        database: str | None = None,
        has_batches: bool | None = None,
    ) -> None:
        async def main() -> None:
            async with FakeProvider() as fake, asyncio.timeout(90):
                providers = [provider(fake.url, has_batches), openai_provider(fake.url, has_batches)]
                bench = GatewayBench(tmp_path, providers=providers, prices=PRICES, database=database)
                async with bench:
                    chosen = options or BatchOptions(concurrency=4, first_pause_s=0.05)
                    made = Desk(bench, fake, chosen)
                    await made.runs.start()
                    try:
                        await scene(made)
                    finally:
                        await made.workshop.close()
                        await made.runs.close()

        asyncio.run(main())

    return run


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Any:
    """Where an empty database is; None is a file beside the bench."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
