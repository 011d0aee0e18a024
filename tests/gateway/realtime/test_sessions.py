"""What a session is allowed, what it costs, and how it ends."""

import asyncio

import msgspec
import pytest
from tests.gateway.conftest import PRICES, flat_price

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.errors import RateLimited, UpstreamError
from salon.gateway.limits import LocalLimiter
from salon.gateway.realtime import RealtimeOptions
from salon.gateway.registry.models import PriceSpec
from salon.testing.gateway_bench import IMPATIENT, QUICK, alias, key_identity, poll

HASTY = msgspec.structs.replace(QUICK, idle_timeout_s=0.6)


def test_the_next_target_is_asked_until_one_has_opened_a_session(play, talking):
    async def scene(bench, fake):
        fake.script(["fault=500", "text=here"])
        async with talking(bench, model="pair") as talk:
            talk.socket.ask("hi")
            done = await talk.socket.wait_for("response.done")
        assert done["response"]["output"][0]["content"][0]["text"] == "here"
        entry, _ = await bench.row()
        assert (entry.route, entry.alias, entry.status) == ("openai/second", "pair", "ok")

    play(scene, aliases=[alias("pair", "openai/fake", "openai/second")])


def test_an_opening_that_fails_is_a_row_and_leaves_no_place_behind(play, talking):
    async def scene(bench, fake):
        fake.script(["fault=429:1"])
        with pytest.raises(UpstreamError):
            async with talking(bench):
                pass
        entry, attempts = await bench.row()
        assert (entry.operation, entry.status, entry.http_status, len(attempts)) == (
            "realtime",
            "error",
            429,
            1,
        )
        assert bench.gateway.realtime.active == 0

    play(scene)


def test_a_session_holds_one_place_and_its_responses_none(play, talking):
    async def scene(bench, fake):
        one = key_identity(limits=KeyLimits(concurrency=1))
        async with talking(bench, identity=one) as talk:
            talk.socket.ask("hi")
            await talk.socket.wait_for("response.done")
            with pytest.raises(RateLimited):
                async with talking(bench, identity=one):
                    pass
        async with talking(bench, identity=one) as talk:
            await talk.socket.wait_for("session.created")

    play(scene, limiter=LocalLimiter())


def test_sessions_of_one_key_are_bounded_here_too(play, talking):
    async def scene(bench, fake):
        async with talking(bench):
            with pytest.raises(RateLimited):
                async with talking(bench):
                    pass
            async with talking(bench, identity=key_identity("other")):
                assert bench.gateway.realtime.active == 2
        assert bench.gateway.realtime.active == 0

    play(scene, sessions=RealtimeOptions(sessions_per_key=1))


@pytest.mark.parametrize("bound", ["idle_timeout_s", "max_duration_s"])
def test_silence_and_length_have_an_end_that_is_told(play, talking, bound):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            code, _ = await talk.ended()
        assert (talk.socket.kinds[-1], code) == ("error", 1008)
        assert talk.socket.events[-1]["error"]["param"] == "session"

    play(scene, sessions=RealtimeOptions(**{bound: 0.5}))


def test_a_provider_that_falls_silent_in_a_response_is_given_up(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            talk.socket.ask("{{fake tokens=9;fault=stall:mid-stream}}")
            code, _ = await talk.ended()
        assert (talk.socket.events[-1]["error"]["code"], code) == ("upstream_timeout", 1011)
        entry, _ = await bench.row()
        assert (entry.status, entry.usage_source, entry.output_tokens > 0) == (
            "interrupted",
            "estimated",
            True,
        )

    play(scene, options=HASTY)


def test_a_provider_that_says_nothing_after_the_upgrade_is_given_up(play, talking):
    async def scene(bench, fake):
        fake.script(["fault=stall:after-headers"])
        with pytest.raises(UpstreamError) as failed:
            async with talking(bench):
                pass
        assert failed.value.code == "upstream_timeout"

    play(scene, options=IMPATIENT, sessions=RealtimeOptions(open_timeout_s=0.5))


def test_an_end_of_the_process_lets_an_answer_finish(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as busy, talking(bench) as idle:
            busy.socket.ask("{{fake tokens=20;rate=40}}")
            await busy.socket.wait_for("response.output_text.delta")
            busy.opened.session.drain()
            idle.opened.session.drain()
            busy.socket.say("response.create")
            assert (await idle.ended())[0] == (await busy.ended())[0] == 1001
        assert "response.done" in busy.socket.kinds
        assert "response.done" not in idle.socket.kinds
        assert [row.status for row, _ in await bench.rows()] == ["ok"]

    play(scene)


def test_a_slow_caller_holds_the_provider_back(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            await talk.socket.wait_for("session.created")
            talk.socket.takes.clear()
            talk.socket.ask("{{fake tokens=200000}}")
            exchange = fake.journal.exchanges[-1]
            await poll(lambda: exchange.events_sent > 100)
            sent = -1
            while sent < exchange.events_sent:
                sent = exchange.events_sent
                await asyncio.sleep(0.5)
            assert sent < 100_000
            assert len(talk.socket.heard) < 10

    play(scene)


def test_what_is_no_event_is_refused_and_bytes_pass(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            talk.socket.say_raw("hello?")
            assert (await talk.socket.wait_for("error"))["error"]["param"] == "type"
            talk.socket.say_raw(b"\x00\x01 sound")
            talk.socket.ask("hi")
            await talk.socket.wait_for("response.done")
        assert fake.journal.exchanges[-1].messages[0] == b"\x00\x01 sound"

    play(scene)


def test_a_hold_is_given_back_when_the_provider_refuses_the_response(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            talk.socket.say("response.create", event_id="mine", response={"refuse": True})
            await talk.socket.wait_for("error")
            assert not talk.opened.session.meter.is_busy
        assert await bench.rows() == []

    play(scene)


def test_a_transcriber_the_key_may_not_use_is_refused(play, talking):
    async def scene(bench, fake):
        limited = key_identity(limits=KeyLimits(models=("openai/fake",)))
        audio = {"input": {"transcription": {"model": "dear"}}}
        async with talking(bench, identity=limited) as talk:
            talk.socket.say("session.update", session={"type": "realtime", "audio": audio})
            error = (await talk.socket.wait_for("error"))["error"]
        assert error["type"] == "permission_error"
        assert fake.journal.exchanges[-1].messages == []

    play(scene)


def test_a_transcription_by_the_minute_is_paid_by_the_minute(play, talking):
    async def scene(bench, fake):
        audio = {"input": {"transcription": {"model": "whisper-1"}}}
        async with talking(bench) as talk:
            talk.socket.say("session.update", session={"type": "realtime", "audio": audio})
            talk.socket.say("input_audio_buffer.append", audio="AAAA")
            talk.socket.say("input_audio_buffer.commit")
            await talk.socket.wait_for("conversation.item.input_audio_transcription.completed")
        entry, _ = await bench.row()
        assert (entry.model, entry.cost_e10, entry.details) == (
            "whisper-1",
            15_000_000,
            '{"audio_input_ms":1500}',
        )

    minute = msgspec.structs.replace(flat_price("1", "1"), minute_e10=600_000_000)
    play(scene, prices=[*PRICES, PriceSpec(model="openai/whisper-1", price=minute)])


def test_settings_of_a_client_secret_begin_the_session(play, talking):
    async def scene(bench, fake):
        async with talking(bench, settings={"type": "realtime", "instructions": "be kind"}) as talk:
            told = await talk.socket.wait_for("session.updated")
        assert told["session"]["instructions"] == "be kind"

    play(scene)


def test_each_response_is_under_the_limits_and_budgets_its_key_has_now(play, talking):
    async def scene(bench, fake):
        now = [key_identity(), key_identity(limits=KeyLimits(models=("other/*",))), key_identity("fresh")]
        async with talking(bench, identity=now[0], renew=lambda: now[0]) as talk:
            talk.socket.ask("{{fake text=one}}")
            await talk.socket.wait_for("response.done")
            now.pop(0)
            talk.socket.say("response.create", event_id="two")
            error = (await talk.socket.wait_for("error"))["error"]
            assert (error["type"], error["event_id"]) == ("permission_error", "two")
            now.pop(0)
            talk.socket.ask("{{fake text=three}}")
            await talk.socket.wait_for("response.done", count=2)
        assert [row.key_id for row, _ in await bench.rows()] == ["key_key", "key_fresh"]

    play(scene)
