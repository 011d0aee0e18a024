"""A request that comes back to a Salon is refused at once, in the caller's dialect."""

from collections.abc import Callable

import pytest

from salon.foundation.kit.errors import RequestLoop, UpstreamLoop
from salon.gateway import hops
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.classify import http_error
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

Play = Callable[..., None]
OTHER = b"0123456789abcdef"


def test_hops_are_added_and_nothing_else_is_handed_on() -> None:
    own = hops.new_instance()
    assert hops.pass_on(OTHER, own) == OTHER + b", " + own
    assert hops.pass_on(b"curious, <b>", own) == own


def test_ring_and_row_without_end_are_refused() -> None:
    own = hops.new_instance()
    with pytest.raises(RequestLoop):
        hops.pass_on(OTHER + b" ,\t" + own, own)
    with pytest.raises(RequestLoop):
        hops.pass_on(b",".join([OTHER] * hops.MOST_HOPS), own)


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "ollama"])
def test_ring_is_told_in_the_dialect_before_anything_is_sent(play: Play, dialect: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        via = {"x-salon-via": bench.registry.instance.decode()}
        reply = await bench.call("openai/fake", dialect=dialect, headers=via, stream=True)
        assert reply.status == 508
        assert "points back here" in str(reply.json()["error"])
        assert fake.journal.counts["requests"] == 0
        entry, attempts = await bench.row()
        assert (entry.status, entry.error_code, attempts) == ("error", "request_loop", [])

    play(scene)


def test_hops_before_this_one_go_on(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.call("openai/fake", headers={"x-salon-via": OTHER.decode()})
        sent = dict(fake.journal.exchanges[-1].headers)
        assert sent["x-salon-via"] == f"{OTHER.decode()}, {bench.registry.instance.decode()}"

    play(scene)


def test_ring_found_further_on_is_no_fault_of_the_target() -> None:
    error = http_error(508, {}, b'{"error": "it goes in a ring"}', provider="peer")
    assert isinstance(error, UpstreamLoop)
    assert (error.status, error.retryable) == (508, False)
