"""What a streamed turn costs: CPU for its tokens, time to its first word, and time until a stop is heard."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from salon.features.turns import ContextMessage, GatewayAsks, TurnOutcome, TurnSpec, take_turn
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.messages import Message, ModelRequest, TextDelta, TextPart
from salon.foundation.runs import RunEvent, RunHandle, Runs
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench, poll
from salon.testing.keeper import keep
from salon.testing.soak import is_soak, scaled

SCOPE = SpaceScope(OWNER.caller.space_id)
MOST_CPU_MS = 80.0 if is_soak() else 5_000.0
"""For 1,000 tokens, one viewer, the gateway and its client included; a busy machine counts more."""
MOST_STOP_MS = 200.0 if is_soak() else 30_000.0
MOST_FIRST_MS = 10.0 if is_soak() else 5_000.0
Figure = Callable[[str, object], None]


@pytest.fixture
def fake_url() -> Iterator[str]:
    """Run the fake provider as a process of its own, so that its CPU is not counted."""
    command = [sys.executable, "-m", "salon.testing.fake_provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        keep(process.pid)
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


class Turns:
    """Takes turns, each with one viewer."""

    def __init__(self, bench: GatewayBench, runs: Runs) -> None:
        self.gateway = bench.gateway
        self.runs = runs
        self.asks = GatewayAsks(bench.gateway)

    async def take(self, run: RunHandle, words: str) -> TurnOutcome:
        """Take a turn with one viewer, to the end of its run."""
        viewer = asyncio.ensure_future(self.first_word(run, is_last=True))
        message = ContextMessage(id="msg_1", role="user", parts=(TextPart(text=words),))
        outcome = await take_turn(self.asks, OWNER, TurnSpec(model="fake/fake"), [message], run=run)
        await run.end("done")
        await viewer
        return outcome

    async def first_word(self, run: RunHandle, *, is_last: bool = False) -> float:
        """Follow a run to its first word, or its end; return when that came, in monotonic seconds."""
        async for seen in self.runs.follow(SCOPE, run.run_id):
            if isinstance(seen, RunEvent) and seen.type == "text-delta" and not is_last:
                break
        return time.monotonic()

    async def asked(self, words: str) -> float:
        """Ask the gateway alone; return how long the first word took, in seconds."""
        started_s, first_s = time.monotonic(), 0.0
        message = Message(role="user", parts=(TextPart(text=words),))
        answer = self.gateway.inside.open(OWNER, ModelRequest(model="fake/fake", messages=(message,)))
        while events := await answer.take():
            if not first_s and any(isinstance(event, TextDelta) for event in events):
                first_s = time.monotonic() - started_s
        return first_s


@asynccontextmanager
async def turns_at(url: str, folder: Path) -> AsyncIterator[Turns]:
    """Run a gateway and runs on SQLite that know one fake provider."""
    spec = ProviderSpec(
        name="fake", kind="openai-compatible", base_url=f"{url}/v1", api_key="k", allow_private=True
    )
    async with GatewayBench(folder, providers=[spec]) as bench:
        runs = Runs(bench.storage)
        await runs.start()
        yield Turns(bench, runs)
        await runs.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("rate", "at_once"), [(100, 20), (10, 100)])
def test_a_thousand_streamed_tokens_cost_little(
    fake_url: str, tmp_path: Path, figure: Figure, rate: int, at_once: int
) -> None:
    tokens, count = scaled(rate * 20, least=rate // 2), scaled(at_once, least=10)

    async def main() -> float:
        async with turns_at(fake_url, tmp_path) as turns:
            await turns.take(await turns.runs.begin(OWNER.caller, "turn"), "{{fake tokens=3}}")
            handles = [await turns.runs.begin(OWNER.caller, "turn") for _ in range(count)]
            before_s = time.process_time()
            words = f"{{{{fake tokens={tokens};rate={rate}}}}}"
            outcomes = await asyncio.gather(*(turns.take(run, words) for run in handles))
            spent_s = time.process_time() - before_s
            assert {outcome.status for outcome in outcomes} == {"complete"}
            return spent_s / (tokens * count) * 1_000_000

    spent_ms = asyncio.run(main())
    figure(f"CPU for 1,000 tokens at {rate} a second, ms", round(spent_ms, 1))
    assert spent_ms <= MOST_CPU_MS


@pytest.mark.timeout(900)
def test_the_first_word_comes_soon_after_the_gateway_has_it(
    fake_url: str, tmp_path: Path, figure: Figure
) -> None:
    async def main() -> float:
        alone: list[float] = []
        watched: list[float] = []
        async with turns_at(fake_url, tmp_path) as turns:
            for _ in range(scaled(200, least=5)):
                alone.append(await turns.asked("{{fake tokens=1}}"))
                run = await turns.runs.begin(OWNER.caller, "turn")
                first = asyncio.ensure_future(turns.first_word(run))
                await asyncio.sleep(0)
                started_s = time.monotonic()
                await turns.take(run, "{{fake tokens=1}}")
                watched.append(await first - started_s)
        return (statistics.median(watched) - statistics.median(alone)) * 1000

    later_ms = asyncio.run(main())
    figure("first word after the gateway's, median ms", round(later_ms, 2))
    assert later_ms <= MOST_FIRST_MS


@pytest.mark.timeout(900)
def test_a_stop_is_heard_by_the_provider_at_once(tmp_path: Path, figure: Figure) -> None:
    async def one(turns: Turns, fake: FakeProvider) -> float:
        run = await turns.runs.begin(OWNER.caller, "turn")
        turn = asyncio.ensure_future(turns.take(run, "{{fake tokens=50000;rate=50}}"))
        await poll(lambda: run.number > 6)
        started_s = time.monotonic()
        await turns.runs.stop(SCOPE, run.run_id)
        exchange = fake.journal.exchanges[-1]
        await poll(lambda: exchange.ended_s is not None)
        assert (await turn).status == "interrupted"
        assert exchange.ended_s is not None
        return (exchange.ended_s - started_s) * 1000

    async def main() -> list[float]:
        async with FakeProvider() as fake, turns_at(fake.url, tmp_path) as turns:
            return [await one(turns, fake) for _ in range(scaled(200, least=4))]

    heard_ms = asyncio.run(main())
    figure("stop heard by the provider, worst ms", round(max(heard_ms), 1))
    assert max(heard_ms) <= MOST_STOP_MS
