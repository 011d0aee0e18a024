"""The demo refuses what a real provider would refuse."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

HI = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"messages": "x"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "clown", "content": "hi"}]}, "role"),
        ({"messages": HI, "max_tokens": -1}, "max_tokens"),
        ({"messages": HI, "temperature": "hot"}, "temperature"),
        ({"messages": HI, "temperature": 9}, "temperature"),
        ({"messages": HI, "n": 2}, "n: The demo gives one answer"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_wrong_field_is_named(
    play: Callable[..., None], fields: dict[str, Any], named: str, stream: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        body = orjson.dumps({"model": "demo", "stream": stream, **fields})
        reply = await bench.send("openai", body)
        assert reply.status == 400
        assert named in reply.json()["error"]["message"]
        assert reply.json()["error"]["type"] == "invalid_request_error"

    play(scene)
