"""Work that must come to its own end."""

import asyncio

import pytest

from salon.foundation.kit.errors import Overloaded
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.realtime.clocks import whole


def test_work_is_done_to_its_end_when_who_waits_for_it_is_cancelled():
    async def run():
        supervisor, goes_on, done = TaskSupervisor("test"), asyncio.Event(), asyncio.Event()

        async def work():
            await goes_on.wait()
            done.set()

        waiting = asyncio.create_task(whole(supervisor, work()))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        goes_on.set()
        await asyncio.wait_for(done.wait(), 30)
        await supervisor.close()
        assert (waiting.cancelled(), supervisor.failures) == (True, 0)

    asyncio.run(run())


def test_a_refusal_is_raised_and_no_failure_of_a_task():
    async def run():
        supervisor = TaskSupervisor("test")

        async def work():
            raise Overloaded(retry_after_s=1)

        with pytest.raises(Overloaded):
            await whole(supervisor, work())
        await supervisor.close()
        assert supervisor.failures == 0

    asyncio.run(run())
