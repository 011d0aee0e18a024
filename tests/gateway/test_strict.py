"""Providers that refuse some fields of their own dialect, asked by callers who speak it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.ids import RequestId, new_id
from salon.gateway.handing import Returned
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
NAMED = [{"role": "user", "name": "ann", "content": "hello"}]
ASKED: dict[str, Any] = {"messages": NAMED, "logit_bias": {"50256": -100}, "seed": 3}
TOLD = "logit_bias, messages.name"


async def add(bench: GatewayBench, fake: FakeProvider, kind: str) -> None:
    """Add a provider of the kind whose address is the fake's."""
    spec = ProviderSpec(
        name="own", kind=kind, base_url=f"{fake.url}/v1", api_key="k", allow_private=True, models=("fake",)
    )
    await bench.service.add(OWNER.caller, spec)


@pytest.mark.parametrize("stream", [False, True])
def test_what_groq_refuses_is_left_out_of_bytes_that_pass_and_told(play: Play, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, fake, "groq")
        reply = await bench.call("own/fake", stream=stream, **ASKED)
        assert (reply.status, reply.headers["x-salon-lost"]) == (200, TOLD)
        sent = msgspec.json.decode(fake.journal.exchanges[-1].body)
        assert sent["messages"] == [{"role": "user", "content": "hello"}]
        assert set(sent) - {"stream", "stream_options"} == {"model", "messages", "seed"}
        entry, _ = await bench.row()
        assert entry.lost == TOLD

    play(scene)


def test_a_provider_that_takes_every_field_is_sent_every_field(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, fake, "openai")
        reply = await bench.call("own/fake", **ASKED)
        assert msgspec.json.decode(fake.journal.exchanges[-1].body) | {"stream": False} == {
            "model": "fake",
            "stream": False,
            **ASKED,
        }
        assert "x-salon-lost" not in reply.headers

    play(scene)


def test_a_line_that_a_batch_answered_tells_in_its_row_what_was_left_out(play: Play) -> None:
    question = msgspec.json.encode({"model": "own/fake", **ASKED})
    said = {"role": "assistant", "content": "hi"}
    answer = {"id": "c", "choices": [{"index": 0, "message": said, "finish_reason": "stop"}]}

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, fake, "groq")
        returned = Returned(
            identity=OWNER,
            dialect="openai",
            question=question,
            target=bench.registry.plan("own/fake").targets[0],
            status=200,
            answer=msgspec.json.encode(answer),
            request_id=RequestId(new_id("req")),
            sent_at_ms=bench.clock.now_ms(),
            part_of="part",
            hold=None,
            is_booked=False,
        )
        answered = bench.gateway.handing.read(returned)
        assert answered is not None
        assert answered.status == 200
        assert (await bench.row())[0].lost == TOLD

    play(scene)
