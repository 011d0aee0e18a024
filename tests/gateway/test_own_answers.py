"""Requests that only some dialects have: one prompt, a load; asked of those who know them."""

from collections.abc import Callable

import orjson
import pytest

from salon.gateway.registry.models import AliasSpec, TargetSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

Play = Callable[..., None]
EITHER = AliasSpec(name="either", targets=(TargetSpec(model="openai/fake"), TargetSpec(model="ollama/fake")))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("provider", ["ollama", "openai", "gemini"])
def test_one_prompt_is_answered_and_paid_for(play: Play, provider: str, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        body = orjson.dumps({"model": f"{provider}/fake", "prompt": "hello", "stream": stream})
        reply = await bench.send("ollama-generate", body)
        lines = [orjson.loads(line) for line in reply.body.splitlines()]
        assert "".join(line["response"] for line in lines) == "tok " * 8
        assert (lines[-1]["done"], lines[-1]["eval_count"]) == (True, 8)
        entry, attempts = await bench.row()
        assert (entry.dialect, entry.status, entry.output_tokens) == ("ollama-generate", "ok", 8)
        assert entry.cost_e10
        assert len(attempts) == 1

    play(scene)


@pytest.mark.parametrize(("model", "asked"), [("openai/fake", 0), ("ollama/fake", 1), ("either", 1)])
def test_a_load_goes_to_whoever_can_load(play: Play, model: str, asked: int) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("ollama-generate", orjson.dumps({"model": model}))
        told = orjson.loads(reply.body)
        assert (reply.status, told["response"], told["done_reason"]) == (200, "", "load")
        assert [exchange.target for exchange in fake.journal.exchanges] == ["/api/generate"] * asked
        entry, attempts = await bench.row()
        assert (entry.status, entry.http_status, len(attempts)) == ("ok", 200, asked)

    play(scene, aliases=[EITHER])
