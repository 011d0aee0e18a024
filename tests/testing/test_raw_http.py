"""The caller that sees every byte: how it leaves, and what it says of it."""

import asyncio

from salon.testing.fake_provider import FakeProvider
from salon.testing.raw_http import RawAnswer, ask, chat_request
from salon.testing.soak import grace

STALL = chat_request("openai", "{{fake tokens=6;fault=stall:mid-stream}}", stream=True)


def asked(**limits: float) -> tuple[RawAnswer, FakeProvider]:
    async def scene() -> tuple[RawAnswer, FakeProvider]:
        async with FakeProvider() as fake:
            return await ask(fake.port, STALL, **limits), fake  # type: ignore[arg-type]

    return asyncio.run(scene())


def test_a_cut_comes_after_the_request_was_sent() -> None:
    answer, _ = asked(cut_after_s=0.3)
    assert (answer.cut, answer.complete, answer.problem) == (True, False, None)
    assert answer.elapsed_s < grace(1)


def test_a_cut_after_bytes_leaves_the_rest() -> None:
    answer, _ = asked(cut_after_bytes=20)
    assert (answer.cut, answer.status) == (True, 0)


def test_what_takes_too_long_is_named() -> None:
    answer, fake = asked(timeout_s=0.5)
    assert (answer.cut, answer.problem) == (False, "TimeoutError")
    assert fake.journal.counts["requests"] <= 1
