"""Whoever goes on with a batch finds what its last owner left with the provider."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.gateway.batches.remote.conftest import asked_at_once, case, hand_in, text_of, told

from salon.foundation.kit.caller import SystemScope
from salon.foundation.runs import Runs, StaleEpoch
from salon.gateway.batches.remote.collecting import Collector
from salon.gateway.batches.remote.parts import parts_of, save_part
from salon.gateway.batches.remote.tools import wire_to
from salon.testing.gateway_bench import OWNER
from salon.testing.load import until_async

Run = Callable[..., None]
MODELS = pytest.mark.parametrize("model", ["openai/fake", "anthropic/fake"])
SCOPE = SystemScope("test")


async def stolen(made: Any, batch: Any) -> tuple[Any, Any, Any]:
    """Take a batch over in another process, as if its owner had been silent for a lease."""
    runs = Runs(made.bench.storage, lease_s=2.0)
    other = made.another(runs)
    await runs.start()
    handle = await runs.take_over(await runs.get(SCOPE, batch.run_id))
    assert handle is not None
    return runs, other, handle


class Dead:
    """The handle of an owner that was taken for dead."""

    async def write(self, fn: Any) -> Any:
        """Write nothing any more."""
        raise StaleEpoch("run_stale")


async def book_and_die(made: Any, batch: Any) -> None:
    """Book every answer of a batch, and keep none."""
    batch = await made.batches.get(OWNER.caller, None, batch.id)
    (part,) = await made.bench.storage.read(lambda tx: parts_of(tx, SCOPE, batch.id))
    part = msgspec.structs.replace(part, state="collecting")
    await made.bench.storage.write(lambda tx: save_part(tx, SCOPE, part))
    tools, target = made.workshop.tools, made.bench.gateway.handing.find(batch.handed_to)
    handle: Any = Dead()
    collector = Collector(
        tools, batch, part,
        handle=handle, target=target, hold=None, is_again=False,
    )  # fmt: skip
    with pytest.raises(StaleEpoch):
        await collector.collect(await wire_to(target).look(part.remote_id))


@MODELS
def test_another_process_goes_on_with_what_is_there(handed: Run, model: str) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        batch = await hand_in(made, *map(case, "abcdef"), model=model)
        await until_async(lambda: bool(made.fake.batches.made), what="the batch there")
        runs, other, handle = await stolen(made, batch)
        made.fake.batches.is_holding = False
        await other.work(handle)
        done = await made.ended(batch)
        assert (done.succeeded, asked_at_once(made)) == (6, 0)
        assert [text_of(one) for one in await told(made, done)] == [f"answer {name}" for name in "abcdef"]
        assert set(made.fake.journal.attempts.values()) == {1}
        assert len(await made.bench.rows()) == 6
        await other.close()
        await runs.close()

    handed(scene)


@MODELS
def test_what_was_booked_by_an_owner_that_died_before_keeping_it_is_not_booked_again(
    handed: Run, model: str
) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        batch = await hand_in(made, *map(case, "abc"), model=model)
        await until_async(lambda: bool(made.fake.batches.made), what="the batch there")
        runs, other, handle = await stolen(made, batch)
        made.fake.batches.is_holding = False
        await book_and_die(made, batch)
        await other.work(handle)
        assert (await made.ended(batch)).succeeded == 3
        assert len(await made.bench.rows()) == 3
        assert made.bench.ledger.health().refused == 0
        await other.close()
        await runs.close()

    handed(scene)


def test_an_owner_that_has_lost_the_run_cancels_nothing(handed: Run) -> None:
    async def scene(made: Any) -> None:
        made.fake.batches.is_holding = True
        batch = await hand_in(made, *map(case, "abc"))
        await until_async(lambda: bool(made.fake.batches.made), what="the batch there")
        runs, other, handle = await stolen(made, batch)
        handle.lose()
        await other.work(handle)
        assert not made.fake.batches.made[0].is_cancelled
        await other.close()
        await runs.close()

    handed(scene)
