"""A fake provider in the loop of the test, known to the gateway once per dialect."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

Scene = Callable[[GatewayBench, FakeProvider], Awaitable[None]]

KINDS = {
    "openai": "openai-compatible",
    "anthropic": "anthropic",
    "ollama": "ollama",
    "gemini": "gemini",
    "responses": "responses-compatible",
}


def fake_providers(url: str) -> list[ProviderSpec]:
    """Declare one fake provider several times, named after the dialect spoken to it."""
    return [
        ProviderSpec(
            name=dialect,
            kind=kind,
            base_url=f"{url}/v1" if dialect in {"openai", "responses"} else url,
            api_key="sk-upstream-canary",
            allow_private=True,
            models=("fake",),
        )
        for dialect, kind in KINDS.items()
    ]


def flat_price(entry: str, output: str) -> Price:
    """Return a price of dollars per million tokens, known as version “test”."""
    return Price(tiers=(PriceTier(input=rate(entry), output=rate(output)),), version="test")


PRICES = [PriceSpec(model=f"{dialect}/fake", price=flat_price("1.00", "2.00")) for dialect in KINDS]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    """Run a coroutine function of a bench and a fake provider, for at most 90 s."""

    def run(scene: Scene, *, aliases: Any = (), **options: Any) -> None:
        async def main() -> None:
            async with FakeProvider() as fake, asyncio.timeout(90):
                providers = [*fake_providers(fake.url), *options.pop("more", [])]
                bench = GatewayBench(
                    tmp_path,
                    providers=providers,
                    aliases=aliases,
                    prices=options.pop("prices", PRICES),
                    **options,
                )
                async with bench:
                    await scene(bench, fake)

        asyncio.run(main())

    return run
