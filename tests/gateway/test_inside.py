"""The door for the other parts of the house: streams that break, end, and are left."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.gateway.test_money import DOLLAR, add_budget

from salon.foundation.kit.errors import BudgetExceeded, ClientGone, Internal, SalonError, ShuttingDown
from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.foundation.messages import Message, ModelRequest, StreamEvent, TextDelta, TextPart
from salon.gateway.gateway import Gateway
from salon.gateway.inside import OpenAnswer
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, QUICK, GatewayBench, alias, key_identity, poll

Play = Callable[..., None]
TEAM = [alias("team", "openai/fake", "anthropic/fake")]
SLOW = "{{fake tokens=5000;rate=50}}"
AT_ONCE_S = 30.0


def asked(model: str, text: str = "hello", **fields: Any) -> ModelRequest:
    return ModelRequest(model=model, messages=(Message(role="user", parts=(TextPart(text=text),)),), **fields)


async def heard(
    gateway: Gateway, request: ModelRequest, **fields: Any
) -> tuple[list[StreamEvent], SalonError | None]:
    """Return the events of an answer, and what it broke off with."""
    events: list[StreamEvent] = []
    try:
        answer = gateway.inside.open(fields.get("identity", OWNER), request)
        while some := await answer.take():
            events += some
    except SalonError as error:
        return events, error
    return events, None


async def drain(answer: OpenAnswer) -> None:
    while await answer.take():
        pass


def words(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("first", ["openai", "anthropic"])
def test_an_error_before_the_first_word_goes_to_another_target(play: Play, first: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tokens=0;fault=error-in-stream", "tokens=4"])
        events, error = await heard(bench.gateway, asked("two"))
        assert (words(events), error) == ("tok " * 4, None)
        assert sum(type(event).__name__ == "ResponseStart" for event in events) == 1

    play(scene, aliases=[alias("two", f"{first}/fake", "ollama/fake")])


def test_an_error_after_the_first_word_ends_the_stream_and_goes_nowhere_else(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tokens=6;fault=error-in-stream", "tokens=4"])
        events, error = await heard(bench.gateway, asked("team"))
        assert words(events).startswith("tok")
        assert error is not None
        assert fake.journal.counts["requests"] == 1

    play(scene, aliases=TEAM)


def test_an_answer_without_a_word_is_whole(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        events, error = await heard(bench.gateway, asked("openai/fake", "{{fake tokens=0}}"))
        assert (words(events), error) == ("", None)
        assert [type(event).__name__ for event in events].count("StreamFinish") == 1

    play(scene)


class Broken:
    """An observer with a defect."""

    def on_attempt_end(self, provider: str, entry: AttemptEntry) -> None:
        """Fail."""
        raise ZeroDivisionError

    def on_request_end(
        self, entry: RequestEntry, attempts: list[AttemptEntry], *, traceparent: str | None
    ) -> None:
        """Do nothing."""


def test_a_defect_ends_an_inner_answer_with_an_error_not_with_silence(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        _, error = await heard(bench.gateway, asked("openai/fake"))
        assert isinstance(error, Internal)
        with pytest.raises(Internal):
            await bench.gateway.inside.generate(OWNER, asked("openai/fake"))

    play(scene, observer=Broken())


def test_a_gateway_that_closes_says_so_to_inner_streams(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        task = asyncio.ensure_future(heard(bench.gateway, asked("openai/fake", SLOW)))
        await poll(lambda: any(one.tokens_sent for one in fake.journal.exchanges))
        await bench.gateway.close()
        events, error = await asyncio.wait_for(task, AT_ONCE_S)
        assert isinstance(error, ShuttingDown)
        entry, _ = await bench.row()
        assert (entry.status, entry.error_code) == ("interrupted", "shutting_down")
        events, error = await heard(bench.gateway, asked("openai/fake"))
        assert (events, type(error)) == ([], ShuttingDown)

    play(scene)


def test_a_spent_budget_ends_an_inner_stream_after_its_words(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(budgets=[await add_budget(bench, DOLLAR // 200)])
        text = "{{fake tokens=9000;rate=5000}}"
        events, error = await heard(bench.gateway, asked("openai/fake", text), identity=identity)
        assert isinstance(error, BudgetExceeded)
        assert words(events).startswith("tok")
        await poll(lambda: fake.journal.open_sockets == 0, timeout_s=AT_ONCE_S)
        entry, _ = await bench.row()
        assert (entry.status, entry.error_code) == ("interrupted", "budget_exceeded")

    play(scene, options=msgspec.structs.replace(QUICK, assumed_output_tokens=100))


def test_an_answer_that_is_left_ends_at_once_and_tells_what_it_cost(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        answer = bench.gateway.inside.open(OWNER, asked("openai/fake", SLOW))
        while not words(await answer.take()):
            pass
        answer.leave()
        with pytest.raises(ClientGone):
            await drain(answer)
        told = await answer.told()
        entry, _ = await bench.row()
        assert (told.request_id, told.cost_e10) == (entry.request_id, entry.cost_e10)
        assert told.usage.estimated
        assert told.usage.output_tokens == entry.output_tokens > 0
        assert told.route == "openai/fake"

    play(scene)


def test_an_answer_that_is_left_before_it_began_is_over_for_its_caller(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        answer = bench.gateway.inside.open(OWNER, asked("openai/fake", SLOW))
        answer.leave()
        with pytest.raises(ClientGone):
            await asyncio.wait_for(answer.take(), AT_ONCE_S)
        assert (await answer.told()).usage.output_tokens == 0
        assert fake.journal.counts["requests"] == 0

    play(scene)
