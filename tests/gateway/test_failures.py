"""Providers that fail: told in the caller's dialect, tried again within bounds, never after a first byte."""

import asyncio
import itertools
from collections.abc import Callable

import msgspec
import pytest

from salon.gateway.options import GatewayOptions
from salon.gateway.protocols.base import DialectName
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import IMPATIENT, QUICK, GatewayBench, LeapingClock, MemoryReply, alias, poll
from salon.testing.verdicts import judge

Play = Callable[..., None]
NAMES: tuple[DialectName, ...] = ("openai", "anthropic", "ollama")
PAIRS = list(itertools.product(NAMES, NAMES))
TEAM = [alias("team", "openai/fake", "anthropic/fake", "ollama/fake")]


def patience(fault: str) -> GatewayOptions:
    """Wait briefly for a provider that falls silent, and as long as it takes for any other."""
    return IMPATIENT if fault.startswith("stall") else QUICK


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("400", 400, "upstream_refused"),
        ("401", 502, "upstream_auth"),
        ("404", 404, "upstream_model_missing"),
        ("429:0", 429, "upstream_rate_limited"),
        ("500", 502, "upstream_server_error"),
        ("529", 503, "upstream_overloaded"),
        ("reset:before-headers", 502, "upstream_broken"),
        ("close:after-headers", 502, "upstream_broken"),
        ("stall:before-headers", 504, "upstream_timeout"),
        ("stall:after-headers", 504, "upstream_timeout"),
        ("html", 502, "upstream_broken"),
        ("bad-json", 502, "upstream_broken"),
        ("garbage", 502, "upstream_broken"),
    ],
)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_failure_before_the_first_byte_has_its_status_and_code(
    play: Play, fault: str, status: int, code: str, stream: bool
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai/fake", f"{{{{fake fault={fault}}}}}", stream=stream)
        if reply.status == 200:  # bad JSON inside a stream is found after its first byte
            assert (fault, stream) == ("bad-json", True)
            assert judge("openai", reply.raw(), stream=True).ending == "error"
            return
        assert reply.status == status
        assert judge("openai", reply.raw(), stream=False).ending == "error"
        entry, attempts = await bench.row()
        assert (entry.status, entry.http_status, entry.error_code) == ("error", status, code)
        assert entry.attempts == len(attempts) == fake.journal.counts["requests"] <= 3

    play(scene, options=patience(fault))


@pytest.mark.parametrize(("caller", "provider"), PAIRS)
@pytest.mark.parametrize(
    "fault", ["reset:mid-stream", "close:mid-stream", "stall:mid-stream", "error-in-stream", "bad-json"]
)
def test_a_stream_that_breaks_ends_with_an_error_in_the_dialect(
    play: Play, caller: DialectName, provider: DialectName, fault: str
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        words = f"{{{{fake tokens=10;rate=100;fault={fault}}}}}"
        reply = await bench.call(f"{provider}/fake", words, dialect=caller, stream=True)
        assert judge(caller, reply.raw(), stream=True).ending == "error"
        assert not reply.aborted
        entry, attempts = await bench.row()
        if reply.status == 200:
            assert entry.status == "interrupted"
            assert len(attempts) == 1
            assert entry.output_tokens > 0

    play(scene, options=patience(fault))


def test_nothing_is_tried_again_after_the_first_byte(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        words = "{{fake tokens=10;rate=200;fault=reset:mid-stream}}"
        reply = await bench.call("team", words, stream=True)
        assert reply.status == 200
        assert fake.journal.counts["requests"] == 1

    play(scene, aliases=TEAM)


@pytest.mark.parametrize("fault", ["401", "429:5", "500", "503", "404", "close:before-headers"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_another_target_answers_instead(play: Play, fault: str, stream: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script([f"fault={fault}", "tokens=5"])
        reply = await bench.call("team", stream=stream)
        assert judge("openai", reply.raw(), stream=stream).text == "tok " * 5
        assert reply.headers["x-salon-route"] == "anthropic/fake"
        assert reply.headers["x-salon-attempts"] == "2"
        entry, attempts = await bench.row()
        assert [attempt.status for attempt in attempts] == ["error", "ok"]
        assert (entry.status, entry.route, entry.attempts) == ("ok", "anthropic/fake", 2)
        assert entry.cost_e10 == attempts[1].cost_e10

    play(scene, aliases=TEAM)


@pytest.mark.parametrize("fault", ["400", "413"])
def test_what_the_provider_finds_wrong_goes_nowhere_else(play: Play, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script([f"fault={fault}", "tokens=5"])
        reply = await bench.call("team")
        assert reply.status in {400, 413}
        assert fake.journal.counts["requests"] == 1

    play(scene, aliases=TEAM)


def test_an_early_error_inside_a_stream_goes_to_another_target(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["tokens=0;fault=error-in-stream", "tokens=4"])
        reply = await bench.call("team", stream=True)
        verdict = judge("openai", reply.raw(), stream=True)
        assert (verdict.ending, verdict.text) == ("well", "tok " * 4)

    play(scene, aliases=TEAM)


def test_a_timeout_after_sending_is_not_replayed(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=stall:before-headers", "tokens=4"])
        assert (await bench.call("team")).status == 504
        assert fake.journal.counts["requests"] == 1

    play(scene, aliases=TEAM, options=IMPATIENT)


def test_a_timeout_is_replayed_where_the_caller_allows_it(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=stall:before-headers", "tokens=4"])
        assert (await bench.call("team", headers={"x-salon-replay-uncertain": "on"})).status == 200
        fake.script(["fault=stall:before-headers", "tokens=4"])
        assert (await bench.call("brave")).status == 200

    brave = alias("brave", "ollama/fake", "anthropic/fake", replay_uncertain=True)
    play(scene, aliases=[*TEAM, brave], options=IMPATIENT)


def test_retry_after_is_honoured(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=429:1", "tokens=4"])
        started_s = bench.clock.monotonic_s()
        assert (await bench.call("openai/fake")).status == 200
        assert bench.clock.monotonic_s() - started_s >= 1.0

    play(scene)


def test_a_retry_after_beyond_the_deadline_is_told_at_once(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=429:100"])
        reply = await bench.call("openai/fake")
        assert reply.status == 429
        assert reply.headers["retry-after"] == "100"

    play(scene)


def test_attempts_stay_within_their_number(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        assert (await bench.call("team", "{{fake fault=500}}")).status == 502
        assert fake.journal.counts["requests"] == 2

    play(scene, aliases=TEAM, options=msgspec.structs.replace(QUICK, max_attempts=2))


def test_an_outage_is_not_multiplied(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        started_s = bench.clock.monotonic_s()
        for _ in range(100):
            await bench.call("openai/fake", "{{fake fault=500}}")
        trickle = 0.5 * (bench.clock.monotonic_s() - started_s)
        assert fake.journal.counts["requests"] <= 100 + 0.2 * 100 + 10 + trickle

    play(scene, options=msgspec.structs.replace(QUICK, breaker_failures=1000))


def test_the_total_deadline_ends_a_stream_that_never_does(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = MemoryReply()
        call = bench.call("openai/fake", "{{fake tokens=5000;rate=20}}", stream=True, reply=reply)
        task = asyncio.create_task(call)
        await poll(lambda: reply.writes > 3)
        clock.leap(QUICK.total_timeout_s)
        await task
        assert judge("openai", reply.raw(), stream=True).ending == "error"
        entry, _ = await bench.row()
        assert (entry.status, entry.error_code) == ("interrupted", "upstream_timeout")
        assert entry.duration_ms >= QUICK.total_timeout_s * 1000

    clock = LeapingClock()
    play(scene, clock=clock)


def test_an_unreachable_provider_says_so(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await fake.refuse()
        reply = await bench.call("openai/fake", stream=True)
        assert reply.status == 502
        assert "cannot be reached" in reply.json()["error"]["message"]
        await fake.accept_again()

    play(scene)


@pytest.mark.parametrize("caller", NAMES)
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b'{"model": 1}', 400), (b"\xff\xfe", 400), (b"null", 400)],
)
def test_a_body_that_is_no_request_is_refused_in_the_dialect(
    play: Play, caller: DialectName, body: bytes, status: int
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send(caller, body)
        assert reply.status == status
        assert judge(caller, reply.raw(), stream=False).ending == "error"
        entry, attempts = await bench.row()
        assert (entry.status, entry.attempts, attempts) == ("error", 0, [])

    play(scene)


def test_an_unknown_model_names_the_nearest(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai-fake")
        assert reply.status == 404
        assert "Did you mean “openai/fake”?" in reply.json()["error"]["message"]
        entry, _ = await bench.row()
        assert (entry.error_code, entry.alias, entry.cost_e10) == ("unknown_model", "openai-fake", 0)

    play(scene)


@pytest.mark.parametrize("trouble", ["fail 503", "stall", "break", "error", "stall-mid"])
def test_the_demo_fails_on_request(play: Play, trouble: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for stream in (True, False):
            reply = await bench.call("demo", f"demo:{trouble}", stream=stream)
            if trouble == "error" and not stream:
                continue  # only a stream has an inside
            assert judge("openai", reply.raw(), stream=stream).ending == "error"

    play(scene, options=patience(trouble))
