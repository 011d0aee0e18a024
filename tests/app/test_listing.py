"""What the compatible listings say of a model."""

import asyncio
from pathlib import Path

from salon.app.listing import listed_models
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import ProviderSpec
from salon.testing.gateway_bench import OWNER, GatewayBench, alias


def test_capabilities_come_from_the_provider_where_its_list_is_silent(tmp_path: Path) -> None:
    async def scene() -> None:
        lab = ProviderSpec(
            name="lab",
            kind="openai-compatible",
            base_url="http://127.0.0.1:1/v1",
            allow_private=True,
            models=("m",),
            capabilities=Capabilities(tools=True),
        )
        async with GatewayBench(tmp_path, providers=[lab], aliases=[alias("best", "lab/m")]) as bench:
            found = {model.id: model.capabilities for model in listed_models(bench.registry, OWNER)}
            assert found["lab/m"] == found["best"] == ("completion", "tools")
            assert found["demo"] == ("completion", "tools", "vision", "thinking")

    asyncio.run(scene())
