"""What the compatible listings say of a model."""

import asyncio
from pathlib import Path

import msgspec

from salon.app.listing import listed_models
from salon.foundation.kit.clock import SystemClock
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import ProviderSpec
from salon.testing.gateway_bench import OWNER, GatewayBench, alias


class LaterClock(SystemClock):
    """The machine's clock, which a test may put forward."""

    later_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.later_ms


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
            others = ("embedding", "rerank", "moderation")
            media = ("image", "image-edit", "image-variation", "speech", "transcription", "translation")
            assert found["demo"] == ("completion", *others, *media, "realtime", "tools", "vision", "thinking")

    asyncio.run(scene())


def test_tools_are_listed_unless_somebody_says_that_there_are_none(tmp_path: Path) -> None:
    """A client of Ollama offers no tools to a model whose list has not the word."""

    async def scene() -> None:
        silent = ProviderSpec(
            name="silent", kind="openai-compatible", base_url="http://127.0.0.1:1/v1", models=("m",)
        )
        silent = msgspec.structs.replace(silent, allow_private=True)
        without = msgspec.structs.replace(silent, name="without", capabilities=Capabilities(tools=False))
        async with GatewayBench(tmp_path, providers=[silent, without]) as bench:
            found = {model.id: model.capabilities for model in listed_models(bench.registry, OWNER)}
            assert found["silent/m"] == ("completion", "tools")
            assert found["without/m"] == ("completion",)

    asyncio.run(scene())


def test_what_answered_is_kept_for_five_minutes(tmp_path: Path) -> None:
    async def scene() -> None:
        clock = LaterClock()
        async with GatewayBench(tmp_path, aliases=[alias("best", "demo/demo")], clock=clock) as bench:

            def kept() -> set[str]:
                return {model.id for model in listed_models(bench.registry, OWNER) if model.kept_until_s}

            assert not kept()
            await bench.call("best")
            clock.later_ms = 240_000
            assert {"best", "demo"} <= kept()
            clock.later_ms = 301_000
            assert not kept()

    asyncio.run(scene())
