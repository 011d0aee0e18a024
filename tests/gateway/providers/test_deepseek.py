"""DeepSeek as its pages have it now: pictures in, Responses as they are, Messages translated."""

import json
from collections.abc import Callable
from typing import Any

from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench
from salon.testing.questions import PIXEL

Play = Callable[..., None]


async def add(bench: GatewayBench, kind: str, url: str) -> None:
    """Add a provider of the kind at an address of the fake."""
    spec = ProviderSpec(
        name="own", kind=kind, base_url=url, api_key="sk-canary", allow_private=True, models=("fake",)
    )
    await bench.service.add(OWNER.caller, spec)


def test_a_picture_reaches_it(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "deepseek", fake.url)
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        said = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
        assert (await bench.call("own/fake", messages=said)).status == 200
        assert PIXEL.encode() in fake.journal.exchanges[-1].body

    play(scene)


def test_responses_pass_and_messages_are_translated(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "deepseek", fake.url)
        asked = {"model": "own/fake", "input": "{{fake think=2}}", "max_output_tokens": 9}
        assert (await bench.send("responses", json.dumps(asked).encode())).status == 200
        passed = fake.journal.exchanges[-1]
        assert (passed.target, json.loads(passed.body)) == (
            "/responses",
            {**asked, "model": "fake", "store": False},
        )
        assert (await bench.call("own/fake", dialect="anthropic")).status == 200
        assert fake.journal.exchanges[-1].target == "/chat/completions"

    play(scene)


def test_what_groq_refuses_is_left_out_and_told(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "groq", f"{fake.url}/openai/v1")
        asked: dict[str, Any] = {"model": "own/fake", "prompt": "hello", "logit_bias": {"50256": -100}}
        reply = await bench.send("completions", json.dumps(asked).encode())
        assert (reply.status, reply.headers["x-salon-lost"]) == (200, "logit_bias")
        assert set(json.loads(fake.journal.exchanges[-1].body)) == {"model", "messages"}

    play(scene)
