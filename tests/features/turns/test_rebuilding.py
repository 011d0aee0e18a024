"""The exact request of each step can be made again from what was asked and the immutable messages."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from tests.features.turns.conftest import TurnBench, said

from salon.features.turns import Asked, ContextPolicy, GatewayAsks, Parameters, rebuilt
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import ModelRequest
from salon.gateway.inside import OpenAnswer
from salon.testing.tool_box import FakeToolBox

Play = Callable[..., None]


class Recording(GatewayAsks):
    """Asks the gateway, and remembers what."""

    requests: list[ModelRequest]

    def open(self, identity: KeyIdentity, request: ModelRequest) -> OpenAnswer:
        self.requests.append(request)
        return super().open(identity, request)


async def long_words(arguments: Mapping[str, Any]) -> str:
    return "r" * 40_000


def test_every_step_is_rebuilt_as_it_was_asked(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        asks = bench.asks = Recording(bench.gateway.gateway)
        asks.requests = []
        bench.fake.script(["call=2;again=1", "call=1;again=1", "tokens=3"])
        messages = [said("x" * 9_000, id=f"msg_{number}") for number in range(20)]
        messages += [said("I am no message of the tree."), said("and now?", id="msg_last")]
        outcome = await bench.take(
            messages,
            tools=FakeToolBox(look=long_words),
            spec={
                "instructions": "Be good.",
                "parameters": Parameters(temperature=0.5, max_output_tokens=900),
                "context": ContextPolicy(result_tokens=200),
            },
        )
        assert (outcome.status, len(asks.requests)) == ("complete", 3)
        asked = msgspec.json.decode(msgspec.json.encode(outcome.asked), type=Asked)
        known = {message.id: message for message in messages if message.id}
        again = [rebuilt(asked, known, answer=outcome.parts, step=step) for step in (1, 2, 3)]
        assert again == asks.requests
        assert asked.prompts[2].sent is None
        assert outcome.context is not None
        assert len(outcome.context.dropped) > 5

    play(scene)


def test_a_step_that_was_not_and_a_message_that_is_gone_are_not_found(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        asked = (await bench.take("hello")).asked
        assert asked is not None
        for step, known in ((2, {}), (0, {}), (1, {})):
            with pytest.raises(NotFound):
                rebuilt(asked, known, step=step)

    play(scene)
