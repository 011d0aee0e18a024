"""No memory in the midst of a request: the caller is told in its dialect, nothing stays held."""

import asyncio
from typing import Any

import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.egress import ADMIN, HttpRequest, parse_url
from salon.foundation.kit.errors import SalonError
from salon.gateway.limits import LocalLimiter
from salon.gateway.providers.demo.upstream import DemoUpstream
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench, key_identity
from salon.testing.verdicts import judge


class ExhaustedLimiter(LocalLimiter):
    """Finds no memory for its first request."""

    asked = 0

    def admit_now(self, *arguments: Any, **named: Any) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise MemoryError
        return super().admit_now(*arguments, **named)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini", "ollama"])
def test_a_request_without_memory_ends_with_an_error(play: Any, dialect: Any, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        identity = key_identity(limits=KeyLimits(concurrency=1))
        failed = await bench.call("openai/fake", dialect=dialect, identity=identity, stream=stream)
        assert failed.status == 500
        assert b"MemoryError" not in failed.body
        assert bench.gateway.admission.active == 0
        well = await bench.call("openai/fake", dialect=dialect, identity=identity, stream=stream)
        assert judge(dialect, well.raw(), stream=stream).ending == "well"

    play(scene, limiter=ExhaustedLimiter())


class ExhaustedTransport:
    """Finds no memory to send a request."""

    def open_now(self, *arguments: object, **named: object) -> Any:
        raise MemoryError


def test_an_attempt_without_memory_is_written_down_as_failed(play: Any) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        target = bench.registry.plan("openai/fake").route.choices[0].target
        target.link.transport = ExhaustedTransport()
        assert (await bench.call("openai/fake")).status == 500
        [(entry, (attempt,))] = await bench.rows()
        assert (entry.error_code, attempt.error_code) == ("internal", "internal")
        assert attempt.status == "error"
        assert target.breaker.failures == 0, "the provider did nothing wrong"

    play(scene)


class ExhaustedReceiver:
    """Hears an answer without memory for its head."""

    def __init__(self) -> None:
        self.error: SalonError | None = None
        self.ended = asyncio.Event()

    def on_head(self, status: int, headers: object) -> None:
        raise MemoryError

    def on_data(self, data: bytes) -> None:
        raise AssertionError("there was no head")

    def on_end(self) -> None:
        raise AssertionError("there was no head")

    def on_error(self, error: SalonError) -> None:
        self.error = error
        self.ended.set()


def test_the_demo_breaks_off_instead_of_falling_silent() -> None:
    async def scene() -> None:
        receiver: Any = ExhaustedReceiver()
        body = b'{"model":"demo","messages":[{"role":"user","content":"hello"}]}'
        request = HttpRequest(method="POST", url=parse_url("http://demo/"), headers=(), body=body)
        DemoUpstream().open_now(request, receiver, policy=ADMIN)
        async with asyncio.timeout(30):
            await receiver.ended.wait()
        assert "the demo failed" in str(receiver.error)

    asyncio.run(scene())
